"""A request may be known from the status tag on its opportunity alone."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reference_request", sa.Column("found_tag", sa.Text(), nullable=True))
    # A person has said of these that Crosschq does not have them, and the tag may still be there.
    op.execute(
        "UPDATE reference_request SET found_tag = 'Crosschq: unconfirmed' WHERE state = 'failed' AND EXISTS ("
        "SELECT FROM effect WHERE effect.connection_id = reference_request.connection_id "
        "AND effect.key = 'crosschq-request/' || reference_request.id AND effect.state = 'unknown')"
    )


def downgrade() -> None:
    op.drop_column("reference_request", "found_tag")
