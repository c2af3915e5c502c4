"""The tables, but for what follows a report. Says what is unique and why; asks and changes nothing.

Times are UTC-aware, vendors' ids are strings and never validated as UUIDs, enums are stored by value.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Identity, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, by_value


class Vendor(StrEnum):
    LEVER = "lever"
    CROSSCHQ = "crosschq"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    """Recorded; due at `next_attempt_at`. With attempt > 0 it is being retried."""
    DISPATCHED = "dispatched"
    """A flow run was asked for."""
    RUNNING = "running"
    """That run has taken it up."""
    DONE = "done"
    IGNORED = "ignored"
    DEAD = "dead"
    """Given up: a person must look."""


UNFINISHED = (DeliveryState.WAITING, DeliveryState.DISPATCHED, DeliveryState.RUNNING)
NOT_OVER = (*UNFINISHED, DeliveryState.DEAD)
"""What somebody is still to do something about. All others are as many as there ever were, for their retention."""


class RequestState(StrEnum):
    INTENDED = "intended"
    """Written before the call to Crosschq."""
    UNKNOWN = "unknown"
    """Crosschq did not answer: it may hold the request. Counts as open until adopted or resolved by a person."""
    SENT = "sent"
    COMPLETED = "completed"
    FAILED = "failed"
    """Crosschq refused it."""
    CANCELLED = "cancelled"
    """Ended in Crosschq without a report."""


OPEN_REQUEST = (RequestState.INTENDED, RequestState.UNKNOWN, RequestState.SENT)


class EffectState(StrEnum):
    INTENDED = "intended"
    DONE = "done"
    REFUSED = "refused"
    """The vendor did nothing: it said no, or was not reached."""
    UNKNOWN = "unknown"
    """It may have happened."""


class Connection(Base):
    """One Crosschq organization paired with one Lever account."""

    __tablename__ = "connection"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    lever_url: Mapped[str]
    lever_key: Mapped[bytes] = mapped_column(LargeBinary)
    lever_account: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    """Ids of the account's oldest users, by which another connection of the same account is recognised; empty: not
    read yet."""
    perform_as: Mapped[str]
    crosschq_url: Mapped[str]
    crosschq_key: Mapped[bytes] = mapped_column(LargeBinary)
    crosschq_key_prefix: Mapped[str]
    trusted_origins: Mapped[list[str]]
    """Where report links may lead and be fetched from."""
    requestor_chain: Mapped[list[str]]
    fallback_requestor: Mapped[str | None]
    trigger_stages: Mapped[list[str]]
    stage_names: Mapped[dict[str, str]] = mapped_column(server_default=text("'{}'"))
    """Of all stages that Lever had when the connection was saved, by id: a webhook tells ids only."""
    live_since: Mapped[datetime]
    ask_again_after_days: Mapped[int | None]
    follow_up_after: Mapped[timedelta] = mapped_column(server_default=text("interval '14 days'"))
    """How long after the report the owner is asked whether the candidate was hired."""
    remind_after: Mapped[timedelta | None] = mapped_column(server_default=text("interval '7 days'"))
    """None: nobody is reminded, and the question ends unanswered after the default."""
    settle_after: Mapped[timedelta] = mapped_column(server_default=text("interval '10 minutes'"))
    """How long an answer can be changed before it reaches the vendors."""
    fallback_asked: Mapped[str | None]
    """Who is asked when nobody in Lever can be."""
    archived_is_not_hired: Mapped[bool] = mapped_column(server_default=text("true"))
    """Whether archiving for another reason than a hire says that the candidate was not hired."""
    hired_reason: Mapped[str | None]
    """The archive reason an answered "hired" archives with in Lever; None: tag and note only."""
    not_hired_reason: Mapped[str | None]
    """The same for "not hired"."""
    crosschq_takes_outcomes: Mapped[bool] = mapped_column(server_default=text("true"))
    """False where this Crosschq has no call for it: a person enters the outcome there by hand."""
    is_shadow: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whatever comes is read and decided, and nothing is written to either vendor."""
    most_per_hour: Mapped[int | None]
    """Before more requests than that within an hour the connection pauses; None: it never does."""
    paused_because: Mapped[str | None]
    """Set when a vendor refuses the credentials, at most_per_hour, or by a person; deliveries wait until it goes on."""
    capped_at: Mapped[datetime | None]
    """When most_per_hour paused it last: whoever let it go on has looked, so only what came since then counts."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class WebhookEndpoint(Base):
    """One unguessable URL for one event of one connection, with its own token: Lever makes one token per webhook."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        Index("uq_webhook_endpoint_connection_id_event", "connection_id", "event", unique=True),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    vendor: Mapped[Vendor] = mapped_column(by_value(Vendor))
    event: Mapped[str]
    url_key: Mapped[str] = mapped_column(unique=True)
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed JSON list, the current token first; None: none configured yet, and the URL does not answer."""
    token_replaced_at: Mapped[datetime | None]
    """When the current token took the place of the one behind it (`store.webhook_tokens`)."""
    auth_scheme: Mapped[str | None]
    """Crosschq only: none, basic or token."""
    lever_webhook_id: Mapped[str | None]
    """Lever's, of the webhook that has the current token; None: made by hand, before ids were kept, or with a key that
    is not the connection's any more. Lever does not list these to us."""
    last_ping_at: Mapped[datetime | None]
    last_event_at: Mapped[datetime | None]
    last_rejected_at: Mapped[datetime | None]
    last_rejection: Mapped[str | None]
    rejections: Mapped[int] = mapped_column(server_default=text("0"))

    @property
    def is_open(self) -> bool:
        """Whether anybody can be verified: until a secret is configured the URL does not exist."""
        return self.secrets is not None or self.auth_scheme == "none"


