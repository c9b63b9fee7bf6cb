"""An answer that arrives after its case's words were erased is not kept.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_FORGET = """
CREATE OR REPLACE FUNCTION forget_assists() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    had uuid[];
BEGIN
    SELECT array_agg(DISTINCT e.escalation_id) INTO had FROM events e
    WHERE e.escalation_id IN (
        SELECT escalation_id FROM assists UNION SELECT escalation_id FROM llm_answers {asked}
    ) AND OLD.id::text IN (
        e.body->'fact'->>'content_id', e.body->'fact'->>'description_id',
        e.body->'fact'->>'title_id'
    );
    {mark}
    DELETE FROM assists WHERE escalation_id = ANY(had);
    DELETE FROM llm_answers WHERE escalation_id = ANY(had);
    RETURN NULL;
END $$
"""
# No call is under way for longer than its deadline, a minute. What it cost stays on record.
_LATELY = "at > now() - interval '10 minutes'"
_ASKED = f"UNION SELECT escalation_id FROM llm_calls WHERE {_LATELY}"
_MARK = f"UPDATE llm_calls SET erased_at = now() WHERE escalation_id = ANY(had) AND {_LATELY};"


def upgrade() -> None:
    op.add_column("llm_calls", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_FORGET.format(asked=_ASKED, mark=_MARK))


def downgrade() -> None:
    op.execute(_FORGET.format(asked="", mark=""))
    op.drop_column("llm_calls", "erased_at")
