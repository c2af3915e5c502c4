"""Composes the question to the owner as an e-mail in text and HTML. Pure: sends nothing and knows no mail server."""

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mail.addresses import address_of, header_text, sender_of
from mail.html_part import html_of
from mail.question import Question, Wording, wording_of


def compose(question: Question, sender: str, effect_key: str, now: datetime) -> EmailMessage:
    """`sender` as an admin writes it: an address, or `Name <address>`. Raises UnusableAddress.

    The same effect key gives the same Message-ID, by which mailboxes take a mail that came twice for one.
    """
    written_by, wording = sender_of(sender), wording_of(question)
    message = EmailMessage(policy=SMTP)
    message["From"] = written_by
    message["To"] = address_of(question.to.email, question.to.name if question.to.role else "")
    message["Subject"] = header_text(wording.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(effect_key, written_by.domain)
    message["Auto-Submitted"] = "auto-generated"
    # Plain ASCII in short lines, which every mail server takes as it is.
    message.set_content(_text_of(wording), cte="quoted-printable")
    message.add_alternative(html_of(wording), subtype="html", cte="quoted-printable")
    return message


def message_id(effect_key: str, domain: str) -> str:
    """Says nothing of what the key names."""
    return f"<{hashlib.sha256(effect_key.encode()).hexdigest()[:40]}@{domain}>"


def _text_of(wording: Wording) -> str:
    return "\n\n".join([wording.greeting, *wording.before, wording.link, *wording.after]) + "\n"