class RequestTemplate(Base):
    """A default of the brief: which survey and how many references, for opportunities with a Lever tag."""

    __tablename__ = "request_template"
    __table_args__ = (Index("uq_request_template_connection_id_name", "connection_id", "name", unique=True),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    name: Mapped[str]
    description: Mapped[str]
    survey: Mapped[str]
    lever_tag: Mapped[str | None]
    counts: Mapped[dict[str, int]]
    position: Mapped[int | None]
    is_fallback: Mapped[bool]


HISTORY_SINCE = text("greatest(kept_at, finished_at)")
"""Of a delivery that has ended: since when its retention runs."""
IN_HISTORY = "state IN ('done', 'ignored') AND NOT after_shadow"
"""Of a delivery, in SQL: it has ended, and nobody takes it up again but a person who replays it."""


class Delivery(Base):
    """The inbox: one thing that happened at a vendor, what came of it, and the attempt that may act on it."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "next_attempt_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_delivery_unfinished_subject",
            "connection_id",
            "subject",
            postgresql_where=text("state IN ('waiting', 'dispatched', 'running')"),
        ),
        Index("ix_delivery_after_shadow", "connection_id", postgresql_where=text("after_shadow")),
        Index("ix_delivery_in_hand", "id", postgresql_where=text("state IN ('dispatched', 'running')")),
        Index("ix_delivery_state", "state", "id"),
        Index("ix_delivery_event", "event", "id"),
        Index("ix_delivery_connection", "connection_id", "id"),
        # text_pattern_ops: whatever the database's collation, the beginning of an id is found by them, too.
        Index("ix_delivery_subject", "subject", postgresql_ops={"subject": "text_pattern_ops"}),
        Index(
            "ix_delivery_opportunity",
            "opportunity_id",
            postgresql_ops={"opportunity_id": "text_pattern_ops"},
            postgresql_where=text("opportunity_id IS NOT NULL"),
        ),
        Index("ix_delivery_flow_run", "flow_run_id", postgresql_where=text("flow_run_id IS NOT NULL")),
        Index(
            "ix_delivery_body",
            "finished_at",
            postgresql_where=text("body IS NOT NULL AND finished_at IS NOT NULL"),
        ),
        Index("ix_delivery_history", HISTORY_SINCE, postgresql_where=text(IN_HISTORY)),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    endpoint_id: Mapped[int | None] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="SET NULL"))
    origin: Mapped[str]
    event: Mapped[str]
    subject: Mapped[str]
    """What must be handled in order: `opportunity:{id}` or `request:{Crosschq id}`."""
    opportunity_id: Mapped[str | None]
    """Whom it is about in Lever; for Crosschq's snapshots known once they are dispatched."""
    replay_key: Mapped[str] = mapped_column(unique=True)
    """Closes the race of a vendor that sends the same thing twice at once."""
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    body_sha256: Mapped[str]
    triggered_at: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    state: Mapped[DeliveryState] = mapped_column(by_value(DeliveryState))
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    """Which run may act: an old process that comes back holds an older number and is refused."""
    first_attempt_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.now())
    flow_run_id: Mapped[str | None]
    alive_at: Mapped[datetime | None]
    """The last sign of life of the run at work; one that is silent for long has died."""
    outcome: Mapped[str | None]
    after_shadow: Mapped[bool] = mapped_column(server_default=text("false"))
    """Done with as long as shadow mode lasts: it was only said, and is handled again once that has ended."""
    finished_at: Mapped[datetime | None]
    kept_at: Mapped[datetime | None]
    """When its retention was over last, while an act that its effects guard could still be made: it runs anew."""


