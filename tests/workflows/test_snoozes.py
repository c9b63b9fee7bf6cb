"""A step that was put off wakes on the real server, also in a case that was resolved meanwhile."""

from datetime import timedelta

from tests.desk import Desk
from tests.workflows.clockwork import Clockwork


async def test_a_step_that_was_put_off_wakes_at_its_time_trap_63(
    sarah: Desk, clockwork: Clockwork
) -> None:
    opened = await sarah.open_case()
    case, path = opened["escalation_id"], f"/cs/escalations/{opened['number']}"
    await sarah.post(f"{path}/steps/call-now/snooze", {"length": "2h", "reason": "He is at work."})
    await clockwork.ahead(case, timedelta(hours=1, minutes=59))
    assert "step_woken" not in await clockwork.facts(case)
    await clockwork.ahead(case, timedelta(minutes=2))
    facts = await clockwork.facts(case)
    assert facts.count("step_woken") == 1
    assert facts.index("step_woken") > facts.index("clock_breached")
    state = await clockwork.settled(case)
    assert state.open_runs[0].for_now
