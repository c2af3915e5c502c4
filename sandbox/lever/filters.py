"""List filters from the query string. See lever.md 5. Pure: rows in, rows out.

Repeating a key means OR, different keys mean AND; `key[]` and `key[0]` are read as `key`. Times are milliseconds,
inclusive.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from starlette.datastructures import QueryParams

from sandbox.lever.errors import bad_request, forbidden

T = TypeVar("T")
Predicate = Callable[[T], bool]


@dataclass(frozen=True)
class Filters(Generic[T]):
    """What a list can be filtered by.

    `values`: the row's values, one of which must be asked for. `moments`: with `_start` and `_end`; a row without the
    moment never matches. `flags`: true or false. `canonical` names the values compared without case.
    """

    values: dict[str, Callable[[T], Collection[str | None]]]
    moments: dict[str, Callable[[T], int | None]]
    flags: dict[str, Callable[[T], bool]] = field(default_factory=dict)
    canonical: frozenset[str] = frozenset()

    def apply(self, rows: Iterable[T], query: QueryParams) -> list[T]:
        """The rows that pass every filter in the query. LeverError 400 for a malformed one."""
        return list(filter(self.test(query), rows))

    def test(self, query: QueryParams) -> Predicate[T]:
        """Whether a row passes every filter in the query. LeverError 400 for a malformed one."""
        tests = [*self._by_value(query), *self._by_moment(query), *self._by_flag(query)]
        return lambda row: all(test(row) for test in tests)

    def _by_value(self, query: QueryParams) -> Iterable[Predicate[T]]:
        for name, values_of in self.values.items():
            asked = several(query, name)
            if asked:
                form = _folded if name in self.canonical else _as_is
                yield _one_of(values_of, {form(value) for value in asked}, form)

    def _by_moment(self, query: QueryParams) -> Iterable[Predicate[T]]:
        for name, moment_of in self.moments.items():
            start, end = moment(query, f"{name}_start"), moment(query, f"{name}_end")
            if start is not None or end is not None:
                yield _between(moment_of, start, end)

    def _by_flag(self, query: QueryParams) -> Iterable[Predicate[T]]:
        for name, flag_of in self.flags.items():
            asked = flag(query, name)
            if asked is not None:
                yield _is(flag_of, asked)


def several(query: QueryParams, name: str) -> list[str]:
    """All values of a repeatable parameter: `name`, `name[]` as axios spells it, or `name[0]` as PHP does."""
    spelled = re.compile(rf"{re.escape(name)}(\[\d*\])?")
    return [value for key, value in query.multi_items() if spelled.fullmatch(key)]


def moment(query: QueryParams, name: str) -> int | None:
    """A time in milliseconds. LeverError 400 when it is none."""
    given = query.get(name)
    if given is None:
        return None
    number = whole_number(given)
    if number is None:
        raise bad_request(f"{name} must be a timestamp in milliseconds, not {given!r}")
    return number


def whole_number(text: str) -> int | None:
    """A number of up to 18 plain digits; None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def flag(query: QueryParams, name: str) -> bool | None:
    """true or false in any capitals, or PHP's 1 or 0. LeverError 400 for anything else."""
    given = query.get(name)
    if given is None:
        return None
    if given.lower() not in ("true", "false", "1", "0"):
        raise bad_request(f"{name} must be true or false, not {given!r}")
    return given.lower() in ("true", "1")


def visible_confidentialities(query: QueryParams, *, granted: bool) -> frozenset[str]:
    """What `confidentiality` asks to see, non-confidential by default. LeverError 403 without the key's grant."""
    asked = query.get("confidentiality", "non-confidential")
    if asked not in ("confidential", "non-confidential", "all"):
        raise bad_request(f"confidentiality must be confidential, non-confidential or all, not {asked!r}")
    if asked != "non-confidential" and not granted:
        raise forbidden("This API key has no access to confidential data.")
    return frozenset({"confidential", "non-confidential"} if asked == "all" else {asked})


def _as_is(value: str) -> str:
    return value


def _folded(value: str) -> str:
    return value.strip().lower()


def _one_of(
    values_of: Callable[[T], Collection[str | None]], asked: set[str], form: Callable[[str], str]
) -> Predicate[T]:
    return lambda row: any(value is not None and form(value) in asked for value in values_of(row))


def _between(moment_of: Callable[[T], int | None], start: int | None, end: int | None) -> Predicate[T]:
    def test(row: T) -> bool:
        at = moment_of(row)
        return at is not None and (start is None or start <= at) and (end is None or at <= end)

    return test


def _is(flag_of: Callable[[T], bool], asked: bool) -> Predicate[T]:
    return lambda row: flag_of(row) is asked
