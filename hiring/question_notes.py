"""What recruiters read on the opportunity about the question to its owner. Composes text only.

Text from outside is made harmless here; mentions are, in every note, by the client (lever.notes).
"""

from datetime import datetime, tzinfo

from hiring.asked import Asked, LetterKind, NobodyToAsk
from hiring.local_days import TIME_ZONE, local_day_in_words
from hiring.outside_text import one_line, without_marks

_WHETHER = "whether the candidate was hired"
_INSTEAD = (
    "To settle it, archive the opportunity in Lever, as hired or with another reason, or set the outcome in Crosschq: "
    "the other system follows."
)
_SCANNER = "as when a mail scanner presses the buttons"


def asked(whom: Asked, kind: LetterKind, at: datetime, zone: tzinfo = TIME_ZONE) -> str:
    verb = "reminded" if kind is LetterKind.REMINDER else "asked"
    before = f"Answers {_WHETHER} contradicted each other within seconds, {_SCANNER}: none was applied.\n"
    return (
        f"{before if kind is LetterKind.ONCE_MORE else ''}"
        f"{_who(whom)} was {verb} by e-mail on {local_day_in_words(at, zone)} {_WHETHER}.{_passed_over(whom)}"
    )


def asked_unconfirmed(whom: Asked, at: datetime, zone: tzinfo = TIME_ZONE) -> str:
    """The mail server took the message and did not answer."""
    day = local_day_in_words(at, zone)
    return (
        f"An e-mail went to {_who(whom)} on {day} to ask {_WHETHER}, but the mail server did not confirm it. To avoid "
        f"asking twice, it is not sent again; the schedule is unchanged.{_passed_over(whom)}"
    )


def not_asked(problem: str) -> str:
    """`problem` is one sentence without its full stop."""
    return f"Nobody was asked {_WHETHER}: {_safe(problem)}.\n{_INSTEAD}"


def nobody_to_ask(nobody: NobodyToAsk) -> str:
    return f"Nobody was asked {_WHETHER}. {nobody.why}.\n{_INSTEAD}"


def not_decided_yet(by: str, ask_again_at: datetime, zone: tzinfo = TIME_ZONE) -> str:
    day = local_day_in_words(ask_again_at, zone)
    return f"{_safe(by)} answered that it is not decided yet {_WHETHER}. They are asked again on {day}."


def no_answer(by: str) -> str:
    return f"{_safe(by)} did not answer {_WHETHER}, and is not asked again.\n{_INSTEAD}"


def contradictory() -> str:
    """For the second time."""
    return (
        f"Answers {_WHETHER} contradicted each other within seconds again, {_SCANNER}: none was applied, and nobody is "
        f"asked again.\n{_INSTEAD}"
    )


def _who(whom: Asked) -> str:
    return f"{_safe(whom.name)} ({whom.role_in_words})"


def _passed_over(whom: Asked) -> str:
    return f"\nOthers were skipped: {whom.why}." if whom.why else ""


def _safe(text: str) -> str:
    return without_marks(one_line(text))
