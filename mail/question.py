"""What the owner is asked, sentence by sentence, in the words of people who hire. Knows no format, escapes nothing."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from hiring.asked import Asked, LetterKind
from hiring.local_days import TIME_ZONE, local_day_in_words
from hiring.outside_text import one_line

_SUBJECTS = {
    LetterKind.QUESTION: "Was {} hired?",
    LetterKind.REMINDER: "Reminder: was {} hired?",
    LetterKind.ONCE_MORE: "Once more: was {} hired?",
}


@dataclass(frozen=True)
class Question:
    """One letter's content."""

    kind: LetterKind
    to: Asked
    candidate: str
    posting: str | None
    reported_at: datetime
    """When the report came."""
    link: str
    """To the page for the answer."""
    next_due_at: datetime
    """Without an answer by then: a reminder, or the end."""
    will_remind: bool
    zone: tzinfo = TIME_ZONE
    """In which days are told."""


@dataclass(frozen=True)
class Wording:
    """Paragraphs of one line each; the link stands between `before` and `after`, and nowhere else."""

    subject: str
    greeting: str
    before: tuple[str, ...]
    link: str
    link_text: str
    after: tuple[str, ...]


def wording_of(question: Question) -> Wording:
    candidate = one_line(question.candidate) or "the candidate"
    return Wording(
        subject=_SUBJECTS[question.kind].format(candidate),
        greeting=_greeting(question.to),
        before=(
            *_why_again(question.kind),
            f"The Crosschq reference report on {candidate}{_for_posting(question.posting)} was completed on "
            f"{local_day_in_words(question.reported_at, question.zone)}. Lever does not say yet whether {candidate} "
            "was hired.",
            "Please say so on this page. It takes a moment, and you need not sign in:",
        ),
        link=question.link,
        link_text=f"Say whether {candidate} was hired",
        after=(
            "Your answer goes to Crosschq and to Lever.",
            _otherwise(question),
            f"{_why_you(question.to)} The link is meant for you: whoever opens it can answer, so please do not pass it "
            "on. This message was sent automatically.",
        ),
    )


def _greeting(to: Asked) -> str:
    name = one_line(to.name)
    return "Hello," if to.role is None or not name else f"Hello {name},"


def _why_again(kind: LetterKind) -> tuple[str, ...]:
    match kind:
        case LetterKind.QUESTION:
            return ()
        case LetterKind.REMINDER:
            return ("We have asked you this before and have no answer yet.",)
        case LetterKind.ONCE_MORE:
            return (
                "Two different answers to our last message came within seconds, as when a mail scanner presses the "
                "buttons. So neither was used, and the link in that message works no more. Sorry to ask you once more.",
            )


def _for_posting(posting: str | None) -> str:
    title = one_line(posting or "")
    return f" ({title})" if title else ""


def _otherwise(question: Question) -> str:
    day = local_day_in_words(question.next_due_at, question.zone)
    without_answer = (
        f"If you do not answer, we remind you once, on {day}."
        if question.will_remind
        else f"If you do not answer by {day}, we do not ask again, and Crosschq is not told whether they were hired."
    )
    return (
        f"{without_answer} If you archive the opportunity in Lever as hired before then, you need not answer."
    )


def _why_you(to: Asked) -> str:
    if not to.why:
        return f"You are asked as {to.role_in_words}."
    return f"You are asked as {to.role_in_words}, because others could not be. {to.why}."
