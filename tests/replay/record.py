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
from models.house import House
from models.ids import workflow_id
from models.store.session import Store
from supervisor.temporary import temporary_stack
from tests.desk import Desk
from tests.workflows.clockwork import Clockwork
from upkeep import team
from upkeep.library import bring_up_to_date
from worker import build
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
    while answer["snapshot"]["status"] == "open" and answer["snapshot"]["step"]:
        answer = await agent.work(answer)
    await clock.ahead(answer["escalation_id"], timedelta(days=30))
    return str(answer["escalation_id"])


SCENARIOS = {"rescued": rescued, "neglected": neglected, "turned": turned, "visited": visited}


async def record(name: str) -> None:
    """Live through every scenario on the real server and keep its history."""
    folder = HISTORIES / name
    folder.mkdir(parents=True)
    async with temporary_stack(
        search_attributes=REGISTRATION, migrate=bring_up_to_date, changes={"demo": True}
    ) as stack:
        store = Store(stack.database_url)
        client = await connect(stack.temporal_address, "default")
        async with build(client, store, stack.settings, strict_runner()):
            clock = Clockwork(client, store)
            agent, senior = await _desks(store, client, stack.settings.task_queue)
            for scenario, live in SCENARIOS.items():
                case = await live(agent, senior, clock)
                await clock.settled_or_over(case)
                await _keep(client, case, folder / f"{scenario}.json")
                print(scenario, "recorded")
        await store.close()


async def _desks(store: Store, client: Client, queue: str) -> tuple[Desk, Desk]:
    await team.add_demo_team(store)
    house = House(
        company="Rightnow Demo",
        sender="care@rightnow.test",
        managers="managers@rightnow.test",
        vp="vp@rightnow.test",
    )
    parts = Parts(store, Engine(client, queue), house)
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
