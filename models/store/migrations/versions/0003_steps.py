"""all kinds of steps

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

KINDS = (
    'sla_warning', 'sla_breach', 'step_reminder', 'step_overdue', 'step_letter', 'step_notice',
    'promise_missed', 'letter_failed',
)
NEW_KINDS = (
    'approval_asked', 'handed_over', 'handed_up', 'owner_silent', 'step_credit', 'step_webhook',
    'step_given_up', 'step_failed',
)
CLASSES = ('page', 'letter')


def _known(column: str, words: tuple[str, ...]) -> None:
    name = op.f(f'ck_deliveries_{column}_known')
    listed = ', '.join(f"'{word}'" for word in words)
    op.drop_constraint(name, 'deliveries', type_='check')
    op.create_check_constraint(name, 'deliveries', f'{column} IN ({listed})')


def upgrade() -> None:
    _known('kind', (*KINDS, *NEW_KINDS))
    _known('effect_class', (*CLASSES, 'request'))
    op.create_table('credits',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('escalation_id', sa.Uuid(), nullable=False),
    sa.Column('customer_id', sa.Uuid(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('amount_currency', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_credits_money_positive')),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_credits_customer_id_customers')),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalations.id'], name=op.f('fk_credits_escalation_id_escalations')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_credits'))
    )
    op.create_index(op.f('ix_credits_customer_id'), 'credits', ['customer_id'], unique=False)
    op.create_index(op.f('ix_credits_escalation_id'), 'credits', ['escalation_id'], unique=False)
    op.create_table('stopped_systems',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('address_hash', sa.Text(), nullable=False),
    sa.Column('stopped_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('name', 'address_hash', name=op.f('pk_stopped_systems'))
    )


def downgrade() -> None:
    op.drop_table('stopped_systems')
    op.drop_table('credits')
    op.execute("DELETE FROM deliveries WHERE kind = ANY(ARRAY[%s])" % ', '.join(f"'{one}'" for one in NEW_KINDS))
    _known('effect_class', CLASSES)
    _known('kind', KINDS)
