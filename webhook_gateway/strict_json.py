"""Reads JSON from strangers: no duplicate keys, no deep nesting, no NaN, no huge numbers. Performs no I/O."""

import json
from collections.abc import Sequence
from math import isinf

DEEPEST = 32
LONGEST_NUMBER = 32


class NotStrictJson(ValueError):  # noqa: N818 - says what it is
    """The bytes are not JSON as we take it; the message says why and quotes nothing of them."""


def parse(raw: bytes) -> object:
    """The value of UTF-8 JSON; raises NotStrictJson."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise NotStrictJson("not UTF-8") from None
    # Before parsing, as the parser recurses; an honest body has too few brackets to be worth the walk.
    if text.count("{") + text.count("[") > DEEPEST and _depth(text) > DEEPEST:
        raise NotStrictJson(f"nested deeper than {DEEPEST} levels")
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_int=_short_int,
            parse_float=_short_float,
        )
    except NotStrictJson:
        raise
    except ValueError:
        raise NotStrictJson("not JSON") from None
    return value


def _depth(text: str) -> int:
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif in_string:
            escaped = character == "\\"
            in_string = character != '"'
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        # Two readers of the same body could see two different values.
        raise NotStrictJson("a key appears twice")
    return value


def _refuse(_name: str) -> object:
    raise NotStrictJson("NaN and Infinity are not JSON")


def _short_int(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise NotStrictJson("a number is too long")
    return int(digits)


def _short_float(digits: str) -> float:
    if len(digits) > LONGEST_NUMBER:
        raise NotStrictJson("a number is too long")
    number = float(digits)
    if isinf(number):
        raise NotStrictJson("a number is too large")
    return number
