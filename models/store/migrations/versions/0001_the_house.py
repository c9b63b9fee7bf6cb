"""the house

Revision: 0001, after 
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE SEQUENCE escalation_numbers START 1001")
    op.create_table('contents',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("kind IN ('title', 'description', 'message', 'note', 'reason', 'fields', 'reasons', 'subject', 'letter')", name=op.f('ck_contents_kind_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contents'))
    )
    op.create_index('ix_contents_title_trgm', 'contents', ['text'], unique=False, postgresql_using='gin', postgresql_ops={'text': 'gin_trgm_ops'}, postgresql_where=sa.text("kind = 'title'"))
    op.create_table('customers',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('time_zone', sa.Text(), nullable=True),
    sa.Column('annual_value_minor', sa.BigInteger(), nullable=True),
    sa.Column('annual_value_currency', sa.Text(), nullable=True),
    sa.Column('customer_since', sa.Date(), nullable=True),
    sa.Column('tier', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("tier IN ('free', 'standard', 'premium', 'enterprise')", name=op.f('ck_customers_tier_known')),
    sa.CheckConstraint('(annual_value_minor IS NULL) = (annual_value_currency IS NULL)', name=op.f('ck_customers_money_whole')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customers')),
    sa.UniqueConstraint('external_id', name=op.f('uq_customers_external_id'))
    )
    op.create_index('ix_customers_email_lower', 'customers', [sa.literal_column('lower(email)')], unique=False)
    op.create_table('people',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('demo', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("role IN ('agent', 'senior', 'manager', 'admin')", name=op.f('ck_people_role_known')),
    sa.CheckConstraint('email = lower(email)', name=op.f('ck_people_email_lower')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people')),
    sa.UniqueConstraint('email', name=op.f('uq_people_email'))
    )
    op.create_table('playbook_versions',
    sa.Column('slug', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("status IN ('draft', 'published')", name=op.f('ck_playbook_versions_status_known')),
    sa.CheckConstraint('version >= 1', name=op.f('ck_playbook_versions_version_positive')),
    sa.PrimaryKeyConstraint('slug', 'version', name=op.f('pk_playbook_versions')),
    sa.UniqueConstraint('slug', 'hash', name=op.f('uq_playbook_versions_slug_hash'))
    )
    op.create_table('escalations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('severity', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('team', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('title_id', sa.Uuid(), nullable=False),
    sa.Column('assignee_id', sa.Uuid(), nullable=True),
    sa.Column('playbook_slug', sa.Text(), nullable=False),
    sa.Column('playbook_version', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rank_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('owner_rank', sa.Integer(), server_default='1', nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('warn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sla_breached', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('clock_offset', sa.Interval(), server_default='0', nullable=False),
    sa.Column('step', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('state', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("severity IN ('critical', 'high', 'medium', 'low')", name=op.f('ck_escalations_severity_known')),
    sa.CheckConstraint("source IN ('agent', 'email', 'chat', 'phone', 'api', 'survey')", name=op.f('ck_escalations_source_known')),
    sa.CheckConstraint("status IN ('opening', 'open', 'paused', 'resolved', 'cancelled', 'merged', 'closed')", name=op.f('ck_escalations_status_known')),
    sa.CheckConstraint("type IN ('cancel_threat', 'billing_dispute', 'service_quality', 'missed_appointment', 'executive', 'other')", name=op.f('ck_escalations_type_known')),
    sa.ForeignKeyConstraint(['assignee_id'], ['people.id'], name=op.f('fk_escalations_assignee_id_people')),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_escalations_customer_id_customers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_escalations')),
    sa.UniqueConstraint('number', name=op.f('uq_escalations_number'))
    )
    op.create_index('ix_escalations_assignee_rank', 'escalations', ['assignee_id', 'rank_at'], unique=False)
    op.create_index(op.f('ix_escalations_customer_id'), 'escalations', ['customer_id'], unique=False)
    op.create_index('ix_escalations_queue', 'escalations', ['rank_at', 'id'], unique=False, postgresql_where=sa.text('rank_at IS NOT NULL'))
    op.create_index('ix_escalations_status_number', 'escalations', ['status', 'number'], unique=False)
    op.create_table('tokens',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('secret_hash', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('service', sa.Text(), nullable=True),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(person_id IS NULL) <> (service IS NULL)', name=op.f('ck_tokens_person_or_service')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_tokens_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tokens')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_tokens_secret_hash'))
    )
    op.create_index(op.f('ix_tokens_person_id'), 'tokens', ['person_id'], unique=False)
    op.create_table('deliveries',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('escalation_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('effect_class', sa.Text(), nullable=False),
    sa.Column('recipient', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('message_id', sa.Text(), nullable=True),
    sa.Column('planned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("(status IN ('planned', 'attempted')) = (ended_at IS NULL)", name=op.f('ck_deliveries_ended_when_over')),
    sa.CheckConstraint("effect_class IN ('page', 'letter')", name=op.f('ck_deliveries_effect_class_known')),
    sa.CheckConstraint("kind IN ('sla_warning', 'sla_breach', 'step_reminder', 'step_overdue', 'step_letter', 'step_notice', 'promise_missed', 'letter_failed')", name=op.f('ck_deliveries_kind_known')),
    sa.CheckConstraint("status IN ('planned', 'attempted', 'sent', 'failed', 'suppressed', 'cancelled', 'unknown')", name=op.f('ck_deliveries_status_known')),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalations.id'], name=op.f('fk_deliveries_escalation_id_escalations')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_deliveries'))
    )
    op.create_index(op.f('ix_deliveries_escalation_id'), 'deliveries', ['escalation_id'], unique=False)
    op.create_table('events',
    sa.Column('escalation_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fact', sa.Text(), nullable=False),
    sa.Column('op_id', sa.Uuid(), nullable=True),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('seq >= 1', name=op.f('ck_events_seq_positive')),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalations.id'], name=op.f('fk_events_escalation_id_escalations')),
    sa.PrimaryKeyConstraint('escalation_id', 'seq', name=op.f('pk_events'))
    )
    op.create_index('ix_events_op_id', 'events', ['op_id'], unique=False, postgresql_where=sa.text('op_id IS NOT NULL'))
    op.create_table('mail_threads',
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('escalation_id', sa.Uuid(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalations.id'], name=op.f('fk_mail_threads_escalation_id_escalations')),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_mail_threads'))
    )
    op.create_index(op.f('ix_mail_threads_escalation_id'), 'mail_threads', ['escalation_id'], unique=False)
    op.create_table('mailbox',
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('sender', sa.Text(), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('about', sa.Uuid(), nullable=True),
    sa.Column('arrived_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['about'], ['escalations.id'], name=op.f('fk_mailbox_about_escalations')),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_mailbox'))
    )
    op.create_index('ix_mailbox_arrived_at', 'mailbox', ['arrived_at'], unique=False)
    op.create_table('operations',
    sa.Column('op_id', sa.Uuid(), nullable=False),
    sa.Column('place', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('actor_key', sa.Text(), nullable=False),
    sa.Column('route', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('body_hash', sa.Text(), nullable=False),
    sa.Column('escalation_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('status', sa.Text(), server_default='accepted', nullable=False),
    sa.Column('answer', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('attempt_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(status = 'accepted') = (answer IS NULL)", name=op.f('ck_operations_answered_when_ended')),
    sa.CheckConstraint("status IN ('accepted', 'applied', 'rejected')", name=op.f('ck_operations_status_known')),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalations.id'], name=op.f('fk_operations_escalation_id_escalations')),
    sa.PrimaryKeyConstraint('op_id', name=op.f('pk_operations')),
    sa.UniqueConstraint('actor_key', 'route', 'key', name=op.f('uq_operations_actor_key_route_key'))
    )
    op.create_index('ix_operations_escalation_place', 'operations', ['escalation_id', 'place'], unique=False)
    op.create_index('ix_operations_waiting', 'operations', ['attempt_at'], unique=False, postgresql_where=sa.text("status = 'accepted'"))


def downgrade() -> None:
    op.execute("DROP SEQUENCE escalation_numbers")
    op.drop_index('ix_operations_waiting', table_name='operations', postgresql_where=sa.text("status = 'accepted'"))
    op.drop_index('ix_operations_escalation_place', table_name='operations')
    op.drop_table('operations')
    op.drop_index('ix_mailbox_arrived_at', table_name='mailbox')
    op.drop_table('mailbox')
    op.drop_index(op.f('ix_mail_threads_escalation_id'), table_name='mail_threads')
    op.drop_table('mail_threads')
    op.drop_index('ix_events_op_id', table_name='events', postgresql_where=sa.text('op_id IS NOT NULL'))
    op.drop_table('events')
    op.drop_index(op.f('ix_deliveries_escalation_id'), table_name='deliveries')
    op.drop_table('deliveries')
    op.drop_index(op.f('ix_tokens_person_id'), table_name='tokens')
    op.drop_table('tokens')
    op.drop_index('ix_escalations_status_number', table_name='escalations')
    op.drop_index('ix_escalations_queue', table_name='escalations', postgresql_where=sa.text('rank_at IS NOT NULL'))
    op.drop_index(op.f('ix_escalations_customer_id'), table_name='escalations')
    op.drop_index('ix_escalations_assignee_rank', table_name='escalations')
    op.drop_table('escalations')
    op.drop_table('playbook_versions')
    op.drop_table('people')
    op.drop_index('ix_customers_email_lower', table_name='customers')
    op.drop_table('customers')
    op.drop_index('ix_contents_title_trgm', table_name='contents', postgresql_using='gin', postgresql_ops={'text': 'gin_trgm_ops'}, postgresql_where=sa.text("kind = 'title'"))
    op.drop_table('contents')
