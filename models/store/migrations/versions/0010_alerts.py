"""Alerts of a case that nobody has seen stand beside it, to be listed.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Whoever opens a case writes contents before escalations: locks are taken in that order, those
    # of later migrations as well, for all of them may be one transaction.
    op.execute("LOCK TABLE contents IN SHARE ROW EXCLUSIVE MODE")
    op.add_column("escalations", sa.Column("alerts", JSONB(none_as_null=True), nullable=True))
    op.create_index("ix_escalations_alerts", "escalations", ["id"], postgresql_where=sa.text("alerts IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_escalations_alerts", table_name="escalations")
    op.drop_column("escalations", "alerts")
