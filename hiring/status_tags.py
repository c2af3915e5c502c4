"""The live status as a tag on the opportunity: one at a time, and never somebody else's tag taken away."""

import re
from collections.abc import Iterable

from cleaning.text import match_key

SENT = "Crosschq: sent"
UNCONFIRMED = "Crosschq: unconfirmed"
NOT_SENT = "Crosschq: not sent"
COMPLETE = "Crosschq: complete"
ENDED = "Crosschq: ended without report"

_PROGRESS = "Crosschq: [0-9]+ of [0-9]+"
_OURS = re.compile("|".join([*map(re.escape, (SENT, UNCONFIRMED, NOT_SENT, COMPLETE, ENDED)), _PROGRESS]))
_ASKED = re.compile("|".join([*map(re.escape, (SENT, UNCONFIRMED, COMPLETE)), _PROGRESS]), re.IGNORECASE)


def progress_tag(answered: int, asked: int) -> str:
    """`Crosschq: 1 of 3`; as long as nobody was asked or has answered, `Crosschq: sent`."""
    return f"Crosschq: {answered} of {asked}" if asked and answered else SENT


def asked(tags: Iterable[str]) -> list[str]:
    """Those of our status tags that say that the candidate was asked, or may have been, and that it stands.

    In any spelling, as a person may have written one anew: rather not asked than asked twice.
    """
    return [tag for tag in tags if _ASKED.fullmatch(match_key(tag))]


def outdated(tags: Iterable[str], current: str) -> list[str]:
    """Those of our status tags that no longer say how things are; what only resembles one is somebody else's."""
    return [tag for tag in tags if tag != current and _OURS.fullmatch(tag)]


def current(tags: Iterable[str]) -> list[str]:
    """Our status tags, whichever they are."""
    return outdated(tags, "")
