"""One question and one mail server's settings in which everything is right, for tests that make one thing wrong."""

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from hiring.asked import Asked, LetterKind
from hiring.requestors import RequestorRole
from mail.letter import compose
from mail.question import Question
from mail.server import MailServer, Security

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
SENDER = "Hiring <hiring@company.test>"
KEY = "followup/12/2/ask"
LINK = "https://hooks.company.test/answer/WzEyLDJd.aZ-_9?a=1&b=2"
ASKED = Asked("Orla Quist", "orla@hiring.test", RequestorRole.OWNER, "")
QUESTION = Question(
    kind=LetterKind.QUESTION,
    to=ASKED,
    candidate="Ada Lovelace",
    posting="Engineer II",
    reported_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    link=LINK,
    next_due_at=datetime(2026, 3, 23, 9, tzinfo=UTC),
    will_remind=True,
)


def question(**changes: Any) -> Question:
    return replace(QUESTION, **changes)


def letter(**changes: Any) -> EmailMessage:
    return compose(question(**changes), SENDER, KEY, NOW)


def letter_to(email: str) -> EmailMessage:
    return letter(to=replace(ASKED, email=email))


def mail_server(port: int, **changes: Any) -> MailServer:
    plain = MailServer("127.0.0.1", port, Security.PLAIN, SENDER, timeout=5)
    return replace(plain, **changes)


def text_of(message: EmailMessage, kind: str) -> str:
    """The body of one kind as its reader sees it."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())
