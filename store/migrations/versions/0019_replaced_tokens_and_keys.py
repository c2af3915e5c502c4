"""A token that was replaced is taken for a week more; the gateway notes when a secret key was replaced.

For tokens of before, the week begins now: it is not known when they were replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    replaced_at = sa.Column("token_replaced_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("webhook_endpoint", replaced_at)
    # How many tokens there are is encrypted; with one alone the moment has no meaning.
    op.execute("UPDATE webhook_endpoint SET token_replaced_at = now() WHERE secrets IS NOT NULL")
    op.create_table(
        "secret_key_age",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_secret_key_age"),
    )


def downgrade() -> None:
    op.drop_table("secret_key_age")
    op.drop_column("webhook_endpoint", "token_replaced_at")
