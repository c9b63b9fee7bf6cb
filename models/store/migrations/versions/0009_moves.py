"""A case that moves is told to whoever listens, when its transaction commits.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION tell_move() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('case_moved', json_build_object(
                'escalation_id', NEW.id, 'number', 'E-' || NEW.number,
                'version', NEW.version, 'status', NEW.status)::text);
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER tell_move AFTER UPDATE ON escalations FOR EACH ROW
        EXECUTE FUNCTION tell_move()
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER tell_move ON escalations")
    op.execute("DROP FUNCTION tell_move()")
