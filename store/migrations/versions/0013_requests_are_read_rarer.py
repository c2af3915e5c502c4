"""Requests under way are read in Crosschq the rarer the older they are."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reference_request", sa.Column("last_checked_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column(
        "reference_request",
        sa.Column("next_check_at", sa.TIMESTAMP(timezone=True), nullable=True, server_default=sa.func.now()),
    )
    op.create_index(
        "ix_reference_request_next_check",
        "reference_request",
        ["connection_id", "next_check_at"],
        postgresql_where=sa.text("state = 'sent'"),
    )


def downgrade() -> None:
    op.drop_index("ix_reference_request_next_check", "reference_request")
    op.drop_column("reference_request", "next_check_at")
    op.drop_column("reference_request", "last_checked_at")
