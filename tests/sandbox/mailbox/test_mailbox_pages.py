"""The mailbox shows mails newest first, and no mail can do anything to who reads it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from sandbox.mailbox.app import create_app
from sandbox.mailbox.mailbox import Mailbox


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox(clock=lambda: datetime(2026, 1, 4, tzinfo=UTC))


@pytest.fixture
async def http(mailbox: Mailbox) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(mailbox))
    async with httpx.AsyncClient(transport=transport, base_url="http://mailbox.test") as client:
        yield client


def raw(subject: str, html: str = "") -> bytes:
    kind = "text/html" if html else "text/plain"
    return f"From: a@b.test\r\nSubject: {subject}\r\nContent-Type: {kind}\r\n\r\n{html or 'text'}".encode()


async def test_newest_first_and_by_recipient(mailbox: Any, http: Any) -> None:
    mailbox.deliver("s@b.test", ["One@to.test"], raw("first"))
    mailbox.deliver("s@b.test", ["two@to.test"], raw("second"))
    listed = (await http.get("/api/messages")).json()["messages"]
    assert [one["subject"] for one in listed] == ["second", "first"]
    only = (await http.get("/api/messages", params={"to": "one@to.test"})).json()["messages"]
    assert only == [
        {
            "id": "1",
            "at": 1767484800.0,
            "from": "a@b.test",
            "to": ["One@to.test"],
            "subject": "first",
            "text": "text",
            "html": "",
            "message_id": None,
            "headers": [["From", "a@b.test"], ["Subject", "first"], ["Content-Type", "text/plain"]],
            "tls": False,
            "user": None,
        }
    ]


async def test_headers_are_those_of_the_mail_unfolded(mailbox: Any, http: Any) -> None:
    mail = b"Message-Id: <1@x.test>\r\nReferences: <a@x.test>\r\n <b@x.test>\r\nX-Odd: \xff\r\n\r\nhi"
    mailbox.deliver("s@b.test", ["a@to.test"], mail)
    (one,) = (await http.get("/api/messages")).json()["messages"]
    assert one["message_id"] == "<1@x.test>"
    assert one["headers"][1:] == [["References", "<a@x.test> <b@x.test>"], ["X-Odd", "\ufffd"]]
    assert "&lt;1@x.test&gt;" in (await http.get("/messages/1")).text


async def test_both_parts_are_kept_and_a_link_in_each_can_be_followed(mailbox: Any, http: Any) -> None:
    message = EmailMessage()
    message["Subject"], url = "Was Ada hired?", "http://127.0.0.1:8604/answer/" + "t.T" * 40 + "-_"
    message.set_content(f"Please answer: {url}\n")
    message.add_alternative(f'<p>Please <a href="{url}">answer</a></p>', subtype="html")
    mailbox.deliver("s@b.test", ["a@to.test"], message.as_bytes())
    one = (await http.get("/api/messages/1")).json()
    assert url in one["text"]
    assert f'<a href="{url}">' in one["html"]
    page = (await http.get("/messages/1")).text
    assert f'<a href="{url}" rel="noopener noreferrer">' in page
    assert "allow-popups" in page


async def test_reset_empties_it_and_puts_the_knobs_back(mailbox: Any, http: Any) -> None:
    mailbox.deliver("s@b.test", ["a@to.test"], raw("hello"))
    assert (await http.put("/sandbox/knobs", json={"defer_mails": 2})).json()["defer_mails"] == 2
    assert (await http.post("/sandbox/reset")).json() == {"ok": True}
    assert (mailbox.mails(), mailbox.knobs.defer_mails) == ([], 0)


@pytest.mark.parametrize("wrong", [{"refuse_recipients": "("}, {"auth_user": ""}, {"latency_ms": 1}])
async def test_a_wrong_knob_is_refused(http: Any, wrong: Any) -> None:
    assert (await http.put("/sandbox/knobs", json=wrong)).status_code == 400


async def test_without_a_certificate_there_is_no_ca_to_fetch(http: Any) -> None:
    assert (await http.get("/sandbox/ca.pem")).status_code == 404


async def test_one_mail_by_id_and_404_for_none(mailbox: Any, http: Any) -> None:
    mailbox.deliver("s@b.test", ["a@to.test"], raw("hello"))
    assert (await http.get("/api/messages/1")).json()["subject"] == "hello"
    assert (await http.get("/api/messages/2")).status_code == 404
    assert (await http.get("/messages/2")).status_code == 404


async def test_delete_empties_it(mailbox: Any, http: Any) -> None:
    mailbox.deliver("s@b.test", ["a@to.test"], raw("hello"))
    assert (await http.delete("/api/messages")).status_code == 204
    assert "No mail yet" in (await http.get("/")).text


async def test_the_last_thousand_are_kept(mailbox: Any) -> None:
    for number in range(1_001):
        mailbox.deliver("s@b.test", ["a@to.test"], raw(str(number)))
    subjects = [one.subject for one in mailbox.mails()]
    assert (len(subjects), subjects[0], subjects[-1]) == (1_000, "1000", "1")


async def test_html_is_shown_in_a_frame_that_runs_nothing(mailbox: Any, http: Any) -> None:
    mailbox.deliver("s@b.test", ["a@to.test"], raw("<b>s</b>", '<script>alert(1)</script>"><i>'))
    answer = await http.get("/messages/1")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&gt;&lt;i&gt;" in answer.text
    assert ("<script" in answer.text, "<b>s" in answer.text, "allow-scripts" in answer.text) == (
        False,
        False,
        False,
    )
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\xff\xfe\x00",
        b"Content-Type: text/plain; charset=klingon\r\n\r\nhi",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x",
        b"Subject: =?utf-8?b?!!!?=\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%",
    ],
)
async def test_a_malformed_mail_is_shown_all_the_same(mailbox: Any, http: Any, broken: bytes) -> None:
    mailbox.deliver("s@b.test", ["a@to.test"], broken)
    assert (await http.get("/messages/1")).status_code == 200
    assert (await http.get("/")).status_code == 200


async def test_health(http: Any) -> None:
    assert (await http.get("/sandbox/health")).json() == {"ok": True}