class NewestMove(Base):
    """Of an opportunity whose moves are in the inbox no more: the newest that was. Whoever polls knows it by this."""

    __tablename__ = "newest_move"

    connection_id: Mapped[int] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    opportunity_id: Mapped[str] = mapped_column(primary_key=True)
    moved_at: Mapped[datetime]


class ReferenceRequest(Base):
    """One reference request for one opportunity; moving the candidate again later makes a new generation."""

    __tablename__ = "reference_request"
    __table_args__ = (
        # Two stage changes within a second are two flow runs: this lets only one of them send.
        Index(
            "uq_reference_request_open",
            "connection_id",
            "opportunity_id",
            unique=True,
            postgresql_where=text("state IN ('intended', 'unknown', 'sent') AND NOT is_beside_another"),
        ),
        Index(
            "ix_reference_request_open",
            "connection_id",
            "opportunity_id",
            postgresql_where=text("state IN ('intended', 'unknown', 'sent')"),
        ),
        Index("uq_reference_request_crosschq_id", "connection_id", "crosschq_id", unique=True),
        Index(
            "uq_reference_request_generation", "connection_id", "opportunity_id", "generation", unique=True
        ),
        Index("ix_reference_request_made", "connection_id", "created_at"),
        Index("ix_reference_request_contact", "connection_id", "contact_id"),
        Index("ix_reference_request_delivery", "delivery_id"),
        Index(
            "ix_reference_request_next_check",
            "connection_id",
            "next_check_at",
            postgresql_where=text("state = 'sent'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id", ondelete="SET NULL"))
    """The delivery that led to it: its later attempts finish what the first began."""
    opportunity_id: Mapped[str]
    contact_id: Mapped[str | None]
    generation: Mapped[int]
    template: Mapped[str]
    job_position: Mapped[str]
    candidate_index: Mapped[str]
    """Blind index of the candidate's e-mail: adopts a request whose creation was never answered."""
    state: Mapped[RequestState] = mapped_column(by_value(RequestState))
    crosschq_id: Mapped[str | None]
    found_tag: Mapped[str | None]
    """The status tag from which alone the request was known, as our rows of it were lost or another installation sent
    it. Of a failed one: the tag of which a person has said that Crosschq has no request behind it."""
    answered: Mapped[int] = mapped_column(server_default=text("0"))
    asked: Mapped[int] = mapped_column(server_default=text("0"))
    crosschq_updated_on: Mapped[datetime | None]
    problem: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When it was reserved, for the last time if it was not sent then."""
    sent_at: Mapped[datetime | None]
    last_checked_at: Mapped[datetime | None]
    """When reconcile last read it in Crosschq."""
    next_check_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    """When it does so again (hiring.request_checks)."""
    ended_at: Mapped[datetime | None]
    is_beside_another: Mapped[bool] = mapped_column(server_default=text("false"))
    """It came from an opportunity that was merged into this one, which had an open request of its own."""

    @property
    def is_expired(self) -> bool:
        """Under way without news for so long that nobody reads it any more; a webhook about it still counts."""
        return self.state is RequestState.SENT and self.next_check_at is None


class Effect(Base):
    """One outside effect, written before the call. The key closes the race of two attempts at the same act."""

    __tablename__ = "effect"
    __table_args__ = (
        # text_pattern_ops: erasure finds keys by how they begin, whatever the database's collation.
        Index(
            "uq_effect_connection_id_key",
            "connection_id",
            "key",
            unique=True,
            postgresql_ops={"key": "text_pattern_ops"},
        ),
        Index("ix_effect_unknown", "delivery_id", postgresql_where=text("state = 'unknown'")),
        Index("ix_effect_lead", "connection_id", "result", postgresql_where=text("key LIKE 'prospect/%'")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    delivery_id: Mapped[int | None] = mapped_column(
        ForeignKey("delivery.id", ondelete="SET NULL"), index=True
    )
    key: Mapped[str]
    attempt_token: Mapped[str]
    state: Mapped[EffectState] = mapped_column(by_value(EffectState))
    result: Mapped[str | None]
    """The vendor's id of what was made, never content."""
    detail: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


LOOKED = "looked at Lever's list of deleted opportunities"
"""What the audit says of a look, which changes nothing: the newest of a connection is what the next one goes by."""

OURSELVES = ("reconcile", "crosschq-lever")
"""Who acts without a person, besides the runs, which are named after their delivery."""
BY_PEOPLE = f"who NOT LIKE 'delivery:%' AND who NOT IN {OURSELVES}"
"""Of the audit, in SQL: what people did, owners by their link included."""
PASSING = "subject NOT LIKE 'connection:%' OR what = '{}'".format(LOOKED.replace("'", "''"))
"""Of the audit, in SQL: what goes after its retention. What was done to a connection itself stays; it is little."""


class Audit(Base):
    """Who did what to which row, when and why. Rows are only ever added."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_connection_id_at", "connection_id", "at", "id"),
        Index("ix_audit_what", "connection_id", "what", "at"),
        Index("ix_audit_subject", "subject"),
        Index("ix_audit_who", "who"),
        Index("ix_audit_by_people", "at", "id", postgresql_where=text(BY_PEOPLE)),
        Index("ix_audit_passing", "at", postgresql_where=text(PASSING)),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id", ondelete="SET NULL"))
    who: Mapped[str]
    what: Mapped[str]
    subject: Mapped[str]
    why: Mapped[str | None]


class RateBucket(Base):
    """The token bucket of one vendor key, shared by every process of the installation."""

    __tablename__ = "rate_bucket"

    connection_id: Mapped[int] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    vendor: Mapped[Vendor] = mapped_column(by_value(Vendor), primary_key=True)
    tokens: Mapped[float]
    refilled_at: Mapped[datetime]


class Heartbeat(Base):
    """When a process last showed that it can write."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class VendorHealth(Base):
    """Whether acts at one vendor of a connection are held back: see store.circuit_breaker."""

    __tablename__ = "vendor_health"

    connection_id: Mapped[int] = mapped_column(
        ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True
    )
    vendor: Mapped[Vendor] = mapped_column(by_value(Vendor), primary_key=True)
    unconfirmed_since: Mapped[datetime | None]
    """The latest act whose outcome is unknown; None: a read has succeeded since then."""
    unconfirmed_in_a_row: Mapped[int] = mapped_column(server_default=text("0"))
    """Since the last act that was confirmed; those under way together count as one."""
