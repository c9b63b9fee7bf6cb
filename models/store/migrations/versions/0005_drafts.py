"""Drafts of playbooks: who wrote a version, where it came from, who published it and when.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("playbook_versions", sa.Column("origin", sa.Text(), server_default="file", nullable=False))
    op.add_column("playbook_versions", sa.Column("author_id", sa.Uuid(), nullable=True))
    op.add_column("playbook_versions", sa.Column("published_by", sa.Uuid(), nullable=True))
    op.add_column("playbook_versions", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE playbook_versions SET published_at = created_at WHERE status = 'published'")
    op.create_foreign_key(op.f("fk_playbook_versions_author_id_people"), "playbook_versions", "people", ["author_id"], ["id"])
    op.create_foreign_key(op.f("fk_playbook_versions_published_by_people"), "playbook_versions", "people", ["published_by"], ["id"])
    op.create_check_constraint(op.f("ck_playbook_versions_origin_known"), "playbook_versions", "origin IN ('file', 'web')")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_playbook_versions_origin_known"), "playbook_versions")
    op.drop_constraint(op.f("fk_playbook_versions_published_by_people"), "playbook_versions")
    op.drop_constraint(op.f("fk_playbook_versions_author_id_people"), "playbook_versions")
    for name in ("published_at", "published_by", "author_id", "origin"):
        op.drop_column("playbook_versions", name)
