"""The mailbox shows mails newest first, and no mail can do anything to who reads it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
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
        }
    ]


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
