"""Merged cases: the deliveries that tell the other case, and the managers when it is over.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KINDS = (
    "sla_warning", "sla_breach", "step_reminder", "step_overdue", "step_letter", "step_notice",
    "promise_missed", "letter_failed", "approval_asked", "handed_over", "handed_up",
    "owner_silent", "step_credit", "step_webhook", "step_given_up", "step_failed",
)
NEW_KINDS = ("case_joined", "merge_refused")
NAME = "ck_deliveries_kind_known"


def _known(words: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    op.drop_constraint(op.f(NAME), "deliveries", type_="check")
    op.create_check_constraint(op.f(NAME), "deliveries", f"kind IN ({listed})")


def upgrade() -> None:
    _known((*KINDS, *NEW_KINDS))


def downgrade() -> None:
    told = ", ".join(f"'{one}'" for one in NEW_KINDS)
    op.execute(f"DELETE FROM deliveries WHERE kind IN ({told})")
    _known(KINDS)
