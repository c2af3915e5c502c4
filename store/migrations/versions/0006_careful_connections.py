"""Shadow mode, and how many requests an hour may send."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connection", sa.Column("is_shadow", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("connection", sa.Column("most_per_hour", sa.Integer(), nullable=True))
    op.add_column("connection", sa.Column("capped_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("delivery", sa.Column("after_shadow", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_delivery_after_shadow", "delivery", ["connection_id"], postgresql_where=sa.text("after_shadow")
    )
    op.create_index("ix_reference_request_made", "reference_request", ["connection_id", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_reference_request_made", "reference_request")
    op.drop_index("ix_delivery_after_shadow", "delivery")
    op.drop_column("delivery", "after_shadow")
    op.drop_column("connection", "capped_at")
    op.drop_column("connection", "most_per_hour")
    op.drop_column("connection", "is_shadow")
