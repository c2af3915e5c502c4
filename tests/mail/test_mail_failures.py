"""Whatever a mail server does, the caller hears whether the message may be sent again."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from mail.failures import Misconfigured
from mail.sending import send, try_out
from mail.server import MailServer, Security
from outbound.errors import CredentialsRefused, NotExecuted, OutcomeUnknown, Refused, Unavailable
from sandbox.mailbox.mailbox import Mailbox
from tests.mail.conftest import CUT, SILENCE, Scripted
from tests.mail.examples import letter

A_MOMENT = 0.2
LONG_ENOUGH = 1.0
"""Seconds in which everything before the silence is surely said."""
BEFORE = ["greeting", "EHLO", "MAIL", "RCPT", "DATA"]
STARTTLS = {"security": Security.STARTTLS}
SIGNING_IN = {"user": "hiring", "password": "secret"}
ABOUT_THE_MESSAGE = ["RCPT", "DATA", "end of data"]


@pytest.mark.parametrize("command", BEFORE)
@pytest.mark.parametrize("answer", [SILENCE, CUT])
async def test_without_an_answer_before_the_message_was_sent_nothing_was_taken(
    scripted: Scripted, command: str, answer: str
) -> None:
    script, server = await scripted({command: answer}, timeout=A_MOMENT)
    with pytest.raises(Unavailable, match="nothing was sent"):
        await send(letter(), server)
    assert script.mails == []


@pytest.mark.parametrize("answer", [SILENCE, CUT, "gibberish", "354 go on"])
async def test_without_an_answer_after_the_message_was_sent_nobody_knows(
    scripted: Scripted, answer: str
) -> None:
    script, server = await scripted({"end of data": answer}, timeout=LONG_ENOUGH)
    with pytest.raises(OutcomeUnknown, match="not confirmed"):
        await send(letter(), server)
    assert len(script.mails) == 1


async def test_a_mail_that_was_kept_without_an_answer_is_unknown(plain: MailServer, kept: Mailbox) -> None:
    kept.knobs.merge({"hang_after_data": 1})
    with pytest.raises(OutcomeUnknown):
        await send(letter(), replace(plain, timeout=LONG_ENOUGH))
    assert len(kept.mails()) == 1


@pytest.mark.parametrize("command", [*BEFORE, "end of data"])
@pytest.mark.parametrize("code", [421, 451])
async def test_an_answer_of_not_now_may_be_followed_by_another_try(
    scripted: Scripted, command: str, code: int
) -> None:
    _, server = await scripted({command: f"{code} busy", "HELO": f"{code} busy"})
    with pytest.raises(NotExecuted) as put_off:
        await send(letter(), server)
    assert put_off.value.status == code


@pytest.mark.parametrize("command", ABOUT_THE_MESSAGE)
async def test_an_answer_of_never_to_the_message_is_final(scripted: Scripted, command: str) -> None:
    _, server = await scripted({command: "554 not like this"})
    with pytest.raises(Refused) as refused:
        await send(letter(), server)
    assert (refused.value.status, refused.value.reason) == (554, "not like this")


@pytest.mark.parametrize(
    ("answers", "changes", "setting"),
    [
        ({"greeting": "554 go away"}, {}, "SMTP_HOST"),
        ({"EHLO": "550 go away", "HELO": "550 go away"}, {}, "SMTP_HOST"),
        ({"EHLO": "504 go away", "HELO": "554 go away"}, {}, "SMTP_HOST"),
        ({"EHLO": "250-hi\r\n250 STARTTLS", "STARTTLS": "502 no"}, STARTTLS, "SMTP_SECURITY"),
        ({}, STARTTLS, "SMTP_SECURITY"),
        ({"EHLO": "502 what", "HELO": "250 hi"}, STARTTLS, "SMTP_SECURITY"),
        ({}, SIGNING_IN, "SMTP_USER"),
        ({"EHLO": "250-hi\r\n250 AUTH PLAIN", "AUTH": "502 no"}, SIGNING_IN, "SMTP_USER"),
        ({"MAIL": "550 5.7.1 not you"}, {}, "MAIL_FROM"),
        ({"MAIL": "553 5.1.8 no such domain"}, {}, "MAIL_FROM"),
        ({"MAIL": "501 5.1.7 what"}, {}, "MAIL_FROM"),
        ({"greeting": "HTTP/1.1 400 Bad Request"}, {}, "SMTP_PORT"),
        ({"MAIL": "\0\0"}, {}, "SMTP_PORT"),
    ],
)
@pytest.mark.parametrize("talk", [lambda server: send(letter(), server), try_out], ids=["send", "try out"])
async def test_a_final_no_to_ourselves_names_the_setting_and_is_not_the_messages_fault(
    scripted: Scripted,
    talk: Callable[[MailServer], Awaitable[object]],
    answers: dict[str, str],
    changes: dict[str, Any],
    setting: str,
) -> None:
    script, server = await scripted(answers)
    with pytest.raises(Misconfigured, match=f"CROSSCHQ_LEVER_{setting}"):
        await talk(replace(server, **changes))
    assert script.mails == []


@pytest.mark.parametrize("command", ABOUT_THE_MESSAGE)
@pytest.mark.parametrize(
    "answer",
    [
        "550 5.1.8 <hiring@company.test>: Sender address rejected: Domain not found",
        "553 5.1.7 bad sender",
        "550-5.7.26 Unauthenticated email from company.test is not accepted\r\n550 5.7.26 due to its DMARC policy",
        "550 5.7.23 SPF",
        "550 5.7.25 [192.0.2.1] has no PTR record",
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
    ],
)
async def test_a_no_to_our_sender_is_none_to_the_message_however_late_it_comes(
    scripted: Scripted, command: str, answer: str
) -> None:
    _, server = await scripted({command: answer})
    with pytest.raises(Misconfigured, match="CROSSCHQ_LEVER_MAIL_FROM"):
        await send(letter(), server)


@pytest.mark.parametrize(
    "reason", ["5.1.1 nobody", "5.2.2 full", "5.7.1 not you", "5.1.80 x", "15.1.8 x", "see 5.1.8"]
)
async def test_any_other_reason_is_the_messages_own(scripted: Scripted, reason: str) -> None:
    _, server = await scripted({"RCPT": f"550 {reason}"})
    with pytest.raises(Refused):
        await send(letter(), server)


async def test_trying_out_hands_nothing_over(scripted: Scripted) -> None:
    script, server = await scripted({})
    await try_out(server)
    assert [line.split()[0] for line in script.heard] == ["EHLO", "MAIL"]


async def test_a_server_that_wants_to_know_the_sender_first_wants_a_sign_in(scripted: Scripted) -> None:
    _, server = await scripted({"MAIL": "530 5.7.0 authentication required"})
    with pytest.raises(CredentialsRefused):
        await send(letter(), server)


@pytest.mark.parametrize(
    ("code", "error"), [(535, CredentialsRefused), (534, CredentialsRefused), (454, NotExecuted)]
)
async def test_a_sign_in_that_fails_for_now_is_no_wrong_password(
    scripted: Scripted, code: int, error: type[Exception]
) -> None:
    _, server = await scripted({"EHLO": "250-hi\r\n250 AUTH PLAIN", "AUTH": f"{code} no"})
    with pytest.raises(error):
        await send(letter(), replace(server, user="hiring", password="secret"))


async def test_the_reason_is_cut_and_kept_out_of_the_message(scripted: Scripted) -> None:
    _, server = await scripted({"RCPT": f"550 {'orla@hiring.test ' * 100}"})
    with pytest.raises(Refused) as refused:
        await send(letter(), server)
    assert len(refused.value.reason) == 300
    assert "orla" not in str(refused.value)


async def test_the_server_is_told_goodbye_and_not_waited_for(scripted: Scripted) -> None:
    script, server = await scripted({"QUIT": SILENCE}, timeout=3600)
    await send(letter(), server)
    assert [line.split()[0] for line in script.heard] == ["EHLO", "MAIL", "RCPT", "DATA"]


async def test_the_sender_introduces_itself_by_its_domain(scripted: Scripted) -> None:
    script, server = await scripted({})
    await send(letter(), server)
    assert script.heard[:3] == [
        "EHLO company.test",
        "MAIL FROM:<hiring@company.test>",
        "RCPT TO:<orla@hiring.test>",
    ]
