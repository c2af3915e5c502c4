"""People who sign in with OpenID Connect are known by issuer and subject, and keep the addresses they have had.

Who is there already gets an account at the next sign-in, by the verified address and once (store.people.People).
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UNIQUE = "uq_page_person_issuer_subject"


def upgrade() -> None:
    op.add_column("page_person", sa.Column("issuer", sa.Text(), nullable=True))
    op.add_column("page_person", sa.Column("subject", sa.Text(), nullable=True))
    op.create_unique_constraint(UNIQUE, "page_person", ["issuer", "subject"])
    op.create_table(
        "page_address",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["page_person.id"], name="fk_page_address_person_id_page_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("address", name="pk_page_address"),
    )
    op.create_index("ix_page_address_person_id", "page_address", ["person_id"])
    op.execute(
        "INSERT INTO page_address (address, person_id) SELECT name, id FROM page_person WHERE password_hash IS NULL"
    )


def downgrade() -> None:
    op.drop_table("page_address")
    op.drop_constraint(UNIQUE, "page_person")
    op.drop_column("page_person", "subject")
    op.drop_column("page_person", "issuer")
