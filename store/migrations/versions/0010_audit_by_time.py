"""The audit is read by time, of all connections or one."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_at", "audit", ["at", "id"])
    op.create_index("ix_audit_connection_id_at", "audit", ["connection_id", "at", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_connection_id_at", "audit")
    op.drop_index("ix_audit_at", "audit")
