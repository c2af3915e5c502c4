"""What ends goes after its retention, and each statement that runs by itself has an index at any number of rows."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

IN_HISTORY = "state IN ('done', 'ignored') AND NOT after_shadow"
LOOKED = "looked at Lever''s list of deleted opportunities"

INDEXES = (
    "ix_delivery_in_hand ON delivery (id) WHERE state IN ('dispatched', 'running')",
    "ix_delivery_state ON delivery (state, id)",
    "ix_delivery_event ON delivery (event, id)",
    "ix_delivery_connection ON delivery (connection_id, id)",
    "ix_delivery_subject ON delivery (subject text_pattern_ops)",
    "ix_delivery_opportunity ON delivery (opportunity_id text_pattern_ops) WHERE opportunity_id IS NOT NULL",
    "ix_delivery_flow_run ON delivery (flow_run_id) WHERE flow_run_id IS NOT NULL",
    "ix_delivery_body ON delivery (finished_at) WHERE body IS NOT NULL AND finished_at IS NOT NULL",
    f"ix_delivery_history ON delivery (greatest(kept_at, finished_at)) WHERE {IN_HISTORY}",
    "ix_effect_unknown ON effect (delivery_id) WHERE state = 'unknown'",
    "ix_effect_lead ON effect (connection_id, result) WHERE key LIKE 'prospect/%'",
    "ix_reference_request_contact ON reference_request (connection_id, contact_id)",
    "ix_reference_request_delivery ON reference_request (delivery_id)",
    "ix_audit_what ON audit (connection_id, what, at)",
    "ix_audit_subject ON audit (subject)",
    "ix_audit_who ON audit (who)",
    "ix_audit_by_people ON audit (at, id) "
    "WHERE who NOT LIKE 'delivery:%' AND who NOT IN ('reconcile', 'crosschq-lever')",
    f"ix_audit_passing ON audit (at) WHERE subject NOT LIKE 'connection:%' OR what = '{LOOKED}'",
    "ix_follow_up_open ON follow_up (due_at, id) WHERE state <> 'ended'",
    "ix_follow_up_ended ON follow_up (ended_at, id) WHERE state = 'ended'",
    "ix_hiring_outcome_unshown ON hiring_outcome (decided_at) WHERE shown_version < version",
    "ix_prospect_ended ON prospect (connection_id, ended_at)",
)

# At PostgreSQL's fifth of a table, tens of thousands of dead rows lie in the way of the statements of each minute.
LARGE = ("delivery", "effect", "audit")
VACUUM = (
    "autovacuum_vacuum_scale_factor",
    "autovacuum_vacuum_insert_scale_factor",
    "autovacuum_analyze_scale_factor",
)


def upgrade() -> None:
    op.add_column("delivery", sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "newest_move",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Text(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_newest_move_connection_id_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "opportunity_id", name=op.f("pk_newest_move")),
    )
    op.drop_index("uq_effect_connection_id_key", "effect")
    op.execute(
        "CREATE UNIQUE INDEX uq_effect_connection_id_key ON effect (connection_id, key text_pattern_ops)"
    )
    for index in INDEXES:
        op.execute(f"CREATE INDEX {index}")
    settings = ", ".join(f"{name} = 0.02" for name in VACUUM)
    for table in LARGE:
        op.execute(f"ALTER TABLE {table} SET ({settings})")


def downgrade() -> None:
    for table in LARGE:
        op.execute(f"ALTER TABLE {table} RESET ({', '.join(VACUUM)})")
    for index in INDEXES:
        op.execute(f"DROP INDEX {index.partition(' ')[0]}")
    op.drop_index("uq_effect_connection_id_key", "effect")
    op.create_index("uq_effect_connection_id_key", "effect", ["connection_id", "key"], unique=True)
    op.drop_table("newest_move")
    op.drop_column("delivery", "kept_at")
