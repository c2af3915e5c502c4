"""An address is used without what copying has left around it, and refused with the cause where that is inside."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.email_address import NotAnAddress, clean_email, clean_email_or_none, email_key
from cleaning.text import UNSEEN

ANA = "ana@example.test"
WRITTEN = [
    ANA,
    f"\u200b{ANA}\u00a0",
    f"\u202a{ANA}\u202c",
    f"\ufeff\u2060 {ANA}\u180e\u200e\r\n",
    f"\u00ad{ANA}\ufe0f\x00",
    f"mailto:{ANA}",
    f"MailTo:{ANA}?subject=Hello&body=a@b.test",
    "mailto:ana%40example.test",
    f"<{ANA}>",
    f"<mailto:{ANA}>",
    f"{ANA} <mailto:{ANA}>",
    f"Ana Costa <{ANA}>",
    f'"Costa, Ana" <{ANA}>;',
    f'"{ANA}" <{ANA}>',
    f"'{ANA.upper()}' <{ANA}>,",
    f"Ana @ Acme <{ANA}>",
    f"'{ANA}'",
    f"“{ANA}”",
    f"({ANA})",
    f"{ANA};",
    f"{ANA} , ",
    f"; {ANA}",
    f"{ANA}.",
    f"'{ANA}",
    f"{ANA}'",
    f"\u2022{ANA}\u2026",
    f"\ufffc{ANA}",
    f"\u201e{ANA}\u201c",
    "ana\uff20example.test",
    "ana@example\u3002test",
    "ana@\uff45xample\u2024test",
]
KEPT = [
    "a.b+c@sub.people.test",
    "o'neill@people.test",
    "ada@bücher.example",
    "愛@例え.テスト",
    "Ana.Costa@Example.Test",
    "josé@example.test",
    "a?b%40c@example.test",
    "ana@ex_ample.test",
]
REFUSED = [
    ("", "is empty"),
    (" \u200b;", "is empty"),
    ("ana", "has no @"),
    ("@example.test", "has nothing before the @"),
    ("ana@", "has no domain"),
    ("ana@example", "has no domain"),
    ("ana@.test", "has no domain"),
    ("ana@example..test", "has no domain"),
    ("ana @example.test", "has a blank in place 4"),
    ("ana\u00a0@example.test", "has an invisible character (U+00A0, no-break space) in place 4"),
    ("\u200bana@exa\u200bmple.test", "has an invisible character (U+200B, zero width space) in place 8"),
    ("ana@example\u2060.test", "has an invisible character (U+2060, word joiner) in place 12"),
    ("a\u00adna@example.test", "has an invisible character (U+00AD, soft hyphen) in place 2"),
    ("ana\u202e@example.test", "has an invisible character (U+202E, right-to-left override) in place 4"),
    ("an\u180ea@example.test", "has an invisible character (U+180E, mongolian vowel separator) in place 3"),
    ("ana\x00@example.test", "has an invisible character (U+0000, control character) in place 4"),
    ("ana@example.test\r\nBcc: x", "has an invisible character (U+000D, control character) in place 17"),
    ("ana(work)@example.test", "has '(', which no address has, in place 4"),
    ("ana\ufffd@example.test", "has '\ufffd', which no address has, in place 4"),
    ("mailto:ana%00@example.test", "has an invisible character (U+0000"),
    (f"{ANA}, bob@example.test", "more than one @"),
    (f"{ANA};bob@example.test", "more than one @"),
    (f"{ANA}\nbob@example.test", "more than one @"),
    (f"bob@example.test <{ANA}>", "holds two addresses"),
    (f"mailto:{ANA},bob@example.test", "more than one @"),
    ("ana@example.test%0aBcc", "which no domain has, in place 17"),
    ("ana@exam'ple.test", "which no domain has, in place 9"),
    ("a" * 250 + "@b.test", "longer than 254"),
    ("(" * 100_000, "longer than 254"),
]


@pytest.mark.parametrize("written", WRITTEN)
def test_what_is_around_an_address_is_removed(written: str) -> None:
    assert clean_email(written) == ANA
    assert email_key(written) == ANA


@pytest.mark.parametrize("address", KEPT)
def test_an_address_stays_as_it_is(address: str) -> None:
    assert clean_email(address) == clean_email(f" <{address}>\t\n") == address


def test_an_accent_typed_as_a_letter_of_its_own_is_composed() -> None:
    assert clean_email("jose\u0301@example.test") == "josé@example.test"


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_what_is_inside_is_refused_with_the_character_and_its_place(text: str, reason: str) -> None:
    with pytest.raises(NotAnAddress) as refused:
        clean_email(text)
    assert reason in refused.value.reason
    assert clean_email_or_none(text) is None


@pytest.mark.parametrize("text", [text for text, _ in REFUSED if "@" in text])
def test_a_refusal_quotes_nobodys_address(text: str) -> None:
    with pytest.raises(NotAnAddress) as refused:
        clean_email(text)
    assert not {"ana", "bob", "example"} & set(refused.value.reason.lower().replace("'", " ").split())
    assert "example" not in refused.value.reason


@given(st.text(alphabet='ab@. ,;<>"é\x00\x1c\u2028\u200b\ufe0f%') | st.emails() | st.text())
def test_an_address_in_use_has_one_sign_nothing_unseen_and_a_domain_with_a_dot(text: str) -> None:
    used = clean_email_or_none(text)
    if used is not None:
        assert used.count("@") == 1
        assert not set(used) & set(UNSEEN)
        assert "." in used.partition("@")[2]
        assert len(used) <= 254
        assert used.partition("@")[0] in unicodedata.normalize("NFC", text)
        assert clean_email(used) == used


@given(st.text(st.sampled_from(UNSEEN + ";,")), st.text(st.sampled_from(UNSEEN + ";,")))
def test_whatever_is_unseen_at_the_ends_is_removed(before: str, after: str) -> None:
    assert clean_email(f"{before}{ANA}{after}") == ANA


@given(st.sampled_from(UNSEEN), st.integers(1, len(ANA) - 1))
def test_whatever_is_unseen_inside_is_named_with_its_place(unseen: str, place: int) -> None:
    with pytest.raises(NotAnAddress) as refused:
        clean_email(f"{ANA[:place]}{unseen}{ANA[place:]}")
    assert refused.value.reason.endswith(f" in place {place + 1}")
