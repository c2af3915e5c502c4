"""Prospects: what a connection wants of them, how far the walk has come, and each one that was met."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "prospect_settings",
        _of_connection(),
        sa.Column("export_existing", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("export_new", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("new_since", MOMENT, nullable=True),
        sa.Column("file_existing", sa.Boolean(), nullable=True),
        sa.Column("file_new", sa.Boolean(), nullable=True),
        sa.Column("from_api", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("tags", JSONB(), nullable=False),
        sa.Column("if_in_lever", sa.String(32), nullable=False),
        sa.Column("posting_rules", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("on_withdrawal", sa.String(32), nullable=False),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("withdrawal_tag", sa.Text(), nullable=False),
    )
    op.create_table(
        "prospect_walk",
        _of_connection(),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("began_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("looked_until", MOMENT, nullable=True),
        sa.Column("scheduled_on", sa.Text(), nullable=True),
    )
    op.create_table(
        "prospect",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("connection_id", sa.Integer(), sa.ForeignKey("connection.id", ondelete="CASCADE"), nullable=False),
        sa.Column("crosschq_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("begun_at", MOMENT, nullable=True),
        sa.Column("begun_sources", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("email_index", sa.Text(), nullable=True),
        sa.Column("opportunity_id", sa.Text(), nullable=True),
        sa.Column("tags_given", JSONB(), nullable=False, server_default=sa.text("'[]'")),
        sa.Column("try_after", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("updated_on", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("ended_at", MOMENT, nullable=True),
    )
    _index("waiting", ["kind", "id"], "state = 'waiting'")
    _index("withdrawing", ["id"], "state = 'withdrawing'")
    _index("state", ["state", "id"])
    _index("email_index", ["email_index"], "email_index IS NOT NULL")
    _index("opportunity", ["opportunity_id"], "opportunity_id IS NOT NULL")
    op.create_index("uq_prospect_crosschq_id", "prospect", ["connection_id", "crosschq_id"], unique=True)


def _of_connection() -> sa.Column[int]:
    foreign = sa.ForeignKey("connection.id", ondelete="CASCADE")
    return sa.Column("connection_id", sa.Integer(), foreign, primary_key=True)


def _index(name: str, columns: list[str], where: str | None = None) -> None:
    op.create_index(
        f"ix_prospect_{name}",
        "prospect",
        ["connection_id", *columns],
        postgresql_where=sa.text(where) if where else None,
    )


def downgrade() -> None:
    for table in ("prospect", "prospect_walk", "prospect_settings"):
        op.drop_table(table)
