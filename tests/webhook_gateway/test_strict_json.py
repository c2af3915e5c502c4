"""What of JSON is taken: all that Python's own reader takes, but for what strangers use to confuse or exhaust one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook_gateway.strict_json import DEEPEST, LONGEST_NUMBER, NotStrictJson, parse

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


def reason_to_refuse(raw: bytes) -> str | None:
    try:
        parse(raw)
    except NotStrictJson as error:
        return str(error)
    return None


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_any_ordinary_value_is_read_as_it_was_written(
    value: Any, ascii_only: bool, indent: int | None
) -> None:
    written = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    try:
        raw = written.encode()
    except UnicodeEncodeError:  # a lone surrogate has no UTF-8
        raw = json.dumps(value).encode()
    assert parse(raw) == value


@given(st.binary())
def test_any_bytes_are_read_or_refused_for_a_reason_of_ours(raw: bytes) -> None:
    reasons = {"not UTF-8", "not JSON", "a number is too long", "NaN and Infinity are not JSON"}
    assert reason_to_refuse(raw) in {None, *reasons}


@pytest.mark.parametrize("pair", ["[]", '{"":}'])
def test_the_depth_is_counted_and_not_the_brackets(pair: str) -> None:
    opening, closing = pair[:-1], pair[-1]
    assert parse(f"{opening * (DEEPEST - 1)}[]{closing * (DEEPEST - 1)}".encode()) is not None
    with pytest.raises(NotStrictJson, match="nested deeper"):
        parse(f"{opening * DEEPEST}[]{closing * DEEPEST}".encode())
    assert len(parse(f"[{','.join(['[]'] * 5000)}]".encode())) == 5000  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["[" * 100, "{[" * 100, '\\"' + "[" * 100, '"' + "[" * 100, "]" * 100 + "[" * 100]
)
def test_brackets_inside_a_text_are_not_depth(text: str) -> None:
    assert parse(json.dumps({text: text}).encode()) == {text: text}


def test_brackets_after_a_text_are_depth() -> None:
    with pytest.raises(NotStrictJson, match="nested deeper"):
        parse(b'["\\\\", ' + b"[" * DEEPEST + b"]" * DEEPEST + b"]")


def test_numbers_are_read_up_to_32_characters() -> None:
    assert parse(b"9" * LONGEST_NUMBER) == int("9" * LONGEST_NUMBER)
    for too_long in (b"9" * 33, b"-" + b"9" * 32, b"0." + b"9" * 31, b"1e" + b"0" * 31):
        with pytest.raises(NotStrictJson, match="number is too long"):
            parse(too_long)


@pytest.mark.parametrize("raw", [b"1e999", b"-1e999", b"[1e400]"])
def test_a_number_beyond_every_number_is_infinity_and_so_refused(raw: bytes) -> None:
    with pytest.raises(NotStrictJson, match="number is too large"):
        parse(raw)
