"""People who sign in to the pages, and their sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "page_person",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.UniqueConstraint("name", name="uq_page_person_name"),
    )
    admin = sa.text("role = 'admin'")
    op.create_index("uq_page_person_admin", "page_person", ["role"], unique=True, postgresql_where=admin)
    op.create_table(
        "page_session",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("page_person.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("seen_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.UniqueConstraint("digest", name="uq_page_session_digest"),
    )
    op.create_index("ix_page_session_person_id", "page_session", ["person_id"])
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("whence", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False, server_default=sa.func.now()),
    )
    op.create_index("ix_sign_in_failure_whence", "sign_in_failure", ["whence", "at"])


def downgrade() -> None:
    for table in ("sign_in_failure", "page_session", "page_person"):
        op.drop_table(table)
