"""Record golden histories: `python -m tests.replay.record NAME` adds a folder of this version.

A history is never changed and never deleted before the runs of its version have drained: it is
what proves that the code of today goes on with the lives of yesterday.
"""

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from temporalio.client import Client

from api.app import create_app
from api.parts import Parts
from config.settings import Settings, house_of
from models.escalation import EscalationState, StepStatus
from models.ids import workflow_id
from models.store.session import Store
from supervisor.temporary import temporary_stack
from tests.desk import Desk
from tests.polling import until
from tests.workflows.clockwork import Clockwork
from upkeep import team
from upkeep.library import bring_up_to_date
from worker import at_work
from workflows.client import Engine, connect
from workflows.sandbox import strict_runner
from workflows.search_attributes import REGISTRATION

HISTORIES = Path(__file__).parent / "histories"


async def rescued(agent: Desk, _: Desk, clock: Clockwork) -> str:
    """Five steps, a solution, both follow-ups, and the close after fourteen days."""
    answer = await agent.open_case()
    for _turn in range(5):
        answer = await agent.work(answer)
    case: str = answer["escalation_id"]
    await clock.ahead(case, timedelta(days=40))
    return case


async def neglected(agent: Desk, _: Desk, clock: Clockwork) -> str:
    """Nobody does anything: warnings, breaches, reminders, and the managers are told."""
    opened = await agent.open_case(severity="critical")
    await clock.ahead(opened["escalation_id"], timedelta(days=2))
    return str(opened["escalation_id"])


async def turned(agent: Desk, senior: Desk, clock: Clockwork) -> str:
    """Severity changes, a solution, a reopening, a hand-over, and at last a cancellation."""
    opened = await agent.open_case(severity="medium")
    path = f"/cs/escalations/{opened['number']}"
    await agent.post(f"{path}/notes", {"text": "A note"})
    await senior.ask("PATCH", path, {"severity": "critical"})
    await senior.post(f"{path}/assignment", {"assignee": "marcus@demo.test"})
    await senior.post(f"{path}/resolution", {"note": "Mended"})
    await senior.post(f"{path}/reopening", {"reason": "Not mended"})
    message = {"direction": "inbound", "text": "Still broken", "channel": "email"}
    await senior.post(f"{path}/messages", message)
    await clock.ahead(opened["escalation_id"], timedelta(hours=1))
    await senior.post(f"{path}/cancellation", {"reason": "A duplicate"})
    return str(opened["escalation_id"])


async def visited(agent: Desk, _: Desk, clock: Clockwork) -> str:
    """A missed appointment: a new time, a letter held for ten seconds, the call before it."""
    answer = await agent.open_case(type="missed_appointment", title="Nobody came")
    await _to_the_end(agent, answer)
    await clock.ahead(answer["escalation_id"], timedelta(days=30))
    return str(answer["escalation_id"])


async def held(agent: Desk, senior: Desk, clock: Clockwork) -> str:
    """Put off, on hold until the customer writes, on hold until its time, and mended in the end."""
    answer = await agent.open_case(severity="critical")
    case, path = answer["escalation_id"], f"/cs/escalations/{answer['number']}"
    answer = await agent.work(answer)
    opened = answer["snapshot"]["step"]["id"]
    until = await clock.now(case) + timedelta(minutes=5)
    await agent.post(f"{path}/steps/{opened}/snooze", {"until": until.isoformat()})
    await clock.ahead(case, timedelta(minutes=6))
    await senior.post(f"{path}/pauses", {"reason": "They are away"})
    await clock.ahead(case, timedelta(hours=3))
    message = {"direction": "inbound", "text": "Back again", "channel": "email"}
    await agent.post(f"{path}/messages", message)
    until = await clock.now(case) + timedelta(hours=1)
    await senior.post(f"{path}/pauses", {"reason": "Away", "until": until.isoformat()})
    answer = _as_it_stands(answer, await clock.ahead(case, timedelta(hours=2)))
    await _to_the_end(agent, answer)
    await clock.ahead(case, timedelta(days=20))
    return str(case)


async def paid(agent: Desk, senior: Desk, clock: Clockwork) -> str:
    """Money above a limit and nobody says yes; a hand-up, a smaller sum, taken back, given anew."""
    answer = await agent.open_case(type="billing_dispute", title="Charged twice")
    case, path = answer["escalation_id"], f"/cs/escalations/{answer['number']}"
    while answer["snapshot"]["step"]["id"] != "issue-credit":
        answer = await agent.work(answer)
    large, small = {"minor": 9_000, "currency": "USD"}, {"minor": 1_500, "currency": "USD"}
    await agent.done(answer["number"], "issue-credit", "issued", amount=large)
    await clock.ahead(case, timedelta(hours=3))
    given = await agent.done(answer["number"], "issue-credit", "issued", amount=small)
    await agent.post(f"{path}/undo", {"op_id": given["op_id"]})
    await agent.post(f"{path}/hand-up", {"to": "senior", "reason": "Somebody senior is asked for"})
    answer = await senior.done(answer["number"], "issue-credit", "issued", amount=small)
    answer = _as_it_stands(answer, await clock.ahead(case, timedelta(minutes=1)))
    await _to_the_end(senior, answer)
    await clock.ahead(case, timedelta(days=20))
    return str(case)


