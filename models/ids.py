"""Ids: UUIDv7 for machines, so that keys sort by time."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

_CASE = "escalation-"


def new_id() -> UUID:
    """Make a new UUIDv7. Only edges call this: rules and workflows get their ids as arguments."""
    made: UUID = uuid7()
    return made


def workflow_id(escalation_id: UUID) -> str:
    """The id of the Temporal workflow that is the life of this escalation."""
    return f"{_CASE}{escalation_id}"


def is_case(workflow: str) -> bool:
    """Whether a workflow's id is that of a case's life."""
    return workflow.startswith(_CASE)


def begun_at(workflow: str) -> datetime | None:
    """When the case behind a workflow's id was opened; None when it is the id of no case.

    A UUIDv7 begins with the milliseconds since 1970.
    """
    try:
        found = UUID(workflow.removeprefix(_CASE))
    except ValueError:
        return None
    if not is_case(workflow) or found.version != 7 or workflow != workflow_id(found):
        return None
    return datetime.fromtimestamp((found.int >> 80) / 1000, UTC)
