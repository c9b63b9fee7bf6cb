"""Publications, each with its answer; results of cases that are over, and of their steps.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publications",
        sa.Column("actor_key", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", postgresql.JSONB(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(published_at IS NULL) = (refusal IS NOT NULL)", name=op.f("ck_publications_made_or_refused")),
        sa.ForeignKeyConstraint(["slug", "version"], ["playbook_versions.slug", "playbook_versions.version"], name=op.f("fk_publications_slug_playbook_versions")),
        sa.PrimaryKeyConstraint("actor_key", "key", name=op.f("pk_publications")),
    )
    op.create_table(
        "case_results",
        sa.Column("escalation_id", sa.Uuid(), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left", sa.Boolean(), nullable=False),
        sa.Column("mended", sa.Boolean(), nullable=False),
        sa.Column("first_contact", sa.Boolean(), nullable=False),
        sa.Column("sla_kept", sa.Boolean(), nullable=False),
        sa.Column("took", sa.Interval(), nullable=True),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalations.id"], name=op.f("fk_case_results_escalation_id_escalations")),
        sa.PrimaryKeyConstraint("escalation_id", name=op.f("pk_case_results")),
    )
    op.create_table(
        "run_results",
        sa.Column("escalation_id", sa.Uuid(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("ended_as", sa.Text(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("took", sa.Interval(), nullable=True),
        sa.Column("reason_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("ended_as IN ('done', 'skipped', 'left_out', 'failed', 'dropped')", name=op.f("ck_run_results_ended_as_known")),
        sa.ForeignKeyConstraint(["escalation_id"], ["case_results.escalation_id"], name=op.f("fk_run_results_escalation_id_case_results")),
        sa.PrimaryKeyConstraint("escalation_id", "run", name=op.f("pk_run_results")),
    )
    op.create_index("ix_escalations_playbook_opened", "escalations", ["playbook_slug", "playbook_version", "opened_at"])


def downgrade() -> None:
    op.drop_index("ix_escalations_playbook_opened", table_name="escalations")
    op.drop_table("run_results")
    op.drop_table("case_results")
    op.drop_table("publications")
