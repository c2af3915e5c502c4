"""Everything one Lever account holds, and the questions asked of it. See lever.md 7. Sends nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from sandbox.lever.candidacy import Contact, Opportunity
from sandbox.lever.catalog import ArchiveReason, Posting, Stage, User
from sandbox.lever.errors import not_found
from sandbox.lever.feedback_templates import Templates
from sandbox.lever.forms import Form
from sandbox.lever.forms import Templates as FormTemplates
from sandbox.lever.lineup import Lineup, Place
from sandbox.lever.panels import Panel
from sandbox.lever.paperwork import Feedback, Note, SecretNotes, StoredFile
from sandbox.lever.requisition_fields import RequisitionField
from sandbox.lever.requisitions import Requisition
from sandbox.lever.subscriptions import GROUPS, Event, Webhook


class Account:
    """Plain dictionaries by id. Lists of an opportunity's paperwork are oldest first.

    Contacts and opportunities come in and go by `keep` and its like, which also know where to find them again.
    """

    def __init__(self, *, groups_on: bool, confidential_access: bool) -> None:
        self.stages: dict[str, Stage] = {}
        self.archive_reasons: dict[str, ArchiveReason] = {}
        self.users: dict[str, User] = {}
        self.postings: dict[str, Posting] = {}
        self.requisitions: dict[str, Requisition] = {}
        self.requisition_fields: dict[str, RequisitionField] = {}
        self.contacts: dict[str, Contact] = {}
        self.opportunities: dict[str, Opportunity] = {}
        self.deleted: dict[str, Opportunity] = {}
        self.missing: dict[str, Opportunity] = {}
        self.notes: defaultdict[str, list[Note]] = defaultdict(list)
        self.files: defaultdict[str, list[StoredFile]] = defaultdict(list)
        self.resumes: defaultdict[str, list[StoredFile]] = defaultdict(list)
        self.feedback: defaultdict[str, list[Feedback]] = defaultdict(list)
        self.feedback_templates: Templates = {}
        self.uploads: dict[str, StoredFile] = {}
        """By the `uri` under which an application may name them."""
        self.form_templates: FormTemplates = {}
        self.forms: defaultdict[str, list[Form]] = defaultdict(list)
        self.panels: defaultdict[str, list[Panel]] = defaultdict(list)
        self.webhooks: dict[str, Webhook] = {}
        self.groups_on = dict.fromkeys(GROUPS, groups_on)
        self.confidential_access = confidential_access
        self.secret_notes = SecretNotes.VISIBLE
        self.cast: dict[str, dict[str, str]] = {}
        self.lineup = Lineup(self.opportunities, self.place_of)
        self._had_email: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._of_contact: defaultdict[str, list[Opportunity]] = defaultdict(list)

    def paperwork(self) -> tuple[defaultdict[str, list[Any]], ...]:
        """All that lies on an opportunity, each kind by the opportunity's id."""
        return self.notes, self.files, self.resumes, self.feedback, self.forms, self.panels

    def contact_of(self, opportunity: Opportunity) -> Contact:
        """The person behind an opportunity."""
        return self.contacts[opportunity.contact]

    def keep_contact(self, contact: Contact) -> None:
        """A new contact, or one whose addresses are others now."""
        self.contacts[contact.id] = contact
        for email in contact.emails:
            self._had_email[canonical(email)][contact.id] = None

    def keep(self, opportunity: Opportunity) -> None:
        """A new opportunity."""
        self.opportunities[opportunity.id] = opportunity
        self._of_contact[opportunity.contact].append(opportunity)
        self.lineup.changed(opportunity)

    def drop(self, opportunity: Opportunity) -> None:
        """The opportunity is no longer one of the account's."""
        del self.opportunities[opportunity.id]
        self._of_contact[opportunity.contact].remove(opportunity)
        self.lineup.changed(opportunity)

    def place_of(self, opportunity: Opportunity) -> Place:
        """What the list is ordered by, and what its tokens show."""
        return self.stages[opportunity.stage].rank, opportunity.last_advanced_at, opportunity.id

    def opportunities_of(self, contact_id: str) -> list[Opportunity]:
        """Every opportunity of the person, oldest first."""
        return list(self._of_contact.get(contact_id, ()))

    def contacts_by_email(self, emails: Iterable[str]) -> list[Contact]:
        """The contacts that have one of these addresses, compared as Lever does (canonical)."""
        wanted = dict.fromkeys(canonical(email) for email in emails)
        once = dict.fromkeys(one for email in wanted for one in self._had_email.get(email, ()))
        found = [self.contacts[one] for one in once]
        return [one for one in found if any(canonical(email) in wanted for email in one.emails)]

    def stage_index(self, stage_id: str) -> int:
        """The stage's place in the pipeline, from 0."""
        return list(self.stages).index(stage_id)

    def hired_reason(self) -> ArchiveReason:
        """The one archive reason that means hired."""
        return next(reason for reason in self.archive_reasons.values() if reason.type == "hired")

    def is_hired(self, opportunity: Opportunity) -> bool:
        """Whether the opportunity is archived with the hired reason."""
        return opportunity.archived is not None and opportunity.archived.reason == self.hired_reason().id

    def sends(self, event: Event) -> bool:
        """Whether a Super Admin has switched the event's group on."""
        return any(self.groups_on[group] for group, events in GROUPS.items() if event in events)

    def counted(self, words: Callable[[Opportunity], list[str]]) -> list[dict[str, object]]:
        """`[{text, count}]` over all opportunities, the most frequent first."""
        counts = Counter(word for one in self.opportunities.values() for word in words(one))
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        return [{"text": text, "count": count} for text, count in ordered]


def canonical(email: str) -> str:
    """An address as Lever compares it: without surrounding blanks, in lower case."""
    return email.strip().lower()


def new_id() -> str:
    """The id of something made after the seed. Never repeats, not even after a reset."""
    return str(uuid4())


def stage_by_id_or_name(account: Account, wanted: str) -> Stage:
    """A stage by its id or by its text. Raises LeverError 404."""
    for stage in account.stages.values():
        if wanted in (stage.id, stage.text):
            return stage
    raise not_found("stages", wanted)
