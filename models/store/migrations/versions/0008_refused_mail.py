"""Mail that was refused is found: it is filed anew.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_operations_refused_mail", "operations", ["answered_at"], postgresql_where=sa.text("status = 'rejected' AND kind = 'record_message'"))


def downgrade() -> None:
    op.drop_index("ix_operations_refused_mail", table_name="operations")
