"""The letter to the owner: what it says, that it is found again, and that nothing from outside breaks out of it."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hiring.asked import LetterKind
from hiring.requestors import RequestorRole
from mail.addresses import UnusableAddress
from mail.letter import compose
from tests.mail.examples import ASKED, KEY, LINK, NOW, SENDER, letter, letter_to, question, text_of

HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]
INJECTION = "Ada\r\nBcc: eve@evil.test"
HIDDEN_INJECTION = "=?utf-8?q?Ada=0D=0ABcc:_eve@evil.test?="


class Page(HTMLParser):
    """Tags, links and text of an HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def _as_received(message: EmailMessage) -> EmailMessage:
    return message_from_bytes(message.as_bytes(), policy=policy.default)


def test_it_says_who_which_posting_and_when_the_report_came() -> None:
    for kind in ("plain", "html"):
        body = text_of(letter(), kind)
        assert "Ada Lovelace (Engineer II) was completed on 2 March 2026" in body
        assert "Hello Orla Quist," in body
    assert letter()["Subject"] == "Was Ada Lovelace hired?"


def test_there_is_one_link_and_it_is_whole_in_both_parts() -> None:
    received = _as_received(letter())
    assert re.findall(r"https?://\S+", text_of(received, "plain")) == [LINK]
    assert Page(text_of(received, "html")).links == [LINK]


@pytest.mark.parametrize(
    ("will_remind", "words"),
    [(True, "we remind you once, on 23 March 2026"), (False, "by 23 March 2026, we do not ask again")],
)
def test_it_says_what_happens_without_an_answer(will_remind: bool, words: str) -> None:
    message = letter(will_remind=will_remind)
    assert words in text_of(message, "plain")
    assert words in text_of(message, "html")


@pytest.mark.parametrize(
    ("kind", "subject", "words"),
    [
        (LetterKind.REMINDER, "Reminder: was Ada Lovelace hired?", "have no answer yet"),
        (LetterKind.ONCE_MORE, "Once more: was Ada Lovelace hired?", "neither was used"),
    ],
)
def test_a_further_letter_says_why_it_comes(kind: LetterKind, subject: str, words: str) -> None:
    assert letter(kind=kind)["Subject"] == subject
    assert words in text_of(letter(kind=kind), "plain")
    assert words not in text_of(letter(), "plain")


def test_who_is_asked_in_place_of_the_owner_reads_why() -> None:
    instead = replace(ASKED, role=RequestorRole.HIRING_MANAGER, why="The opportunity's owner is missing")
    words = (
        "as the posting's hiring manager, because others could not be. The opportunity's owner is missing."
    )
    assert words in text_of(letter(to=instead), "plain")
    assert "You are asked as the opportunity's owner. " in text_of(letter(), "plain")


def test_the_fallback_address_is_greeted_without_a_name() -> None:
    message = letter(to=replace(ASKED, name="talent@hiring.test", email="talent@hiring.test", role=None))
    assert text_of(message, "plain").startswith("Hello,\n")
    assert message["To"] == "talent@hiring.test"


def test_the_message_id_comes_from_the_effect_key_and_the_senders_domain() -> None:
    first, again, other = (compose(question(), SENDER, key, NOW)["Message-ID"] for key in (KEY, KEY, "x"))
    assert first == again != other
    assert re.fullmatch(r"<[0-9a-f]{40}@company\.test>", first)


def test_it_says_that_no_person_wrote_it() -> None:
    message = letter()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    assert message["From"] == SENDER


@given(st.text(), st.text(), st.text())
@example(INJECTION, INJECTION, INJECTION)
@example(HIDDEN_INJECTION, HIDDEN_INJECTION, HIDDEN_INJECTION)
@example("Ada\u2028Bcc: eve@evil.test", "=?utf-8?b?DQo=?=", "\ud800")
@example("==??utf-8?q?=0D=0A?=", "=\u200f?utf-8?q?=0D=0ABcc:_x?=", "x" * 3000)
def test_no_text_from_outside_becomes_a_header(candidate: str, posting: str, name: str) -> None:
    message = letter(candidate=candidate, posting=posting, to=replace(ASKED, name=name))
    received = _as_received(message)
    assert received.keys() == HEADERS
    assert [address.addr_spec for address in received["To"].addresses] == [ASKED.email]
    assert all(len(line) <= 998 for line in message.as_bytes().split(b"\r\n"))


@given(st.text(), st.text())
@example("<script>alert(1)</script>", '"><img src=x>')
@example("</title><a href='https://evil.test'>Ada</a>", "&lt;")
def test_no_text_from_outside_becomes_a_tag(candidate: str, posting: str) -> None:
    plain, odd = (
        Page(text_of(message, "html"))
        for message in (
            letter(),
            letter(candidate=candidate, posting=posting, to=replace(ASKED, name=posting)),
        )
    )
    assert odd.tags == plain.tags
    assert odd.links == [LINK]


@pytest.mark.parametrize(
    "email",
    [
        "orla@hiring.test\r\nBcc: eve@evil.test",
        "=?utf-8?q?a=0D=0ABcc:_eve@evil.test?=@hiring.test",
        "=?utf-8?q?a=0D=0Ab?=@hiring.test",
        "orla@hiring.test, eve@evil.test",
        "orla\u202e@hiring.test",
        "orla\u200b@hiring.test",
        "orla\ud800@hiring.test",
        "orla@=?hiring.test",
        "orla@-..test",
        "orla",
        "",
    ],
)
def test_an_address_that_is_no_plain_one_is_refused(email: str) -> None:
    with pytest.raises(UnusableAddress):
        letter_to(email)


@pytest.mark.parametrize("written", ["{}\n", "\u200b{}\u00a0", "mailto:{}", "<{}>", "Orla <{}>;"])
def test_what_copying_left_around_an_address_is_not_mailed(written: str) -> None:
    assert letter_to(written.format(ASKED.email))["To"].addresses[0].addr_spec == ASKED.email


@pytest.mark.parametrize(
    "sender", ["Hiring <hiring@company.test>\r\nBcc: x@y.test", "Hiring", "a b@c.test", ""]
)
def test_a_sender_that_is_no_plain_one_is_refused(sender: str) -> None:
    with pytest.raises(UnusableAddress):
        compose(question(), sender, KEY, NOW)


@pytest.mark.parametrize("name", ["Quist, Orla", 'Orla "Q" Quist', "Örla Quist", "orla@evil.test", "a:b;c"])
def test_any_name_stands_beside_the_address_as_it_is(name: str) -> None:
    received = _as_received(letter(to=replace(ASKED, name=name)))
    assert [(one.display_name, one.addr_spec) for one in received["To"].addresses] == [(name, ASKED.email)]


def test_letters_beyond_ascii_are_read_as_they_were_written() -> None:
    received = _as_received(letter(candidate="Zoë Łuczak 李", posting="Ingenieur für Öl"))
    assert received["Subject"] == "Was Zoë Łuczak 李 hired?"
    assert "Zoë Łuczak 李 (Ingenieur für Öl)" in text_of(received, "plain")
    assert letter(candidate="Zoë Łuczak 李").as_bytes().isascii()
