"""sla policies, calendars, and the terms of cases

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

VERSIONS = ('sla_policy_versions', 'calendar_versions')


def upgrade() -> None:
    for name in VERSIONS:
        op.create_table(name,
        sa.Column('slug', sa.Text(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('hash', sa.Text(), nullable=False),
        sa.Column('is_current', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('document', postgresql.JSONB(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.CheckConstraint('version >= 1', name=op.f(f'ck_{name}_version_positive')),
        sa.PrimaryKeyConstraint('slug', 'version', name=op.f(f'pk_{name}')),
        sa.UniqueConstraint('slug', 'hash', name=op.f(f'uq_{name}_slug_hash'))
        )
        op.create_index(f'uq_{name}_current', name, ['slug'], unique=True, postgresql_where=sa.text('is_current'))
    op.create_table('sla_terms',
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('document', postgresql.JSONB(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_sla_terms'))
    )
    op.add_column('escalations', sa.Column('terms_hash', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('escalations', 'terms_hash')
    op.drop_table('sla_terms')
    for name in reversed(VERSIONS):
        op.drop_index(f'uq_{name}_current', table_name=name, postgresql_where=sa.text('is_current'))
        op.drop_table(name)
