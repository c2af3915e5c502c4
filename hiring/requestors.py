"""Who asks for the references: the first of the connection's chain who can be asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from cleaning.email_address import clean_email_or_none
from hiring.candidacy import Candidacy, Person


@dataclass(frozen=True)
class Requestor:
    """In whose name Crosschq asks; `name` is for people in Lever."""

    name: str
    email: str


class RequestorRole(StrEnum):
    """Where in Lever the requestor is looked for, in the admin's order."""

    OWNER = "owner"
    POSTING_OWNER = "posting_owner"
    HIRING_MANAGER = "hiring_manager"


def choose_requestor(
    candidacy: Candidacy, chain: Sequence[RequestorRole], fallback_email: str | None
) -> Requestor | None:
    """None when nobody of the chain is active with a usable e-mail address, and no fallback address is usable."""
    for role in chain:
        person = in_role(candidacy, role)
        if person and person.can_be_asked and person.address:
            return Requestor(person.name or person.address, person.address)
    fallback = clean_email_or_none(fallback_email or "")
    return Requestor(fallback, fallback) if fallback else None


def in_role(candidacy: Candidacy, role: RequestorRole) -> Person | None:
    posting = candidacy.posting
    match role:
        case RequestorRole.OWNER:
            return candidacy.owner
        case RequestorRole.POSTING_OWNER:
            return posting.owner if posting else None
        case RequestorRole.HIRING_MANAGER:
            return posting.hiring_manager if posting else None
