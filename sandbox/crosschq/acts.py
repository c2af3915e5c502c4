"""What a test asks for in one call: an act of the candidate, of a reference or of the recruiter.

The same code paths as the pages; only the words and the people are invented here, the same for the same seed.
"""

from collections.abc import Callable
from random import Random

from sandbox.crosschq.organization import Organization
from sandbox.crosschq.outcomes import Outcome
from sandbox.crosschq.people import Answers, Person, Reference
from sandbox.crosschq.questions import QUESTIONS
from sandbox.crosschq.reference_request import NotAllowed, ReferenceRequest
from sandbox.crosschq.statuses import HiringStatus

FIRST = ("Ines", "Jonah", "Mirela", "Tavish", "Oona", "Peregrin", "Sunniva", "Caspian", "Yolanda", "Lucian")
LAST = ("Albrook", "Venn", "Tarrow", "Quillfeather", "Osk", "Marlowe-Hare", "Dunmere", "Ferris", "Ibarne")
COMMENTS = (
    "Always prepared, and asks the question nobody else dared to.",
    "Kept the project calm when dates moved. I would hire them again.",
    "Writes things down so that the next person can go on.",
    "Learned our field within weeks and soon taught others.",
)


class Actors:
    """Acts for everybody in a request. Raises NotAllowed as a page would."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.reset()
        self.acts: dict[str, Callable[[ReferenceRequest], None]] = {
            "candidate_opens": organization.open,
            "self_reference": self.self_reference,
            "add_references": self.add_references,
            "answer_next": self.answer_next,
            "decline_next": self.decline_next,
            "conclude": organization.conclude,
            "cancel": organization.cancel,
            "finish": self.finish,
            "hired": self.hired,
            "not_hired": self._outcome(HiringStatus.NOT_HIRED),
            "undecided": self._outcome(HiringStatus.UNDECIDED),
        }

    def reset(self) -> None:
        """Invent the same people again."""
        self.random = Random(self.organization.options.seed)  # noqa: S311 - invented people, nothing secret
        self.invented = 0

    def self_reference(self, request: ReferenceRequest) -> None:
        """The candidate opens the request, if that is new, and answers about themselves."""
        self.organization.open(request)
        self.organization.answer_self_reference(request, self._answers())

    def add_references(self, request: ReferenceRequest) -> None:
        """The candidate names somebody for every slot that is missing."""
        self.organization.open(request)
        people = [Reference(self._person(), relationship) for relationship in request.missing()]
        self.organization.add_references(request, people)

    def answer_next(self, request: ReferenceRequest) -> None:
        """The first reference still open answers."""
        self.organization.answer(request, self._next(request), self._answers())

    def decline_next(self, request: ReferenceRequest) -> None:
        """The first reference still open declines."""
        self.organization.decline(request, self._next(request), "We worked together too long ago.")

    def finish(self, request: ReferenceRequest) -> None:
        """Everything that is left until the report is ready."""
        if request.has_ended:
            raise NotAllowed("This reference request is closed.")
        if request.missing():
            self.add_references(request)
        if request.self_reference is None:
            self.self_reference(request)
        while not request.has_ended:
            self.answer_next(request)

    def hired(self, request: ReferenceRequest) -> None:
        """The recruiter marks the candidate hired, today."""
        today = self.organization.options.clock().date()
        self.organization.set_outcome(request, Outcome(HiringStatus.HIRED, today), "page")

    def _outcome(self, status: HiringStatus) -> Callable[[ReferenceRequest], None]:
        return lambda request: self.organization.set_outcome(request, Outcome(status), "page")

    def _next(self, request: ReferenceRequest) -> Reference:
        waiting = [one for one in request.references if one.is_open]
        if not waiting:
            raise NotAllowed("No reference is waiting to answer; add references first.")
        return waiting[0]

    def _person(self) -> Person:
        self.invented += 1
        first, last = self.random.choice(FIRST), self.random.choice(LAST)
        email = f"{first}.{last}.{self.invented}@references.test".lower()
        return Person(first, last, email, f"+1555010{self.invented % 10_000:04}")

    def _answers(self) -> Answers:
        ratings = {question: self.random.choice((3, 4, 5)) for question in QUESTIONS}
        return Answers(ratings, self.random.choice(COMMENTS))
