"""Requisitions: how many may be hired for a job, and who was. See lever.md 7 and 8. Sends nothing.

This account has no offers, so the documented errors about offers cannot arise; nor can that about several active
applications, because here an opportunity has one at most.
"""

from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field

from sandbox.lever.catalog import Confidentiality, Posting
from sandbox.lever.errors import bad_request
from sandbox.lever.record import Record

CLOSED_CODE = "REQ-CLOSED"
Status = Literal["open", "onHold", "closed", "draft", "rejected"]
Headcount = int | Literal["unlimited"]


class Requisition(Record):
    """A permission to hire."""

    id: str
    requisition_code: str
    name: str
    status: Status = "open"
    headcount_total: Headcount = 2
    headcount_hired: int = 0
    headcount_infinite: bool = False
    backfill: bool = False
    creator: str | None = None
    owner: str | None = None
    hiring_manager: str | None = None
    internal_notes: str = ""
    compensation_band: dict[str, Any] | None = None
    approval: dict[str, Any] | None = None
    employment_status: str | None = "Full-time"
    location: str | None = None
    team: str | None = None
    department: str | None = None
    postings: list[str] = Field(default_factory=list)
    offer_ids: list[str] = Field(default_factory=list)
    custom_fields: dict[str, Any] = Field(default_factory=dict)
    confidentiality: Confidentiality = "non-confidential"
    created_at: int
    updated_at: int
    closed_at: int | None = None
    time_to_fill_start_at: int | None = None
    time_to_fill_end_at: int | None = None

    def require_open(self) -> None:
        """LeverError 400 when it is closed; the status and the words are a choice (lever.md 14.4)."""
        if self.status == "closed":
            raise bad_request(
                f"Requisition {self.requisition_code} is closed: nobody can be hired against it"
            )


class RequisitionForHire(Record):
    """What an application says of the requisition its candidate was hired against."""

    id: str
    requisition_code: str
    hiring_manager_on_hire: str | None


def seeded(posting: Posting, code: str) -> Requisition:
    """The requisition of a seeded posting, closed when `code` says so. Its id follows from the posting's."""
    closed = code == CLOSED_CODE
    return Requisition(
        id=str(uuid5(NAMESPACE_URL, f"requisition:{posting.id}")),
        requisition_code=code,
        name=posting.text,
        status="closed" if closed else "open",
        creator=posting.user,
        owner=posting.owner,
        hiring_manager=posting.hiring_manager,
        location=posting.categories.location,
        team=posting.categories.team,
        department=posting.categories.department,
        postings=[posting.id],
        created_at=posting.created_at,
        updated_at=posting.updated_at,
        closed_at=posting.updated_at if closed else None,
    )
