"""The keys of outside effects: the kind of act, whom it is about, and which of those it is. Performs no I/O.

Steps act under them (tasks.effects), and erasure finds by them what names a person: both look here, so that no key is
written that is not found. All but those of tags last: the next attempt meets the same key.
"""

from collections.abc import Sequence
from hashlib import sha256

REQUEST_KEY = "crosschq-request"
"""How the key of the effect begins that makes our request in Crosschq; the request's id follows."""
MAIL_KEY = "mail"
"""The same of a mail to an owner; the follow-up's id follows."""
LEAD_KEY = "prospect"
"""The same of a prospect's lead; Crosschq's id of the prospect follows."""
WITHDRAWAL_KEY = "prospect-withdrawn"
"""The same of its taking out again; so does that key go on."""
TAG_KEYS = ("tag", "untag")
"""The same of status tags; the attempt's token follows, as the next attempt does them under another key."""


def creation_key(request_id: int) -> str:
    return f"{REQUEST_KEY}/{request_id}"


def cancellation_key(request_id: int) -> str:
    return f"crosschq-cancel/{request_id}"


def mail_key(follow_up_id: int, generation: int, again: int | None = None) -> str:
    """`again`: which of the times a person wants it sent once more."""
    return f"{MAIL_KEY}/{follow_up_id}/{generation}" + (f"/again-{again}" if again else "")


def note_key(opportunity_id: str, mark: str) -> str:
    return f"note/{opportunity_id}/{mark}"


def begin_of_request_notes(opportunity_id: str, request_id: int) -> str:
    """How the keys of all its notes on that profile begin."""
    return note_key(opportunity_id, f"request-{request_id}-")


def report_note_mark(request_id: int) -> str:
    """Of the note with which the report comes."""
    return f"request-{request_id}-complete"


def file_key(opportunity_id: str, name: str) -> str:
    return f"file/{opportunity_id}/{name}"


def link_key(person: str, url: str) -> str:
    """`person`: the contact's id, or the opportunity's where there is no contact."""
    return f"link/{person}/{sha256(url.encode()).hexdigest()[:32]}"


def outcome_key(opportunity_id: str, version: int, act: str) -> str:
    return f"outcome/{opportunity_id}/{version}/{act}"


def tag_key(attempt_token: str, tag: str) -> str:
    return f"tag/{attempt_token}/{tag}"


def untag_key(attempt_token: str, tags: Sequence[str]) -> str:
    return f"untag/{attempt_token}/{', '.join(tags)}"


def lead_key(crosschq_id: str, generation: int) -> str:
    return f"{LEAD_KEY}/{crosschq_id}/{generation}"


def withdrawal_key(crosschq_id: str, generation: int) -> str:
    return f"{WITHDRAWAL_KEY}/{crosschq_id}/{generation}"


def begins_of_opportunity(opportunity_id: str) -> list[str]:
    """How all keys begin that name it."""
    return [f"{kind}/{opportunity_id}/" for kind in ("note", "file", "link", "outcome")]


def begin_of_contact(contact_id: str) -> str:
    return f"link/{contact_id}/"


def begin_of_follow_up(follow_up_id: int) -> str:
    return f"{MAIL_KEY}/{follow_up_id}/"


def begins_of_prospect(crosschq_id: str) -> list[str]:
    return [f"{kind}/{crosschq_id}/" for kind in (LEAD_KEY, WITHDRAWAL_KEY)]
