"""Over a real socket: what is mailed is in the mailbox, whoever it was for."""

from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import httpx
import pytest

from sandbox.crosschq.app import create_app as create_crosschq
from sandbox.crosschq.options import CrosschqOptions
from sandbox.mailbox.mailbox import Mailbox
from sandbox.mailbox.smtp import serve_smtp
from sandbox.serve import address, listen

ORDER = {
    "candidate": {"first_name": "Zoë", "last_name": "Line\r\nBcc: x@y.test", "email": "zoe@ex.test"},
    "jobrole": "general",
    "requestor": "rec@ex.test",
    "config_params": {"peers": 2},
    "send_completed_notification": True,
    "candidate_message": "<b>Hello</b> & welcome",
}


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, int]]:
    kept, listener = Mailbox(), listen("127.0.0.1", 0)
    async with await serve_smtp(kept, listener):
        yield kept, address(listener)[1]


def mail(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@from.test", "b@to.test", subject
    message.set_content("Grüße\n")
    return message


async def test_a_mail_sent_over_smtp_is_kept(mailbox: Any) -> None:
    kept, port = mailbox
    await aiosmtplib.send(mail("Hällo"), hostname="127.0.0.1", port=port, start_tls=False)
    (one,) = kept.mails()
    assert (one.sender, one.to, one.subject, one.text) == ("a@from.test", ["b@to.test"], "Hällo", "Grüße\n")


async def test_recipients_are_those_of_the_envelope(mailbox: Any) -> None:
    kept, port = mailbox
    await aiosmtplib.send(
        mail("x"), recipients=["hidden@to.test"], hostname="127.0.0.1", port=port, start_tls=False
    )
    assert kept.mails()[0].to == ["hidden@to.test"]


async def test_crosschq_invites_the_candidate_then_each_reference_then_tells_the_requestor(
    mailbox: Any,
) -> None:
    kept, port = mailbox
    app = create_crosschq(CrosschqOptions(base_url="http://crosschq.test", smtp_port=port))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://crosschq.test") as http:
        key = {"Authorization": "crosschq-sandbox-key"}
        created = (await http.post("/partners/reference-request/", json=ORDER, headers=key)).json()
        act = f"/sandbox/requests/{created['request_id']}/act"
        shown = (await http.post(act, json={"act": "add_references"})).json()
        await http.post(act, json={"act": "finish"})
    await app.state.mailer.idle()
    references = [one["email"] for one in shown["references"]]
    assert [one.to[0] for one in reversed(kept.mails())] == ["zoe@ex.test", *references, "rec@ex.test"]
    first = kept.mails("zoe@ex.test")[0]
    assert shown["candidate_url"] in first.text
    assert "&lt;b&gt;Hello&lt;/b&gt; &amp; welcome" in first.html
    assert kept.mails(references[0])[0].subject == "A reference for Zoë Line Bcc: x@y.test"


async def test_a_mail_that_cannot_be_sent_fails_no_act_and_is_shown(mailbox: Any) -> None:
    with listen("127.0.0.1", 0) as closed:
        port = address(closed)[1]
    app = create_crosschq(CrosschqOptions(smtp_port=port))
    app.state.mailer.post(mail("Lost"))
    await app.state.mailer.idle()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x.test") as http:
        assert "Lost to b@to.test" in (await http.get("/settings")).text