async def joined(agent: Desk, senior: Desk, clock: Clockwork) -> str:
    """A case takes its double in, goes on by another playbook, and is mended."""
    name = {"name": "Dana Twin", "email": "dana.twin@customer.test"}
    one = await agent.open_case(customer=name)
    double = await agent.open_case(customer=name, title="The same once more")
    await agent.post(f"/cs/escalations/{double['number']}/merge", {"into": one["number"]})
    await clock.settled_or_over(double["escalation_id"])
    state = await clock.settled(one["escalation_id"])
    path = f"/cs/escalations/{one['number']}"
    plan = await senior.get(
        f"{path}/playbook-change", playbook="general@1", min_version=state.version
    )
    done = await senior.post(f"{path}/playbook", {"playbook": "general@1", "seen": plan["token"]})
    await _to_the_end(agent, {**one, "version": done["version"], "snapshot": done["snapshot"]})
    await clock.ahead(one["escalation_id"], timedelta(days=20))
    return str(one["escalation_id"])


async def heard(agent: Desk, senior: Desk, clock: Clockwork) -> str:
    """The customer writes, each time angrier: it is read, alerts are seen and put off."""
    answer = await agent.open_case(source="chat", description="Thank you, you are wonderful!")
    case, path = answer["escalation_id"], f"/cs/escalations/{answer['number']}"
    for text in ("This is terrible. I am furious.", "Terrible! I cancel, and my lawyer calls."):
        await _read(clock, case)
        message = {"direction": "inbound", "text": text, "channel": "chat"}
        await agent.post(f"{path}/messages", message)
    await _read(clock, case)
    state = await clock.settled(case)
    assert len(state.alerts) >= 3, state.alerts
    first, second, *_ = state.alerts
    await senior.post(f"/cs/alerts/{state.number_text}.{first.n}/acknowledgement")
    back_at = await clock.now(case) + timedelta(hours=1)
    snooze = {"until": back_at.isoformat()}
    await senior.post(f"/cs/alerts/{state.number_text}.{second.n}/snooze", snooze)
    answer = _as_it_stands(answer, await clock.ahead(case, timedelta(hours=2)))
    await _to_the_end(agent, answer)
    await clock.ahead(case, timedelta(days=20))
    return str(case)


async def _read(clock: Clockwork, case: str) -> None:
    """Wait until somebody has read everything that the customer wrote."""

    async def done() -> EscalationState | None:
        state = await clock.settled(case)
        return state if state.mood is not None and not state.unread else None

    await until(done)


def _as_it_stands(answer: dict[str, Any], state: EscalationState) -> dict[str, Any]:
    """An answer brought up to date: the step to do is the one that is open."""
    step = next(({"id": run.id} for run in state.steps if run.status is StepStatus.OPEN), None)
    told = {**answer["snapshot"], "status": str(state.status), "step": step}
    return {**answer, "version": state.version, "snapshot": told}


async def _to_the_end(desk: Desk, answer: dict[str, Any]) -> None:
    """Do one step after the other until there is none, or the case is mended."""
    while answer["snapshot"]["status"] == "open" and answer["snapshot"]["step"]:
        answer = await desk.work(answer)


SCENARIOS = {
    "rescued": rescued,
    "neglected": neglected,
    "turned": turned,
    "visited": visited,
    "held": held,
    "paid": paid,
    "joined": joined,
    "heard": heard,
}


async def record(name: str) -> None:
    """Live through every scenario on the real server and keep its history."""
    folder = HISTORIES / name
    folder.mkdir(parents=True)
    async with temporary_stack(
        search_attributes=REGISTRATION, migrate=bring_up_to_date, changes={"demo": True}
    ) as stack:
        store = Store(stack.database_url)
        client = await connect(stack.temporal_address, "default")
        async with at_work(client, store, stack.settings, strict_runner()):
            clock = Clockwork(client, store)
            agent, senior = await _desks(store, client, stack.settings)
            for scenario, live in SCENARIOS.items():
                case = await live(agent, senior, clock)
                await clock.settled_or_over(case)
                await _keep(client, case, folder / f"{scenario}.json")
                print(scenario, "recorded")
        await store.close()


async def _desks(store: Store, client: Client, settings: Settings) -> tuple[Desk, Desk]:
    await team.add_demo_team(store)
    parts = Parts(store, Engine(client, settings.task_queue), house_of(settings))
    app = create_app(parts)
    app.state.parts = parts
    http = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://rightnow.test/api/v1"
    )
    tokens = [await team.new_token(store, f"{who}@demo.test") for who in ("sarah", "marcus")]
    return Desk(http, tokens[0]), Desk(http, tokens[1])


async def _keep(client: Client, case: str, file: Path) -> None:
    handle = client.get_workflow_handle(workflow_id(UUID(case)))
    history = await handle.fetch_history()
    told: Any = json.loads(history.to_json())
    file.write_text(json.dumps({"id": history.workflow_id, **told}, indent=1) + "\n")


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1]))
