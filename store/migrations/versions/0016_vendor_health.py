"""Whether acts at a vendor are held back after one whose outcome is unknown."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    vendor = sa.Enum("lever", "crosschq", name="vendor", native_enum=False, length=32)
    op.create_table(
        "vendor_health",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("vendor", vendor, nullable=False),
        sa.Column("unconfirmed_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unconfirmed_in_a_row", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_vendor_health_connection_id_connection",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "vendor", name="pk_vendor_health"),
    )


def downgrade() -> None:
    op.drop_table("vendor_health")
