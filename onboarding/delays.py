"""How long to wait, as people write it: "14 days", "1 hour 30 minutes", or ISO 8601's "P14D". Checks no bounds.

Only units that are always equally long: months and years differ, so days are written.
"""

import re
from datetime import timedelta

from cleaning.text import trimmed

_UNITS = ("weeks", "days", "hours", "minutes", "seconds")
_SECONDS = {"day": 86_400, "hour": 3600, "minute": 60, "second": 1}
_ISO = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,8})W)?(?:([0-9]{1,8})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,8})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,8})S)?)?"
)
_WORDS = re.compile(r"\s*".join(rf"(?:([0-9]{{1,8}})\s*{unit}?)?" for unit in _UNITS), re.IGNORECASE)


def delay(value: object) -> timedelta:
    """Of text. Raises ValueError that says how to write it."""
    text = trimmed(value) if isinstance(value, str) else ""
    found = _ISO.fullmatch(text) or _WORDS.fullmatch(text)
    if not text or found is None:
        raise ValueError(
            'write how long, such as "14 days" or "10 minutes", or an ISO 8601 duration such as "P14D"; '
            "months and years differ in length, so write days"
        )
    return timedelta(**{unit: int(count or 0) for unit, count in zip(_UNITS, found.groups(), strict=True)})


def in_words(waited: timedelta) -> str:
    """Such as "14 days" or "1 hour 30 minutes"; `delay` reads it back. To the second."""
    left, words = int(waited.total_seconds()), []
    for unit, length in _SECONDS.items():
        count, left = divmod(left, length)
        if count:
            words.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(words) or "0 seconds"


def iso(waited: timedelta) -> str:
    """As connection files are written: https://en.wikipedia.org/wiki/ISO_8601#Durations"""
    hours, seconds = divmod(waited.seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    time = "".join(
        f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count
    )
    days = f"{waited.days}D" if waited.days else ""
    return f"P{days}{'T' + time if time else ''}" if days or time else "PT0S"
