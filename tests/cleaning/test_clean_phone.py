"""A phone number is kept as it was written, and one that a spreadsheet damaged never becomes another number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.phone import DEFAULT_REGION, LONGEST, NotAPhone, clean_phone, e164_phone, split_phones

KEPT = [
    "+15550100",
    "+1 (555) 010-0199",
    "(415) 555-0100",
    "020 7946 0000",
    "+44 (0)20 7946 0958",
    "0049/30.123456",
    "5550\u20110100",
    "555 0100",
    "+1 555 0100 x12",
    "+1 415 555 0100 ext. 7",
    "415.555.0100 extension 7",
    "+1 415 555 0100 #12",
    "+1 415 555 0100,,12",
    "+1-415-555-0100;ext=12",
    "(415) 555-0100 x1234",
    "415-555-0100 ext. 12345",
    "020 7946 0000 ext 1234567",
    "555 0100 x12",
    "+1 415 555 0100; ext. 12",
    "+1 415 555 0100 ext.: 12",
    "+1 415 555 0100 ext=12",
    "+1 415 555 0100p12",
    "+49 30 123456 Durchwahl 12",
    "+49 30 123456 DW 12",
    "+33 1 70 18 99 00 poste 12",
    "+55 11 2345 6789 ramal 12",
]
UNWRAPPED = [
    ("'+447700900123", "+447700900123"),
    ("\u2019+447700900123", "+447700900123"),
    ("'020 7946 0000", "020 7946 0000"),
    ('="+447700900123"', "+447700900123"),
    ('\'="+447700900123"', "+447700900123"),
    ("=+447700900123", "+447700900123"),
    ("447700900123.0", "447700900123"),
    ("447700900123,00", "447700900123"),
    ("447,700,900,123", "447700900123"),
    ("447,700,900,123.00", "447700900123"),
    ("447,700,900,000", "447700900000"),
    ("4.47700900123E+11", "447700900123"),
    ("4,47700900123E+011", "447700900123"),
    ("tel:+1-415-555-0100", "+1-415-555-0100"),
    ("TEL:+447700900123", "+447700900123"),
    ("Mobile: +44 7700 900123", "+44 7700 900123"),
    ("Tel. 020 7946 0000", "020 7946 0000"),
    ("+1 415 555 0100 (home)", "+1 415 555 0100"),
    ("\u202a+44\u00a07700 900123\u202c\u200b", "+44 7700 900123"),
    ("\uff0b\uff14\uff14 7700 900123", "+44 7700 900123"),
    ("\u0660\u0662\u0660 7946 0000", "020 7946 0000"),
    ("+44 7700 900123;", "+44 7700 900123"),
    ('"447700900123"', "447700900123"),
    ("\u201c+44 7700 900123\u201d", "+44 7700 900123"),
    ("447 700 900 123,0", "447 700 900 123"),
    ("+447 700 900 123.00", "+447 700 900 123"),
    ("Phone number: +44 7700 900123", "+44 7700 900123"),
    ("WhatsApp: +44 7700 900123", "+44 7700 900123"),
    ("+44 7700 900123 mobile", "+44 7700 900123"),
    ("+44 7700 900123 - home", "+44 7700 900123"),
]
REFUSED = [
    ("4.479E+11", "rounded by a spreadsheet"),
    ("4,479E+011", "rounded by a spreadsheet"),
    ("4.5E+11", "rounded by a spreadsheet"),
    ("4E+11", "rounded by a spreadsheet"),
    ("#########", "too wide for its column"),
    ("#N/A", "error value"),
    ("#VALUE!", "error value"),
    ("Err:502", "error value"),
    ("", "no number that can be dialled"),
    ("call me", "no number that can be dialled"),
    ("ask for 020 7946 0000", "no number that can be dialled"),
    ("555-01", "less than 7 or more than 15 digits"),
    ("1" * 16, "less than 7 or more than 15 digits"),
    ("+12345", "too few or too many digits for its country"),
    ("+4477009001230", "too few or too many digits for its country"),
    ("1-800-FLOWERS", "words in it"),
    ("+1 415 555 0100 (day) or so", "words in it"),
    ("1234567" + " -" * 100, f"longer than {LONGEST} characters"),
]
SEVERAL = [
    ("+44 7700 900123 ::: +44 7700 900124", ["+44 7700 900123", "+44 7700 900124"]),
    ("+447700900123; 020 7946 0000|415-555-0100", ["+447700900123", "020 7946 0000", "415-555-0100"]),
    ("+1 415 555 0100, +1 415 555 0101", ["+1 415 555 0100", "+1 415 555 0101"]),
    ("415-555-0100 / 415-555-0101", ["415-555-0100", "415-555-0101"]),
    ("+1 415 555 0100 or +1 415 555 0101", ["+1 415 555 0100", "+1 415 555 0101"]),
    ("+1 415 555 0100\r\n+1 415 555 0101", ["+1 415 555 0100", "+1 415 555 0101"]),
    ("+1 415 555 0100 x12 ::: ", ["+1 415 555 0100 x12"]),
    ("+1 415 555 0100 +44 7700 900123", ["+1 415 555 0100", "+44 7700 900123"]),
    ("+1 415 555 0100\u2028+44 7700 900123", ["+1 415 555 0100", "+44 7700 900123"]),
    ("415 555 0100\x0b415 555 0101", ["415 555 0100", "415 555 0101"]),
]
TEXTABLE = [
    ("+15550100123", "US", "+15550100123"),
    ("(415) 555-0100", "US", "+14155550100"),
    ("1 415 555 0100", "US", "+14155550100"),
    ("011 44 20 7946 0000", "US", "+442079460000"),
    ("020 7946 0000", "GB", "+442079460000"),
    ("0044 (0)20 7946 0000", "US", "+442079460000"),
    ("+49 (0)30 123456", "US", "+4930123456"),
    ("'+44 7700 900123", "US", "+447700900123"),
]
NOT_TEXTABLE = [
    ("020 7946 0000", "US"),
    ("(415) 555-0100", "GB"),
    ("555 0100", "US"),
    ("447700900123", "US"),
    ("+1 415 555 0100 x12", "US"),
    ("4.479E+11", "US"),
    ("+123456789012345", "US"),
    ("+0 555 010 0123", "US"),
]
# None is a part of another's way of being written, so that each way can be seen in what comes of it.
NUMBERS = st.from_regex(r"\+44 ?7[0-9]{3} ?[0-9]{6}", fullmatch=True)


@pytest.mark.parametrize("written", KEPT)
def test_a_number_stays_as_it_was_written_with_its_extension(written: str) -> None:
    assert split_phones(written) == [written]
    assert clean_phone(f" {written}\r\n") == written


@pytest.mark.parametrize(("written", "plain"), UNWRAPPED)
def test_what_is_around_a_number_is_removed(written: str, plain: str) -> None:
    assert [clean_phone(one) for one in split_phones(written)] == [plain]


@pytest.mark.parametrize(("written", "reason"), REFUSED)
def test_what_is_no_number_is_refused_with_the_cause_and_without_its_digits(
    written: str, reason: str
) -> None:
    with pytest.raises(NotAPhone) as caught:
        clean_phone(written)
    assert reason in caught.value.reason
    assert e164_phone(written) is None


@pytest.mark.parametrize(("written", "numbers"), SEVERAL)
def test_several_numbers_in_one_field_are_several(written: str, numbers: list[str]) -> None:
    assert [clean_phone(one) for one in split_phones(written)] == numbers


@pytest.mark.parametrize("written", ["," * 100_000, "1," * 100_000, "=" + " " * 100_000 + "x", "'" * 100_000])
def test_a_field_that_is_no_number_at_all_takes_no_time(written: str) -> None:
    assert [e164_phone(one) for one in split_phones(written)] == [None]


@pytest.mark.parametrize(("written", "region", "number"), TEXTABLE)
def test_a_number_is_completed_by_the_country_it_is_dialled_in(
    written: str, region: str, number: str
) -> None:
    assert e164_phone(written, region) == number


@pytest.mark.parametrize(("written", "region"), NOT_TEXTABLE)
def test_no_text_message_goes_to_a_number_that_may_be_a_strangers(written: str, region: str) -> None:
    assert e164_phone(written, region) is None


def test_the_default_region_is_the_one_documented() -> None:
    assert DEFAULT_REGION == "US"
    assert e164_phone("(415) 555-0100") == "+14155550100"


@given(
    NUMBERS,
    st.sampled_from(
        ["{}", "'{}", '="{}"', "\u200b{}\u00a0", "tel:{}", "Tel: {}", "{} (mobile)", "{};", "\u202a{}\u202c"]
    ),
)
def test_a_number_survives_every_way_of_leaving_it(number: str, way: str) -> None:
    [written] = split_phones(way.format(number))
    assert clean_phone(written) == number
    assert e164_phone(written) == number.replace(" ", "")


def outcome(written: str) -> str:
    try:
        return clean_phone(written)
    except NotAPhone as error:
        return error.reason


@given(st.integers(10**6, 10**15 - 1), st.integers(0, 14))
def test_a_number_that_a_spreadsheet_took_for_one_comes_back_whole_or_not_at_all(
    number: int, decimals: int
) -> None:
    assert outcome(f"{number}.0") == outcome(f"{number:,}") == outcome(str(number))
    assert outcome(f"{number:.{decimals}E}") in (outcome(str(number)), outcome("4.479E+11"))


@given(st.text(alphabet="+0123456789 ()-./x#:;,|'=\"E\u00a0\u0663\u200b") | st.text())
def test_no_text_leads_to_another_error_or_to_digits_that_nobody_wrote(text: str) -> None:
    for written in split_phones(text):
        try:
            number = clean_phone(written)
        except NotAPhone:
            continue
        assert len(number) <= LONGEST
        assert number.isprintable()
        used = e164_phone(written)
        assert used is None or re.fullmatch(r"\+[1-9][0-9]{6,14}", used, re.ASCII)
