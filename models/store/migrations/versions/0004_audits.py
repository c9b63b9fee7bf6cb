"""audits, what they found, and when the engine has to act next

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audits',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('every', sa.Interval(), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('findings', sa.Integer(), nullable=False),
    sa.Column('healed', sa.Integer(), nullable=False),
    sa.Column('looked_at', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('reached', sa.Uuid(), nullable=True),
    sa.CheckConstraint('NOT passed OR (findings = 0 AND healed = 0)', name=op.f('ck_audits_passed_when_well')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audits'))
    )
    op.create_index('ix_audits_ended_at', 'audits', ['ended_at'], unique=False)
    op.create_index('ix_audits_good', 'audits', ['ended_at'], unique=False, postgresql_where=sa.text('passed'))
    op.create_table('findings',
    sa.Column('identity', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('escalation_id', sa.Uuid(), nullable=True),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('times', sa.Integer(), server_default='1', nullable=False),
    sa.Column('healed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('heals', sa.Integer(), server_default='0', nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('overdue', 'delivery_late', 'delivery_missing', 'unanswered', 'never_started', 'answer_missing', 'lost', 'stuck', 'unknown_workflow', 'projection', 'events', 'apart')", name=op.f('ck_findings_kind_known')),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalations.id'], name=op.f('fk_findings_escalation_id_escalations')),
    sa.PrimaryKeyConstraint('identity', name=op.f('pk_findings'))
    )
    op.create_index(op.f('ix_findings_escalation_id'), 'findings', ['escalation_id'], unique=False)
    op.create_index('ix_findings_open', 'findings', ['first_seen_at'], unique=False, postgresql_where=sa.text('ended_at IS NULL'))
    op.add_column('escalations', sa.Column('next_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_escalations_next_at', 'escalations', ['next_at'], unique=False, postgresql_where=sa.text('next_at IS NOT NULL'))
    op.create_index('ix_deliveries_without_end', 'deliveries', ['not_before'], unique=False, postgresql_where=sa.text('ended_at IS NULL'))


def downgrade() -> None:
    op.drop_index('ix_deliveries_without_end', table_name='deliveries', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_index('ix_escalations_next_at', table_name='escalations', postgresql_where=sa.text('next_at IS NOT NULL'))
    op.drop_column('escalations', 'next_at')
    op.drop_table('findings')
    op.drop_table('audits')
