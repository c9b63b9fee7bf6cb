"""Ids: UUIDv7 for machines, so that keys sort by time."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Make a new UUIDv7. Only edges call this: rules and workflows get their ids as arguments."""
    made: UUID = uuid7()
    return made


def workflow_id(escalation_id: UUID) -> str:
    """The id of the Temporal workflow that is the life of this escalation."""
    return f"escalation-{escalation_id}"
