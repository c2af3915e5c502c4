"""The tables of the prospect export: what a connection wants, how far its walk has come, and every prospect it met."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, LargeBinary, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hiring.prospects import IfInLever, OnWithdrawal
from store.base import Base, by_value


class ProspectKind(StrEnum):
    """Which of the two switches a prospect belongs to."""

    EXISTING = "existing"
    NEW = "new"
    """Opted in after the switch for new ones was turned on."""


class ProspectState(StrEnum):
    WAITING = "waiting"
    """To be made a lead."""
    LINKED = "linked"
    """We made a lead of it."""
    EXISTING = "existing"
    """The person was in Lever already."""
    FAILED = "failed"
    """Cannot be made a lead as it is; a change in Crosschq, or a person, sets it waiting again."""
    WITHDRAWING = "withdrawing"
    """Withdrawn in Crosschq; Lever is to follow."""
    WITHDRAWN = "withdrawn"
    GONE = "gone"
    """Its lead was deleted in Lever: it is never made again."""


class ProspectSettings(Base):
    """What a connection's admin wants. Without a row, nothing."""

    __tablename__ = "prospect_settings"

    connection_id: Mapped[int] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    export_existing: Mapped[bool] = mapped_column(server_default=text("false"))
    export_new: Mapped[bool] = mapped_column(server_default=text("false"))
    new_since: Mapped[datetime | None]
    """When the switch for new ones was last turned on."""
    file_existing: Mapped[bool | None]
    """What the connection's file said of the switch last: only something else turns it again."""
    file_new: Mapped[bool | None]
    from_api: Mapped[bool] = mapped_column(server_default=text("true"))
    """False where this Crosschq has no call that lists prospects: they come as CSV files."""
    source: Mapped[str]
    tags: Mapped[list[str]]
    if_in_lever: Mapped[IfInLever] = mapped_column(by_value(IfInLever))
    posting_rules: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    """As `hiring.prospects.PostingRule`, the first that matches counts."""
    on_withdrawal: Mapped[OnWithdrawal] = mapped_column(by_value(OnWithdrawal))
    withdrawal_reason: Mapped[str | None]
    """The archive reason's id in Lever."""
    withdrawal_tag: Mapped[str]

    @property
    def kinds(self) -> tuple[ProspectKind, ...]:
        """Those whose switch is on."""
        switches = ((ProspectKind.EXISTING, self.export_existing), (ProspectKind.NEW, self.export_new))
        return tuple(kind for kind, is_on in switches if is_on)


class ProspectWalk(Base):
    """How far Crosschq's list has been read, so that a walk goes on where it was."""

    __tablename__ = "prospect_walk"

    connection_id: Mapped[int] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    cursor: Mapped[str | None]
    """Crosschq's, of the next page of a walk through all of them; None: from the start."""
    total: Mapped[int | None]
    """How many Crosschq counted when the last page was read."""
    began_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    """When a walk last came to the end."""
    looked_until: Mapped[datetime | None]
    """Changes in Crosschq up to here were seen."""
    scheduled_on: Mapped[str | None]
    """Prefect's id of the deployment that this connection's schedule was made on."""


class KnownProspect(Base):
    """One prospect of Crosschq, and what became of it in Lever. Its data stays only while it is needed."""

    __tablename__ = "prospect"
    __table_args__ = (
        Index("uq_prospect_crosschq_id", "connection_id", "crosschq_id", unique=True),
        Index(
            "ix_prospect_waiting", "connection_id", "kind", "id", postgresql_where=text("state = 'waiting'")
        ),
        Index(
            "ix_prospect_withdrawing", "connection_id", "id", postgresql_where=text("state = 'withdrawing'")
        ),
        Index("ix_prospect_state", "connection_id", "state", "id"),
        Index("ix_prospect_ended", "connection_id", "ended_at"),
        Index(
            "ix_prospect_email_index",
            "connection_id",
            "email_index",
            postgresql_where=text("email_index IS NOT NULL"),
        ),
        Index(
            "ix_prospect_opportunity",
            "connection_id",
            "opportunity_id",
            postgresql_where=text("opportunity_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    crosschq_id: Mapped[str]
    """Crosschq's id, or for a row of a CSV file without one a keyed hash of its e-mail."""
    kind: Mapped[ProspectKind] = mapped_column(by_value(ProspectKind))
    state: Mapped[ProspectState] = mapped_column(by_value(ProspectState))
    generation: Mapped[int] = mapped_column(server_default=text("1"))
    """Opting in again after a withdrawal makes another lead: it is another effect."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The prospect's data, encrypted, while it waits or has failed."""
    begun_at: Mapped[datetime | None]
    """When an attempt first set out to make its lead: from then on it may be in Lever, and `sealed` finds it there."""
    begun_sources: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    """All that the lead may have been made with, whatever the settings say since."""
    email_index: Mapped[str | None]
    """Blind index of the e-mail: finds the same person under another id."""
    opportunity_id: Mapped[str | None]
    tags_given: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    """All tags of the lead as it was made: another one later is somebody's work on it."""
    try_after: Mapped[datetime] = mapped_column(server_default=func.now())
    reason: Mapped[str | None]
    """Why it is as it is, without personal data."""
    updated_on: Mapped[datetime | None]
    """Of Crosschq: an older state of the prospect is no news."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
