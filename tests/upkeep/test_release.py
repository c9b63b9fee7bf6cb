"""A release: the new workers take over running cases, and not before they are released."""

from uuid import UUID, uuid4

import pytest
from temporalio.client import Client

from config.settings import Settings
from models.actor import ENGINE
from models.command import AddNote, Operation
from models.ids import new_id, workflow_id
from models.store.session import Store
from tests.desk import Desk
from tests.polling import until
from tests.workflows.openings import start_like
from upkeep.releases import CannotRelease, release
from worker import at_work
from workflows.client import Engine
from workflows.sandbox import strict_runner


async def _released(client: Client, version: str) -> None:
    """Release a version as soon as its workers have asked for work."""

    async def done() -> bool:
        try:
            await release(client, version)
        except CannotRelease:
            return False
        return True

    await until(done)


async def _version(client: Client, case: UUID) -> str:
    """Which version has the case."""
    described = await client.get_workflow_handle(workflow_id(case)).describe()
    info = described.raw_description.workflow_execution_info
    return info.versioning_info.deployment_version.build_id


async def test_running_cases_go_to_the_new_workers_once_they_are_released(
    client: Client, store: Store, settings: Settings, sarah: Desk
) -> None:
    old, new = (f"{name}-{uuid4().hex[:8]}" for name in ("old", "new"))
    queue = f"release-{uuid4().hex[:8]}"
    theirs = [
        settings.model_copy(update={"task_queue": queue, "deployment_version": version})
        for version in (old, new)
    ]
    engine = Engine(client, queue)
    start = await start_like(sarah, store)
    assert start.opening is not None
    case = start.opening.escalation_id

    async def note() -> str:
        """Something happens to the case; says who did it."""
        command = AddNote(content_id=new_id())
        receipt = await engine.operate(
            case, Operation(op_id=new_id(), actor=ENGINE, command=command)
        )
        assert receipt.status == "applied"
        return await _version(client, case)

    async with at_work(client, store, theirs[1], strict_runner()):
        async with at_work(client, store, theirs[0], strict_runner()):
            await _released(client, old)
            await engine.open(start)
            assert [await note() for _ in range(3)] == [old] * 3
            await _released(client, new)

            async def taken_over() -> bool:
                return await note() == new

            await until(taken_over)
        assert await note() == new


async def test_a_version_that_nobody_runs_is_not_released(client: Client) -> None:
    with pytest.raises(CannotRelease, match="knows no worker of version nobody"):
        await release(client, "nobody")
