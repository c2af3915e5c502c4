"""Which page of a list an address asks for, and the addresses of the pages beside it. Looks nothing up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from store.base import LARGEST_ID
from store.keyset import Leaf, Spot, Turn

_START = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN = re.compile(r"(\d{1,17})-(\d{1,10})", re.ASCII)


@dataclass(frozen=True)
class Turns:
    """The addresses beside a page; None where there is none."""

    before: str | None
    after: str | None


def turn_in(asked: Mapping[str, str], name: str) -> Turn:
    """What `<name>_after` or `<name>_before` says; what it does not understand is the first page."""
    after, before = (_read(asked.get(f"{name}_{which}", "")) for which in ("after", "before"))
    return Turn(after=after, before=None if after else before)


def turns_of(path: str, asked: Mapping[str, str], name: str, leaf: Leaf[Any]) -> Turns:
    """All else that was asked for stays, such as the page of another list."""
    kept = {key: text for key, text in asked.items() if key not in (f"{name}_after", f"{name}_before")}

    def address(which: str, spot: Spot | None) -> str | None:
        return f"{path}?{urlencode({**kept, f'{name}_{which}': _written(spot)})}#{name}" if spot else None

    return Turns(address("before", leaf.before), address("after", leaf.after))


def _written(spot: Spot) -> str:
    return f"{(spot.at - _START) // timedelta(microseconds=1)}-{spot.id}"


def _read(text: str) -> Spot | None:
    found = _WRITTEN.fullmatch(text)
    if not found:
        return None
    try:
        return Spot(_START + timedelta(microseconds=int(found[1])), min(int(found[2]), LARGEST_ID))
    except OverflowError:
        return None
