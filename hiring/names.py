"""Splits a person's name into the first and last name that Crosschq asks for."""

LONGEST = 100
"""Characters of each part; longer ones are cut, as no vendor says what it takes."""
NO_LAST_NAME = "-"
"""For people with one name: Crosschq wants a last name, and inventing one would be worse."""


def split_name(full_name: str) -> tuple[str, str]:
    """`Ada Lovelace` and `Lovelace, Ada` become (Ada, Lovelace); of more words the first is the first name."""
    name = " ".join(full_name.split())
    last, comma, first = name.partition(",")
    if comma and first.strip() and last.strip():
        return _cut(first), _cut(last)
    first, _, last = name.replace(",", " ").strip().partition(" ")
    return _cut(first), _cut(last) or NO_LAST_NAME


def _cut(part: str) -> str:
    return part.strip()[:LONGEST].strip()
