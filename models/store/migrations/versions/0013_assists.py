"""What language models were asked for in each case, and the drafts that passed the checks.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Whoever opens a case writes contents before escalations: locks are taken in that order, those
    # of later migrations as well, for all of them may be one transaction.
    op.execute("LOCK TABLE contents IN SHARE ROW EXCLUSIVE MODE")
    op.create_table(
        "assists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("escalation_id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("context", sa.Text(), nullable=True),
        sa.Column("facts_hash", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("prompt", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("refused", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.CheckConstraint("task IN ('guidance', 'response', 'sentiment')", name=op.f("ck_assists_task_known")),
        sa.CheckConstraint("channel IN ('mail', 'chat', 'call')", name=op.f("ck_assists_channel_known")),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalations.id"], name=op.f("fk_assists_escalation_id_escalations"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assists")),
    )
    op.create_index("ix_assists_case", "assists", ["escalation_id", "asked_at"])
    op.create_index("ix_assists_asked_at", "assists", ["asked_at"])
    # What was written from words that are erased goes with them, also what a model answered.
    op.execute(
        """
        CREATE FUNCTION forget_assists() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            had uuid[];
        BEGIN
            SELECT array_agg(DISTINCT e.escalation_id) INTO had FROM events e
            WHERE e.escalation_id IN (
                SELECT escalation_id FROM assists UNION SELECT escalation_id FROM llm_answers
            ) AND OLD.id::text IN (
                e.body->'fact'->>'content_id', e.body->'fact'->>'description_id',
                e.body->'fact'->>'title_id'
            );
            DELETE FROM assists WHERE escalation_id = ANY(had);
            DELETE FROM llm_answers WHERE escalation_id = ANY(had);
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER forget_assists AFTER DELETE OR UPDATE OF text ON contents FOR EACH ROW
        EXECUTE FUNCTION forget_assists()
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER forget_assists ON contents")
    op.execute("DROP FUNCTION forget_assists()")
    op.drop_table("assists")
