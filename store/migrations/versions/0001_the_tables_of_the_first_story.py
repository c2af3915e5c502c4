"""The tables of the first story: connections, the inbox, requests, effects, audit, the shared rate limit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('connection',
    sa.Column('id', sa.Integer(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('lever_url', sa.Text(), nullable=False),
    sa.Column('lever_key', sa.LargeBinary(), nullable=False),
    sa.Column('perform_as', sa.Text(), nullable=False),
    sa.Column('crosschq_url', sa.Text(), nullable=False),
    sa.Column('crosschq_key', sa.LargeBinary(), nullable=False),
    sa.Column('crosschq_key_prefix', sa.Text(), nullable=False),
    sa.Column('trusted_origins', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('requestor_chain', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('fallback_requestor', sa.Text(), nullable=True),
    sa.Column('trigger_stages', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('live_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ask_again_after_days', sa.Integer(), nullable=True),
    sa.Column('paused_because', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_connection')),
    sa.UniqueConstraint('name', name=op.f('uq_connection_name'))
    )
    op.create_table('audit',
    sa.Column('id', sa.Integer(), sa.Identity(always=False), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('connection_id', sa.Integer(), nullable=True),
    sa.Column('who', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_audit_connection_id_connection'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    op.create_table('rate_bucket',
    sa.Column('connection_id', sa.Integer(), nullable=False),
    sa.Column('vendor', sa.Enum('lever', 'crosschq', name='vendor', native_enum=False, length=32), nullable=False),
    sa.Column('tokens', sa.Double(), nullable=False),
    sa.Column('refilled_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_rate_bucket_connection_id_connection'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('connection_id', 'vendor', name=op.f('pk_rate_bucket'))
    )
    op.create_table('request_template',
    sa.Column('id', sa.Integer(), sa.Identity(always=False), nullable=False),
    sa.Column('connection_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('survey', sa.Text(), nullable=False),
    sa.Column('lever_tag', sa.Text(), nullable=True),
    sa.Column('counts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('position', sa.Integer(), nullable=True),
    sa.Column('is_fallback', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_request_template_connection_id_connection'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_template'))
    )
    op.create_index('uq_request_template_connection_id_name', 'request_template', ['connection_id', 'name'], unique=True)
    op.create_table('webhook_endpoint',
    sa.Column('id', sa.Integer(), sa.Identity(always=False), nullable=False),
    sa.Column('connection_id', sa.Integer(), nullable=False),
    sa.Column('vendor', sa.Enum('lever', 'crosschq', name='vendor', native_enum=False, length=32), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('url_key', sa.Text(), nullable=False),
    sa.Column('secrets', sa.LargeBinary(), nullable=True),
    sa.Column('auth_scheme', sa.Text(), nullable=True),
    sa.Column('last_ping_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_event_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_rejected_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_rejection', sa.Text(), nullable=True),
    sa.Column('rejections', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_webhook_endpoint_connection_id_connection'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_endpoint')),
    sa.UniqueConstraint('url_key', name=op.f('uq_webhook_endpoint_url_key'))
    )
    op.create_index('uq_webhook_endpoint_connection_id_event', 'webhook_endpoint', ['connection_id', 'event'], unique=True)
    op.create_table('delivery',
    sa.Column('id', sa.Integer(), sa.Identity(always=False), nullable=False),
    sa.Column('connection_id', sa.Integer(), nullable=False),
    sa.Column('endpoint_id', sa.Integer(), nullable=True),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('opportunity_id', sa.Text(), nullable=True),
    sa.Column('replay_key', sa.Text(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('body_sha256', sa.Text(), nullable=False),
    sa.Column('triggered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'dispatched', 'running', 'done', 'ignored', 'dead', name='deliverystate', native_enum=False, length=32), nullable=False),
    sa.Column('attempt', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('first_attempt_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('flow_run_id', sa.Text(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_delivery_connection_id_connection'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['endpoint_id'], ['webhook_endpoint.id'], name=op.f('fk_delivery_endpoint_id_webhook_endpoint'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery')),
    sa.UniqueConstraint('replay_key', name=op.f('uq_delivery_replay_key'))
    )
    op.create_index('ix_delivery_due', 'delivery', ['next_attempt_at'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_index('ix_delivery_unfinished_subject', 'delivery', ['connection_id', 'subject'], unique=False, postgresql_where=sa.text("state IN ('waiting', 'dispatched', 'running')"))
    op.create_table('effect',
    sa.Column('id', sa.Integer(), sa.Identity(always=False), nullable=False),
    sa.Column('connection_id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=True),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('attempt_token', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('intended', 'done', 'refused', 'unknown', name='effectstate', native_enum=False, length=32), nullable=False),
    sa.Column('result', sa.Text(), nullable=True),
    sa.Column('detail', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_effect_connection_id_connection'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_effect_delivery_id_delivery'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_effect'))
    )
    op.create_index(op.f('ix_effect_delivery_id'), 'effect', ['delivery_id'], unique=False)
    op.create_index('uq_effect_connection_id_key', 'effect', ['connection_id', 'key'], unique=True)
    op.create_table('reference_request',
    sa.Column('id', sa.Integer(), sa.Identity(always=False), nullable=False),
    sa.Column('connection_id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=True),
    sa.Column('opportunity_id', sa.Text(), nullable=False),
    sa.Column('contact_id', sa.Text(), nullable=True),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('template', sa.Text(), nullable=False),
    sa.Column('job_position', sa.Text(), nullable=False),
    sa.Column('candidate_index', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('intended', 'unknown', 'sent', 'completed', 'failed', 'cancelled', name='requeststate', native_enum=False, length=32), nullable=False),
    sa.Column('crosschq_id', sa.Text(), nullable=True),
    sa.Column('answered', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('asked', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('crosschq_updated_on', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['connection_id'], ['connection.id'], name=op.f('fk_reference_request_connection_id_connection'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_reference_request_delivery_id_delivery'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reference_request'))
    )
    op.create_index('uq_reference_request_crosschq_id', 'reference_request', ['connection_id', 'crosschq_id'], unique=True)
    op.create_index('uq_reference_request_generation', 'reference_request', ['connection_id', 'opportunity_id', 'generation'], unique=True)
    op.create_index('uq_reference_request_open', 'reference_request', ['connection_id', 'opportunity_id'], unique=True, postgresql_where=sa.text("state IN ('intended', 'unknown', 'sent')"))


def downgrade() -> None:
    op.drop_index('uq_reference_request_open', table_name='reference_request', postgresql_where=sa.text("state IN ('intended', 'unknown', 'sent')"))
    op.drop_index('uq_reference_request_generation', table_name='reference_request')
    op.drop_index('uq_reference_request_crosschq_id', table_name='reference_request')
    op.drop_table('reference_request')
    op.drop_index('uq_effect_connection_id_key', table_name='effect')
    op.drop_index(op.f('ix_effect_delivery_id'), table_name='effect')
    op.drop_table('effect')
    op.drop_index('ix_delivery_unfinished_subject', table_name='delivery', postgresql_where=sa.text("state IN ('waiting', 'dispatched', 'running')"))
    op.drop_index('ix_delivery_due', table_name='delivery', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table('delivery')
    op.drop_index('uq_webhook_endpoint_connection_id_event', table_name='webhook_endpoint')
    op.drop_table('webhook_endpoint')
    op.drop_index('uq_request_template_connection_id_name', table_name='request_template')
    op.drop_table('request_template')
    op.drop_table('rate_bucket')
    op.drop_table('audit')
    op.drop_table('connection')
