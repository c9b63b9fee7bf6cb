"""Imported cases, and what finds each case again: its words, and its vector where pgvector is.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TYPES = "('cancel_threat', 'billing_dispute', 'service_quality', 'missed_appointment', 'executive', 'other')"
_OUTCOMES = "('saved', 'lost', 'resolved', 'unresolved')"


def upgrade() -> None:
    # The trigger first: whoever opens a case writes contents before escalations, and locks are taken
    # in that order here too.
    op.execute(
        """
        CREATE FUNCTION forget_vector() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM case_vectors WHERE made_of @> ARRAY[OLD.id];
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER forget_vector AFTER DELETE OR UPDATE OF text ON contents FOR EACH ROW
        EXECUTE FUNCTION forget_vector()
        """
    )
    op.create_table(
        "imported_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("approach", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("csat", sa.Integer(), nullable=True),
        sa.Column("hours", sa.Float(), nullable=True),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"type IN {_TYPES}", name=op.f("ck_imported_cases_type_known")),
        sa.CheckConstraint(f"outcome IN {_OUTCOMES}", name=op.f("ck_imported_cases_outcome_known")),
        sa.CheckConstraint("csat BETWEEN 1 AND 5", name=op.f("ck_imported_cases_csat_of_five")),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_imported_cases_hours_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_cases")),
    )
    op.create_index("uq_imported_cases_source_external_id", "imported_cases", ["source", "external_id"], unique=True)
    op.create_table(
        "case_vectors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("escalation_id", sa.Uuid(), nullable=True),
        sa.Column("imported_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("approach", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("made_of", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"type IN {_TYPES}", name=op.f("ck_case_vectors_type_known")),
        sa.CheckConstraint(f"outcome IN {_OUTCOMES}", name=op.f("ck_case_vectors_outcome_known")),
        sa.CheckConstraint("(escalation_id IS NULL) <> (imported_id IS NULL)", name=op.f("ck_case_vectors_of_one_case")),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL) AND (outcome IS NULL) = (approach IS NULL)", name=op.f("ck_case_vectors_over_or_not")),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalations.id"], name=op.f("fk_case_vectors_escalation_id_escalations"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["imported_id"], ["imported_cases.id"], name=op.f("fk_case_vectors_imported_id_imported_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_vectors")),
        sa.UniqueConstraint("escalation_id", name=op.f("uq_case_vectors_escalation_id")),
        sa.UniqueConstraint("imported_id", name=op.f("uq_case_vectors_imported_id")),
    )
    op.create_index("ix_case_vectors_type", "case_vectors", ["type"], postgresql_where=sa.text("outcome IS NOT NULL"))
    op.create_index("ix_case_vectors_words", "case_vectors", ["words"], postgresql_using="gin")
    op.create_index("ix_case_vectors_made_of", "case_vectors", ["made_of"], postgresql_using="gin")
    op.create_index("ix_case_vectors_kept", "case_vectors", ["escalation_id", "imported_id", "model", "seen", "outcome"])
    # The column `vector` needs pgvector: models/store/vectors.py adds it, now or when pgvector is there.

def downgrade() -> None:
    op.execute("DROP TRIGGER forget_vector ON contents")
    op.execute("DROP FUNCTION forget_vector()")
    op.drop_table("case_vectors")
    op.drop_table("imported_cases")
