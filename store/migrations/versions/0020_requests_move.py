"""A request whose opportunity was merged away in Lever goes on with the other one, which may have an open one, too.

A tombstone says whether a report was still to come.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INDEX, TABLE = "uq_reference_request_open", "reference_request"
COLUMNS = ["connection_id", "opportunity_id"]
OPEN = "state IN ('intended', 'unknown', 'sent')"


def upgrade() -> None:
    op.add_column(
        TABLE, sa.Column("is_beside_another", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.drop_index(INDEX, table_name=TABLE)
    op.create_index(
        INDEX, TABLE, COLUMNS, unique=True, postgresql_where=sa.text(f"{OPEN} AND NOT is_beside_another")
    )
    # For what looks for open ones, whichever they are.
    op.create_index("ix_reference_request_open", TABLE, COLUMNS, postgresql_where=sa.text(OPEN))
    op.add_column("tombstone", sa.Column("awaited", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("tombstone", "awaited")
    op.execute(f"UPDATE {TABLE} SET state = 'failed' WHERE {OPEN} AND is_beside_another")  # noqa: S608 - our words
    op.drop_index("ix_reference_request_open", table_name=TABLE)
    op.drop_index(INDEX, table_name=TABLE)
    op.create_index(INDEX, TABLE, COLUMNS, unique=True, postgresql_where=sa.text(OPEN))
    op.drop_column(TABLE, "is_beside_another")
