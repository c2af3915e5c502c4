"""Pages of a list: order, limit and offset tokens. See lever.md 5. Pure.

A token is percent-encoded JSON that names the first row of the next page by its place in the order, so a row that moves
during a walk can be skipped or repeated, as with the real Lever.
"""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar
from urllib.parse import quote, unquote

from sandbox.lever.account import Account
from sandbox.lever.candidacy import Opportunity
from sandbox.lever.catalog import Posting, User
from sandbox.lever.errors import bad_request
from sandbox.lever.filters import whole_number
from sandbox.lever.lineup import sort_key

T = TypeVar("T")
Place = tuple[Any, ...]
LARGEST = 100


@dataclass(frozen=True)
class Order(Generic[T]):
    """`place` is what a token shows of a row; `key` turns a place into something that sorts ascending."""

    place: Callable[[T], Place]
    key: Callable[[Place], Place]
    types: tuple[type | tuple[type, ...], ...]

    def of(self, row: T) -> Place:
        """The row's sort key."""
        return self.key(self.place(row))


@dataclass(frozen=True)
class Page(Generic[T]):
    """The rows of one page and the token of the next one, if there is one."""

    rows: list[T]
    next: str | None


def opportunity_order(account: Account) -> Order[Opportunity]:
    """Stage rank ascending, lastAdvancedAt descending, id ascending."""
    return Order(place=account.place_of, key=sort_key, types=((int, float), int, str))


NEWEST_POSTING: Order[Posting] = Order(
    place=lambda row: (row.created_at, row.id), key=lambda place: (-place[0], place[1]), types=(int, str)
)
NEWEST_USER: Order[User] = Order(
    place=lambda row: (row.created_at, row.id), key=lambda place: (-place[0], place[1]), types=(int, str)
)


def page(rows: Iterable[T], order: Order[T], limit: int, offset: str | None) -> Page[T]:
    """The page that starts at `offset` (None: at the beginning). LeverError 400 for a token we never gave."""
    ordered = sorted(rows, key=order.of)
    start = bisect_left(ordered, order.key(_place(offset, order)), key=order.of) if offset else 0
    end = start + limit
    following = encode(order.place(ordered[end])) if end < len(ordered) else None
    return Page(ordered[start:end], following)


def page_of_lineup(
    account: Account, fits: Callable[[Opportunity], bool], limit: int, offset: str | None
) -> Page[Opportunity]:
    """As `page`, over all opportunities of the account that fit; looks at no more of them than it has to."""
    place = _place(offset, opportunity_order(account)) if offset else None
    found = list(islice(filter(fits, account.lineup.starting_at(place)), limit + 1))
    return Page(found[:limit], encode(account.place_of(found[limit])) if len(found) > limit else None)


def page_as_given(rows: list[T], limit: int, offset: str | None) -> Page[T]:
    """A page of a short list in its own order; its tokens are plain positions."""
    start = whole_number(offset) if offset else 0
    if start is None:
        raise bad_request("Invalid offset token")
    end = start + limit
    return Page(rows[start:end], str(end) if end < len(rows) else None)


def encode(place: Place) -> str:
    """The token as Lever sends it: JSON, already percent-encoded."""
    return quote(json.dumps(list(place), separators=(",", ":")), safe="")


def _place(offset: str, order: Order[Any]) -> Place:
    try:
        # A client that passes `next` as a parameter leaves one layer of encoding on; one that pastes it, none.
        place = json.loads(unquote(offset))
    except (ValueError, RecursionError):
        place = None
    if not isinstance(place, list) or len(place) != len(order.types):
        raise bad_request("Invalid offset token")
    if not all(isinstance(part, wanted) for part, wanted in zip(place, order.types, strict=True)):
        raise bad_request("Invalid offset token")
    return tuple(place)
