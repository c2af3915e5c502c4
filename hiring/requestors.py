"""Who asks for the references: the first of the connection's chain who can be asked."""

from collections.abc import Sequence
from enum import StrEnum

from hiring.candidacy import Candidacy, Person


class RequestorRole(StrEnum):
    """Where in Lever the requestor is looked for, in the admin's order."""

    OWNER = "owner"
    POSTING_OWNER = "posting_owner"
    HIRING_MANAGER = "hiring_manager"


def choose_requestor(
    candidacy: Candidacy, chain: Sequence[RequestorRole], fallback_email: str | None
) -> str | None:
    """An e-mail address; None when nobody of the chain is active with an address and there is no fallback."""
    people = (_in_role(candidacy, role) for role in chain)
    found = next((person.email for person in people if person and person.can_be_asked), None)
    return found or fallback_email


def _in_role(candidacy: Candidacy, role: RequestorRole) -> Person | None:
    posting = candidacy.posting
    match role:
        case RequestorRole.OWNER:
            return candidacy.owner
        case RequestorRole.POSTING_OWNER:
            return posting.owner if posting else None
        case RequestorRole.HIRING_MANAGER:
            return posting.hiring_manager if posting else None
