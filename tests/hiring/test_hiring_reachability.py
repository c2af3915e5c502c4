"""A request goes to an address that can be one; a text message only to a number that names its country."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring.reachability import international_phone, usable_email

INTERNATIONAL = [
    ("+15550100123", "+15550100123"),
    ("+1 (555) 010-0123", "+15550100123"),
    ("0047 555 01 234", "+4755501234"),
    ("+44\u00a0555\u00a00100", "+445550100"),
    ("+47 555\u201101\u2013234", "+4755501234"),
    ("+49 / 555 / 01234", "+4955501234"),
    ("+44 (0)20 5550 0123", "+442055500123"),
    ("0044 (0)20 5550 0123", "+442055500123"),
    ("++15550100123", "+15550100123"),
    ("'+1 555 010 0123", "+15550100123"),
    ("+1 555 010 0123, +1 555 010 0124", "+15550100123"),
    ("+1 555 010 0123 ext. 7 / +1 555 010 0124", "+15550100124"),
    ("(415) 555-0100", "+14155550100"),
    ("+44\u0665\u0665\u0665\u0660\u0661\u0660\u0660", "+445550100"),
]
LEFT_OUT = [
    "",
    "555 0100",
    "020 5550 0123",
    "(0)20 5550 0123",
    "+1 555 010 0123 ext. 7",
    "+1 555 010 0123 x7",
    "call after 6 pm, (0)22/55-01 ext. 7",
    "+1-800-FLOWERS",
    "+12345",
    "+1234567890123456",
    "+0 555 010 0123",
    "0000",
    "+123456789012345",
]
ADDRESSES = [
    "ada@people.test",
    "a.b+c@sub.people.test",
    "o'neill@people.test",
    "ada@bücher.example",
    "愛@例え.テスト",
]
NO_ADDRESSES = [
    "",
    "   ",
    "ada",
    "@people.test",
    "ada@",
    "ada@people",
    "ada@people.",
    "ada@.test",
    "ada@people..test",
    "ada@bram@people.test",
    "ada@people.test, bram@people.test",
    "ada@people.test;bram@people.test",
    "ada@people.test bram@people.test",
    "ada@people.test\r\nBcc: bram@people.test",
    "ada\x00@people.test",
    "a" * 250 + "@b.test",
]


@pytest.mark.parametrize(("written", "plain"), INTERNATIONAL)
def test_a_number_with_its_country_is_used_however_it_is_written(written: str, plain: str) -> None:
    assert international_phone([written]) == plain


@pytest.mark.parametrize("written", LEFT_OUT)
def test_a_number_that_may_reach_a_stranger_is_left_out(written: str) -> None:
    assert international_phone([written]) is None


def test_the_first_usable_number_counts() -> None:
    assert international_phone(["555 0100", "+15550100123", "+15550100124"]) == "+15550100123"


@given(st.lists(st.text(alphabet="+0123456789 ()-./x\u00a0\u0663") | st.text(), max_size=4))
def test_what_is_used_as_a_phone_number_is_always_e164(phones: list[str]) -> None:
    used = international_phone(phones)
    assert used is None or re.fullmatch(r"\+[1-9][0-9]{6,14}", used, re.ASCII)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_used_as_it_stands_without_what_copying_left_around_it(address: str) -> None:
    assert usable_email([address]) == usable_email([f" \u200bmailto:{address};\u00a0\n"]) == address


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_not_exactly_one_address_is_passed_over(text: str) -> None:
    assert usable_email([text]) is None
    assert usable_email([text, "bram@people.test"]) == "bram@people.test"


@given(st.lists(st.text(alphabet='ab@. ,;<>"é\x00\x1c\u2028') | st.emails() | st.text(), max_size=4))
def test_an_address_in_use_has_one_sign_no_blanks_and_a_domain_with_a_dot(emails: list[str]) -> None:
    used = usable_email(emails)
    if used is not None:
        assert re.fullmatch(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+", used)
        assert "." in used.partition("@")[2]
        assert len(used) <= 254
        assert any(used in unicodedata.normalize("NFC", email) for email in emails)
