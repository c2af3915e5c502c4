"""Text from outside is what every system behind us holds, and what a reader sees of it."""

# ruff: noqa: RUF001 - many scripts on purpose

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.text import clean_json, clean_line, clean_text, match_key, trimmed

CLEANED = [
    ("Nurse\u0000 (nights)", "Nurse (nights)"),
    ("\u0000", ""),
    ("A\u0000n\u0000a\u0000", "Ana"),
    ("soft\u000bbreak\u0085here\u001fthere", "soft break here there"),
    ("bell\u0007 escape\u001b[1m", "bell escape[1m"),
    ("half \ud83d", "half \ufffd"),
    ("\udc00 half", "\ufffd half"),
    ("two halves \ud83d\ude00", "two halves 😀"),
    ("none\ufffe\uffff\ufdd0\U0001ffff", "none"),
    ("two\r\nlines\tand a tab", "two\r\nlines\tand a tab"),
    ("Zoë 李 می\u200cخواهم 👩\u200d👧", "Zoë 李 می\u200cخواهم 👩\u200d👧"),
]
LINES = [
    (" \u200bAna\u00a0 \u00a0Costa\u202a\ufeff ", "Ana Costa"),
    ("\u2060\u200eAna\u180e\u200d", "Ana"),
    ("Ana\u00adMaria", "AnaMaria"),
    ("Ana\r\n\tMaria\u2028Costa", "Ana Maria Costa"),
    ("\u202eanA", "anA"),
    ("Cafe\u0301", "Café"),
    ("می\u200cخواهم\u200c", "می\u200cخواهم"),
    ("I ❤\ufe0f", "I ❤\ufe0f"),
    ("\U0001f3f4\U000e0067\U000e0062\U000e007f", "\U0001f3f4\U000e0067\U000e0062\U000e007f"),
    ("葛\U000e0100", "葛\U000e0100"),
    ("\u3164", ""),
    ("\u2800 x \u2800", "x"),
]
SAME = [
    ("Nurse nights", "nurse\u00a0nights\u200b"),
    ("Full-time", "full\u2011time"),
    ("Full-time", " FULL\u2013TIME\ufeff"),
    ("Café", "cafe\u0301"),
    ("Engineer", "Ｅｎｇｉｎｅｅｒ"),
    ("Straße", "STRASSE"),
    ("Engineer", "Engi\u200dneer\u180e"),
    ("Engineer", "\u202aEngi\u00adneer\u2060"),
]


@pytest.mark.parametrize(("text", "cleaned"), CLEANED)
def test_what_no_system_holds_is_gone_and_all_else_stays(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@pytest.mark.parametrize(("text", "line"), LINES)
def test_a_line_has_single_blanks_and_nothing_unseen_at_its_ends(text: str, line: str) -> None:
    assert clean_line(text) == line


@given(st.text())
def test_clean_text_can_be_sent_and_stored_and_is_cleaned_once(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned.encode().decode() == cleaned
    assert not any(unicodedata.category(char) == "Cc" for char in cleaned if char not in "\t\r\n")
    assert clean_text(cleaned) == cleaned


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"])))
def test_text_without_anything_odd_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text


@given(st.text(), st.integers(0, 9) | st.none())
def test_a_clean_line_is_one_bounded_line_and_cleaned_once(text: str, longest: int | None) -> None:
    line = clean_line(text, longest)
    assert len(line.splitlines()) <= 1
    assert "  " not in line
    assert trimmed(line) == line
    assert clean_line(line, longest) == line
    assert longest is None or len(line) <= longest


@pytest.mark.parametrize("unseen", "\u00a0\u00ad\u180e\u200b\u200e\u202a\u2028\u2060\ufeff\u3000\x00\x1c\x85")
def test_trimming_takes_whatever_nobody_sees_at_the_ends_alone(unseen: str) -> None:
    assert trimmed(f"{unseen} {unseen}a{unseen}b {unseen}") == f"a{unseen}b"


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_a_reader_takes_for_the_same_has_the_same_key(one: str, other: str) -> None:
    assert match_key(one) == match_key(other) != ""


@pytest.mark.parametrize(("one", "other"), [("Nurse", "Nurses"), ("C", "C++"), ("a b", "ab"), ("o", "ö")])
def test_what_a_reader_tells_apart_has_another_key(one: str, other: str) -> None:
    assert match_key(one) != match_key(other)


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert match_key(match_key(text)) == match_key(text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_JSON)
def test_a_clean_json_value_holds_no_text_that_is_not_clean(value: object) -> None:
    cleaned = clean_json(value)
    assert clean_json(cleaned) == cleaned
    assert "\\u0000" not in json.dumps(cleaned)
    json.dumps(cleaned, ensure_ascii=False).encode()


def test_texts_are_cleaned_however_deep_they_are_and_in_keys_too() -> None:
    value = {"te\0xt": ["Nurse\0", {"name": ["\0Ana", 1, None]}], "n": True}
    assert clean_json(value) == {"text": ["Nurse", {"name": ["Ana", 1, None]}], "n": True}


def test_what_our_own_code_stores_is_cleaned_too() -> None:
    assert clean_json({1: ("\0a", 2)}) == {"1": ["a", 2]}


def test_a_key_that_had_to_be_cleaned_does_not_take_the_place_of_the_real_one() -> None:
    assert clean_json({"id": "real", "id\0": "other"}) == {"id": "real"}
    assert clean_json({"id\0": "other", "id": "real"}) == {"id": "real"}
