"""What follows a report: the follow-up with its question, the outcome of the hire, and who was erased."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WAITING = "state <> 'ended' AND delivery_id IS NULL"


def upgrade() -> None:
    for column in (
        sa.Column("follow_up_after", sa.Interval(), nullable=False, server_default=sa.text("interval '14 days'")),
        sa.Column("remind_after", sa.Interval(), nullable=True, server_default=sa.text("interval '7 days'")),
        sa.Column("settle_after", sa.Interval(), nullable=False, server_default=sa.text("interval '10 minutes'")),
        sa.Column("fallback_asked", sa.Text(), nullable=True),
        sa.Column("archived_is_not_hired", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("hired_reason", sa.Text(), nullable=True),
        sa.Column("not_hired_reason", sa.Text(), nullable=True),
        sa.Column("crosschq_takes_outcomes", sa.Boolean(), nullable=False, server_default=sa.text("true")),
    ):
        op.add_column("connection", column)
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("connection_id", sa.Integer(), sa.ForeignKey("connection.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "request_id", sa.Integer(), sa.ForeignKey("reference_request.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("opportunity_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("link_generation", sa.Integer(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("asked_role", sa.Text(), nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("answer", sa.String(32), nullable=True),
        sa.Column("hired_on", sa.Date(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("contradicted_at", MOMENT, nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("delivery_id", sa.Integer(), sa.ForeignKey("delivery.id", ondelete="SET NULL"), nullable=True),
        sa.Column("flow_run_id", sa.Text(), nullable=True),
        sa.Column("armed", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("void_runs", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.UniqueConstraint("request_id", name="uq_follow_up_request_id"),
    )
    op.create_index("ix_follow_up_due", "follow_up", ["due_at"], postgresql_where=sa.text(WAITING))
    op.create_index(
        "ix_follow_up_unarmed", "follow_up", ["id"], postgresql_where=sa.text(f"{WAITING} AND flow_run_id IS NULL")
    )
    op.create_index(
        "ix_follow_up_seen",
        "follow_up",
        ["seen_at"],
        postgresql_where=sa.text(f"{WAITING} AND flow_run_id IS NOT NULL"),
    )
    op.create_index(
        "ix_follow_up_void_runs", "follow_up", ["id"], postgresql_where=sa.text("void_runs <> '[]'")
    )
    op.create_index(
        "ix_follow_up_flow_run",
        "follow_up",
        ["flow_run_id"],
        postgresql_where=sa.text("flow_run_id IS NOT NULL"),
    )
    op.create_index("ix_follow_up_opportunity", "follow_up", ["connection_id", "opportunity_id"])
    op.create_index(
        "ix_follow_up_delivery",
        "follow_up",
        ["delivery_id"],
        postgresql_where=sa.text("delivery_id IS NOT NULL"),
    )
    op.create_table(
        "hiring_outcome",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("connection_id", sa.Integer(), sa.ForeignKey("connection.id", ondelete="CASCADE"), nullable=False),
        sa.Column("opportunity_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("hired_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("shown_version", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("in_crosschq", sa.String(32), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=False, server_default=sa.func.now()),
    )
    op.create_index(
        "uq_hiring_outcome_opportunity", "hiring_outcome", ["connection_id", "opportunity_id"], unique=True
    )
    op.create_table(
        "tombstone",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("connection_id", sa.Integer(), sa.ForeignKey("connection.id", ondelete="CASCADE"), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("erased_at", MOMENT, nullable=False, server_default=sa.func.now()),
    )
    op.create_index("uq_tombstone_digest", "tombstone", ["connection_id", "digest"], unique=True)


def downgrade() -> None:
    for table in ("tombstone", "hiring_outcome", "follow_up"):
        op.drop_table(table)
    for column in (
        "follow_up_after",
        "remind_after",
        "settle_after",
        "fallback_asked",
        "archived_is_not_hired",
        "hired_reason",
        "not_hired_reason",
        "crosschq_takes_outcomes",
    ):
        op.drop_column("connection", column)
