"""Composes the question to the owner as an e-mail in text and HTML. Pure: sends nothing and knows no mail server."""

import hashlib
from dataclasses import asdict
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from mail.addresses import address_of, sender_of
from mail.headers import PLAIN_ADDRESSES, address_header, text_header
from mail.question import Question, Wording, wording_of

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def compose(question: Question, sender: str, effect_key: str, now: datetime) -> EmailMessage:
    """`sender` as an admin writes it: an address, or `Name <address>`. Raises UnusableAddress.

    The same effect key gives the same Message-ID, by which mailboxes take a mail that came twice for one.
    """
    written_by, wording = sender_of(sender), wording_of(question)
    to = address_of(question.to.email, question.to.name if question.to.role else "")
    message = EmailMessage(policy=PLAIN_ADDRESSES)
    for name, value in {
        "From": address_header("From", written_by),
        "To": address_header("To", to),
        "Subject": text_header("Subject", wording.subject),
        "Date": format_datetime(now),
        "Message-ID": message_id(effect_key, written_by.domain),
        "Auto-Submitted": "auto-generated",
    }.items():
        message.set_raw(name, value)
    # Plain ASCII in short lines, which every mail server takes as it is.
    message.set_content(_text_of(wording), cte="quoted-printable")
    message.add_alternative(_html_of(wording), subtype="html", cte="quoted-printable")
    return message


def message_id(effect_key: str, domain: str) -> str:
    """Says nothing of what the key names."""
    return f"<{hashlib.sha256(effect_key.encode()).hexdigest()[:40]}@{domain}>"


def _text_of(wording: Wording) -> str:
    return "\n\n".join([wording.greeting, *wording.before, wording.link, *wording.after]) + "\n"


def _html_of(wording: Wording) -> str:
    """Reads well on a phone and in a screen reader, and loads nothing from anywhere."""
    return _templates.get_template("question.html").render(asdict(wording))
