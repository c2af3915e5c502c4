"""Keys of blind indexes and answer links that outlive the secret keys. The first process that starts makes them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lasting_key",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lasting_key"),
    )


def downgrade() -> None:
    op.drop_table("lasting_key")
