"""Lever's stages by name, for the reason why a move was left alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    names = sa.Column("stage_names", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'"))
    op.add_column("connection", names)


def downgrade() -> None:
    op.drop_column("connection", "stage_names")
