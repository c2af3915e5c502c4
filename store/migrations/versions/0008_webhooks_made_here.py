"""Lever's ids of the webhooks that were made here."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhook_endpoint", sa.Column("lever_webhook_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("webhook_endpoint", "lever_webhook_id")
