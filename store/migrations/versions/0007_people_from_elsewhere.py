"""People who sign in with OpenID Connect have no password here; one admin has one."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEX = "uq_page_person_admin"


def upgrade() -> None:
    op.alter_column("page_person", "password_hash", nullable=True)
    op.drop_index(INDEX, "page_person")
    one = sa.text("role = 'admin' AND password_hash IS NOT NULL")
    op.create_index(INDEX, "page_person", ["role"], unique=True, postgresql_where=one)


def downgrade() -> None:
    op.execute("DELETE FROM page_person WHERE password_hash IS NULL")
    op.alter_column("page_person", "password_hash", nullable=False)
    op.drop_index(INDEX, "page_person")
    op.create_index(INDEX, "page_person", ["role"], unique=True, postgresql_where=sa.text("role = 'admin'"))
