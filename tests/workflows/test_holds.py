"""A case on hold, on the real server: its pause ends by itself, and nothing but rules computes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from models.escalation import Status
from models.ids import workflow_id
from models.severity import Severity
from tests.desk import Desk
from tests.workflows.clockwork import Clockwork


async def test_a_pause_ends_by_itself_and_no_deadline_is_asked_for_elsewhere_trap_28(
    sarah: Desk, marcus: Desk, client: Client, clockwork: Clockwork
) -> None:
    opened = await sarah.open_case(severity="high")
    case, path = opened["escalation_id"], f"/cs/escalations/{opened['number']}"
    until = datetime.now(UTC) + timedelta(hours=2)
    await marcus.post(f"{path}/pauses", {"reason": "A part", "until": until.isoformat()})
    await marcus.ask("PATCH", path, {"severity": "critical"})
    await clockwork.ahead(case, timedelta(hours=1))
    held = await clockwork.settled(case)
    assert (held.status, held.severity) == (Status.PAUSED, Severity.CRITICAL)
    assert "clock_warned" not in await clockwork.facts(case)
    await clockwork.ahead(case, timedelta(hours=1, minutes=1))
    state = await clockwork.settled(case)
    assert state.status is Status.OPEN
    assert state.pauses[0].ended_at == until
    held_for = until - state.pauses[0].from_at
    answer = next(clock for clock in state.clocks if clock.kind == "first_response")
    assert answer.due_at == answer.started_at + timedelta(minutes=15) + held_for
    history = await client.get_workflow_handle(workflow_id(UUID(case))).fetch_history()
    kinds = {event.event_type for event in history.events}
    assert EventType.EVENT_TYPE_MARKER_RECORDED not in kinds, "a local activity leaves a marker"
