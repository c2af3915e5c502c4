"""Splits a person's name into the first and last name that Crosschq asks for."""

from collections.abc import Sequence
from itertools import chain

from cleaning.text import clean_line

LONGEST = 100
"""Characters of each part; longer ones are cut, as no vendor says what it takes."""
NO_LAST_NAME = "-"
"""For people with one name: Crosschq wants a last name, and inventing one would be worse."""

_TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms", "mx"})
_SUFFIXES = frozenset(
    {"jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "msc", "esq", "cpa", "pmp", "rn", "pe"}
)


def split_name(full_name: str) -> tuple[str, str]:
    """`Ada Lovelace` and `Lovelace, Ada` become (Ada, Lovelace); of more words the first is the first name.

    A title before a full name and letters after one (`Dr. Ada Lovelace, PhD`) are left out: Crosschq greets
    people by their first name. The first name is blank only where the whole name is.
    """
    family, *given = [words for part in clean_line(full_name).split(",") if (words := part.split())] or [[""]]
    # Behind one word stands the first name, whatever it looks like: `Rahman, Md`.
    sure = 1 if len(family) == 1 else 0
    given = given[:sure] + [words for words in given[sure:] if not _is_suffix(words)]
    if given:
        return _cut(_untitled(list(chain(*given)), keep=1)), _cut(family)
    first, *last = _untitled(family, keep=2)
    return _cut([first]), _cut(last) or NO_LAST_NAME


def _untitled(words: Sequence[str], keep: int) -> Sequence[str]:
    while len(words) > keep and words[0].rstrip(".").casefold() in _TITLES:
        words = words[1:]
    return words


def _is_suffix(words: Sequence[str]) -> bool:
    return all(word.replace(".", "").casefold() in _SUFFIXES for word in words)


def _cut(words: Sequence[str]) -> str:
    return clean_line(" ".join(words), LONGEST)
