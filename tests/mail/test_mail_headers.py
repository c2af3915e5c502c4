"""Every client shows a name and a subject as they were typed, of whatever length and script."""

# ruff: noqa: RUF001 - many scripts on purpose

import base64
import quopri
import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cleaning.text import clean_line
from mail.headers import UNICODE_ADDRESSES
from mail.letter import compose
from tests.mail.examples import ASKED, KEY, NOW, letter, question

NAMES = [
    "Ana Marija Ćosić-Vujčić",
    "漢字" * 20,
    "Nguyễn Thị Minh Khai " * 6,
    "Ἀριστοτέλης ὁ Σταγειρίτης",
    "محمد بن موسى الخوارزمي",
    "दीपिका पादुकोण",
    "김 민수 👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈",
    'Quist, Orla "Q" <x>; (hr) @ Acme: [a] \\ b',
    'Ćosić, Orla "Q" <x>; (hr) @ Acme: [a] \\ b',
    "=?utf-8?q?Ada?= Lovelace",
    "Ada =?utf-8?b?QQ==?=",
    "x" * 190,
    "Ada " * 49,
    "_ = ? _ é",
    "é" * 23 + " " + "é" * 23,
    "ASCII first and then after more than seventy-six characters a single letter ć",
]
SCRIPTS = "abc Ćosić漢字かなДаשלוםمحمدहिन्दी한국어 👩\u200d👧 é\u0301,;:.\"'<>()@[]\\=?_-"
names = st.sampled_from(NAMES) | st.text(st.sampled_from(SCRIPTS), min_size=1, max_size=120) | st.text()
_ENCODED_WORD = re.compile(rb"=\?utf-8\?([bq])\?([^?\s]*)\?=")


def raw(message: bytes, name: str) -> bytes:
    """The header's value as it goes over the wire, unfolded."""
    head = message.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n"))
    return lines[name.encode()]


def shown(value: bytes) -> str:
    """As RFC 2047 has it, each word decoded by itself: blanks between two encoded words are not shown."""

    def decoded(found: re.Match[bytes]) -> bytes:
        content = found[2].replace(b"_", b" ")
        word = base64.b64decode(found[2]) if found[1] == b"b" else quopri.decodestring(content)
        return word.decode().encode()

    joined = re.sub(rb"(\?=)\s+(?==\?)", rb"\1", value)
    return _ENCODED_WORD.sub(decoded, joined).decode()


def shown_name(value: bytes) -> str:
    phrase = value.rpartition(b" <")[0]
    if phrase.startswith(b'"'):
        return re.sub(r"\\(.)", r"\1", phrase[1:-1].decode())
    return shown(phrase)


def received(message: EmailMessage) -> EmailMessage:
    return message_from_bytes(message.as_bytes(), policy=policy.default)


def named_in(message: EmailMessage, header: str) -> tuple[str, str]:
    """By Python's own parsers; the newer one, up to 3.13.0, puts a blank between two words of a name."""
    value = raw(message.as_bytes(), header)
    name, email = parseaddr(value.decode())
    read = str(make_header(decode_header(name))) if b"=?" in value else name
    if value.count(b"=?") < 2:
        assert received(message)[header].addresses[0].display_name == read
    return read, email


def assert_lines_are_short(message: EmailMessage) -> None:
    head = message.as_bytes().partition(b"\r\n\r\n")[0]
    for line in head.split(b"\r\n"):
        assert len(line) <= (76 if b"=?" in line else 998)
        assert all(len(word[0]) <= 75 for word in _ENCODED_WORD.finditer(line))


@given(names)
@example(NAMES[0])
@example(NAMES[1])
def test_a_subject_is_shown_as_it_was_typed(candidate: str) -> None:
    message = letter(candidate=candidate)
    typed = f"Was {clean_line(candidate, 200) or 'the candidate'} hired?"
    value = raw(message.as_bytes(), "Subject")
    assert shown(value) == typed
    assert str(make_header(decode_header(value.decode()))) == typed
    assert received(message)["Subject"] == typed
    assert_lines_are_short(message)


@given(names)
@example(NAMES[0])
@example(NAMES[1])
def test_a_recipients_name_is_shown_as_it_was_typed(name: str) -> None:
    message = letter(to=replace(ASKED, name=name))
    typed = clean_line(name, 200)
    value = raw(message.as_bytes(), "To")
    assert shown_name(value) == typed
    assert named_in(message, "To") == (typed, ASKED.email)
    assert_lines_are_short(message)


@given(names)
@example('"Hiring, Acme"')
@example(NAMES[0])
def test_a_senders_name_is_shown_as_it_was_typed(name: str) -> None:
    message = compose(question(), f"{name} <hiring@company.test>", KEY, NOW)
    typed = clean_line(re.sub(r'^"(.*)"$', r"\1", clean_line(name)), 200)
    assert shown_name(raw(message.as_bytes(), "From")) == typed
    assert named_in(message, "From") == (typed, "hiring@company.test")
    assert_lines_are_short(message)


def test_an_organization_with_a_comma_needs_no_quotation_marks() -> None:
    for sender in ("Acme, Inc. <hiring@company.test>", '"Acme, Inc." <hiring@company.test>'):
        assert compose(question(), sender, KEY, NOW)["From"].addresses[0].display_name == "Acme, Inc."


@pytest.mark.parametrize("local", ["a" * 60, "josé" * 15])
@pytest.mark.parametrize("name", ["", *NAMES])
def test_a_long_address_stays_whole_whatever_the_name(local: str, name: str) -> None:
    email = f"{local}@{'x' * 60}.{'y' * 60}.test"
    message = letter(to=replace(ASKED, name=name, email=email))
    sent = message.as_bytes(policy=UNICODE_ADDRESSES)
    assert raw(sent, "To").decode().rpartition("<")[2].rstrip(">") == email
    assert message["To"].addresses[0].addr_spec == email


def test_a_message_id_stays_whole_in_the_longest_domain() -> None:
    domain = ".".join(["x" * 60] * 4)
    message = compose(question(), f"hr@{domain}", KEY, NOW)
    assert re.fullmatch(rf"<[0-9a-f]{{40}}@{domain}>", raw(message.as_bytes(), "Message-ID").decode())
