"""The tables of what follows a report: the question to the owner, the outcome of the hire, who was erased."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from hiring.follow_ups import FollowUpState
from hiring.outcomes import Outcome, OutcomeSource
from store.base import Base, by_value


class FollowUp(Base):
    """The wait after a report, the question to the owner, and the answer, for one finished request."""

    __tablename__ = "follow_up"
    __table_args__ = (
        Index(
            "ix_follow_up_due", "due_at", postgresql_where=text("state <> 'ended' AND delivery_id IS NULL")
        ),
        Index(
            "ix_follow_up_unarmed",
            "id",
            postgresql_where=text("state <> 'ended' AND delivery_id IS NULL AND flow_run_id IS NULL"),
        ),
        Index(
            "ix_follow_up_seen",
            "seen_at",
            postgresql_where=text("state <> 'ended' AND delivery_id IS NULL AND flow_run_id IS NOT NULL"),
        ),
        Index("ix_follow_up_void_runs", "id", postgresql_where=text("void_runs <> '[]'")),
        Index("ix_follow_up_flow_run", "flow_run_id", postgresql_where=text("flow_run_id IS NOT NULL")),
        Index("ix_follow_up_opportunity", "connection_id", "opportunity_id"),
        Index("ix_follow_up_open", "due_at", "id", postgresql_where=text("state <> 'ended'")),
        Index("ix_follow_up_ended", "ended_at", "id", postgresql_where=text("state = 'ended'")),
        Index("ix_follow_up_delivery", "delivery_id", postgresql_where=text("delivery_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    request_id: Mapped[int] = mapped_column(
        ForeignKey("reference_request.id", ondelete="CASCADE"), unique=True
    )
    opportunity_id: Mapped[str]
    state: Mapped[FollowUpState] = mapped_column(by_value(FollowUpState))
    generation: Mapped[int] = mapped_column(server_default=text("1"))
    """Which scheduling this is: whatever was ordered for an older one may not act."""
    due_at: Mapped[datetime]
    reported_at: Mapped[datetime]
    """When the report was complete."""
    link_generation: Mapped[int | None]
    """The generation that asked: links of another one are void."""
    asked_at: Mapped[datetime | None]
    asked_role: Mapped[str | None]
    """Who was asked, as a role: never an address."""
    reminded_at: Mapped[datetime | None]
    answer: Mapped[Outcome | None] = mapped_column(by_value(Outcome))
    hired_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    contradicted_at: Mapped[datetime | None]
    """When answers contradicted each other within seconds, as a mail scanner's do."""
    ended_because: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id", ondelete="SET NULL"))
    """The inbox has it: this generation's time has come."""
    flow_run_id: Mapped[str | None]
    """The run that waits in Prefect for this generation's time."""
    armed: Mapped[int] = mapped_column(server_default=text("0"))
    """How often a run was ordered: one that was lost is ordered anew under another key."""
    seen_at: Mapped[datetime | None]
    """When the waiting run was last seen in Prefect."""
    void_runs: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    """Runs that still wait in Prefect for an older generation: to be cancelled there."""


class HiringOutcome(Base):
    """Whether the candidate of an opportunity was hired, as both systems show it or soon will."""

    __tablename__ = "hiring_outcome"
    __table_args__ = (
        Index("uq_hiring_outcome_opportunity", "connection_id", "opportunity_id", unique=True),
        Index("ix_hiring_outcome_unshown", "decided_at", postgresql_where=text("shown_version < version")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    opportunity_id: Mapped[str]
    outcome: Mapped[Outcome] = mapped_column(by_value(Outcome))
    hired_on: Mapped[date | None]
    source: Mapped[OutcomeSource] = mapped_column(by_value(OutcomeSource))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    """Counts the changes: each is shown once in each system."""
    shown_version: Mapped[int] = mapped_column(server_default=text("0"))
    in_crosschq: Mapped[Outcome | None] = mapped_column(by_value(Outcome))
    """What Crosschq last said or was last told: hearing it again is no news."""
    decided_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Tombstone(Base):
    """Somebody was erased: later webhooks about the same opportunity are refused without knowing whom it was."""

    __tablename__ = "tombstone"
    __table_args__ = (Index("uq_tombstone_digest", "connection_id", "digest", unique=True),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    digest: Mapped[str]
    """A keyed hash of the opportunity's id (store.vault)."""
    erased_at: Mapped[datetime] = mapped_column(server_default=func.now())
    awaited: Mapped[bool] = mapped_column(server_default=text("false"))
    """A report was still to come: news of it is for ops to see."""
