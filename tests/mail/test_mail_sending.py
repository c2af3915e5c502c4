"""A message reaches a real SMTP server, in plain text or encrypted, signed in or not; and only as it was ordered."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mail.failures import Misconfigured
from mail.sending import send
from mail.server import MailServer, Security
from outbound.errors import CredentialsRefused, NotExecuted, Refused, Unavailable
from sandbox.mailbox.certificate import Certificate
from sandbox.mailbox.mailbox import Mailbox
from sandbox.serve import address, listen
from tests.mail.conftest import Scripted
from tests.mail.examples import LINK, SENDER, letter, letter_to, mail_server, text_of

USER, PASSWORD = "mailbox-sandbox", "mailbox-sandbox-password"


async def test_a_letter_arrives_whole(plain: MailServer, kept: Mailbox) -> None:
    message = letter()
    assert await send(message, plain) == message["Message-ID"]
    [mail] = kept.mails("orla@hiring.test")
    assert mail.message_id == message["Message-ID"]
    assert mail.text == text_of(message, "plain")
    assert mail.html == text_of(message, "html")
    assert (mail.sender, mail.came.tls, mail.came.user) == (SENDER, False, None)


async def test_lines_that_begin_with_a_dot_stay_as_they_are(plain: MailServer, kept: Mailbox) -> None:
    message = letter()
    message.clear_content()
    message.set_content(f"{LINK}\n.\n..two\nend\n.")
    await send(message, plain)
    assert kept.mails()[0].text == f"{LINK}\n.\n..two\nend\n.\n"


async def test_starttls_is_used_with_a_certificate_of_ones_own(
    plain: MailServer, kept: Mailbox, certificate: Certificate
) -> None:
    kept.knobs.merge({"starttls": True})
    await send(letter(), replace(plain, security=Security.STARTTLS, ca_file=certificate.ca_file))
    assert kept.mails()[0].came.tls


async def test_tls_from_the_start(encrypted: MailServer, kept: Mailbox) -> None:
    await send(letter(), encrypted)
    assert kept.mails()[0].came.tls


async def test_nothing_is_sent_to_a_server_whose_certificate_nobody_vouches_for(
    plain: MailServer, encrypted: MailServer, kept: Mailbox
) -> None:
    kept.knobs.merge({"starttls": True})
    for server in (replace(plain, security=Security.STARTTLS), replace(encrypted, ca_file=None)):
        with pytest.raises(Unavailable, match="certificate"):
            await send(letter(), server)
    assert kept.mails() == []


async def test_nothing_is_sent_under_another_name_than_the_certificates(
    encrypted: MailServer, kept: Mailbox
) -> None:
    with pytest.raises(Unavailable, match="for another name"):
        await send(letter(), replace(encrypted, host="127.1"))
    assert kept.mails() == []


async def test_nothing_is_sent_in_plain_text_where_starttls_was_ordered(
    plain: MailServer, kept: Mailbox
) -> None:
    with pytest.raises(Misconfigured, match="CROSSCHQ_LEVER_SMTP_SECURITY"):
        await send(letter(), replace(plain, security=Security.STARTTLS))
    assert kept.mails() == []


async def test_starttls_is_not_used_where_plain_was_ordered(plain: MailServer, kept: Mailbox) -> None:
    kept.knobs.merge({"starttls": True})
    await send(letter(), plain)
    assert not kept.mails()[0].came.tls


async def test_a_ca_file_that_is_not_there_sends_nothing(plain: MailServer, kept: Mailbox) -> None:
    kept.knobs.merge({"starttls": True})
    with pytest.raises(Unavailable, match="file of certificates"):
        await send(letter(), replace(plain, security=Security.STARTTLS, ca_file=Path("/nowhere/ca.pem")))
    assert kept.mails() == []


async def test_user_and_password_sign_in(plain: MailServer, kept: Mailbox) -> None:
    kept.knobs.merge({"auth_required": True})
    await send(letter(), replace(plain, user=USER, password=PASSWORD))
    assert kept.mails()[0].came.user == USER


@pytest.mark.parametrize("signing_in", [{"user": USER, "password": "wrong"}, {"user": USER}, {}])
async def test_a_refused_sign_in_is_told_apart(
    plain: MailServer, kept: Mailbox, signing_in: dict[str, Any]
) -> None:
    kept.knobs.merge({"auth_required": True})
    with pytest.raises(CredentialsRefused, match="sign-in was refused") as refused:
        await send(letter(), replace(plain, **signing_in))
    assert refused.value.status in (530, 535)
    assert kept.mails() == []


async def test_a_server_without_sign_in_is_not_a_wrong_password(plain: MailServer, kept: Mailbox) -> None:
    with pytest.raises(Misconfigured, match="takes no sign-in"):
        await send(letter(), replace(plain, user=USER, password=PASSWORD))
    assert kept.mails() == []


async def test_an_unknown_recipient_is_refused_with_the_servers_reason(
    plain: MailServer, kept: Mailbox
) -> None:
    kept.knobs.merge({"refuse_recipients": "^gone@"})
    with pytest.raises(Refused) as refused:
        await send(letter_to("gone@hiring.test"), plain)
    assert (refused.value.status, refused.value.operation) == (550, "SMTP RCPT")
    assert "gone@hiring.test is not known here" in refused.value.reason
    assert "gone@hiring.test" not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("knob", ["defer_recipients", "defer_mails"])
async def test_what_is_put_off_may_be_sent_again(plain: MailServer, kept: Mailbox, knob: str) -> None:
    kept.knobs.merge({knob: 1})
    with pytest.raises(NotExecuted) as put_off:
        await send(letter(), plain)
    assert put_off.value.status == 451
    assert kept.mails() == []
    await send(letter(), plain)
    assert len(kept.mails()) == 1


async def test_nobody_there_is_unavailable() -> None:
    listener = listen("127.0.0.1", 0)
    port = address(listener)[1]
    listener.close()
    with pytest.raises(Unavailable, match="nothing was sent"):
        await send(letter(), mail_server(port))


async def test_an_address_beyond_ascii_goes_to_servers_that_take_one(
    plain: MailServer, kept: Mailbox, scripted: Scripted
) -> None:
    await send(letter_to("örla@höring.test"), plain)
    [mail] = kept.mails()
    assert mail.to == ["örla@xn--hring-jua.test"]
    script, without = await scripted({})
    with pytest.raises(Refused, match="letters beyond ASCII"):
        await send(letter_to("örla@hiring.test"), without)
    assert script.mails == []


def test_the_password_is_not_shown() -> None:
    assert PASSWORD not in repr(mail_server(25, user=USER, password=PASSWORD))
