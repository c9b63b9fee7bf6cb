"""The audit comes by itself, one at a time; the sign to the outside only when all is well."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import UUID

import pytest
import pytest_asyncio
from pydantic import SecretStr
from temporalio.client import ScheduleOverlapPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.adapters.sign import Sign
from models.audit import AuditResult
from models.ids import new_id
from tests.audit.house import ORDER, QUEUE, House
from tests.polling import until
from worker import build_auditor
from workflows.audit import AuditWorkflow
from workflows.queues import audit_queue
from workflows.sandbox import strict_runner
from workflows.schedule import keep_schedule, schedule_id


@pytest_asyncio.fixture
async def scheduled(house: House) -> AsyncIterator[None]:
    """Audits every second, and none after the test."""
    await keep_schedule(house.client, QUEUE, ORDER)
    async with build_auditor(house.client, house.store, house.settings, strict_runner()):
        yield
        await _none(house)


async def _none(house: House) -> None:
    await keep_schedule(house.client, QUEUE, ORDER.model_copy(update={"every": timedelta(0)}))

    async def quiet() -> bool | None:
        query = "WorkflowType = 'Audit' AND ExecutionStatus = 'Running'"
        running = [one async for one in house.client.list_workflows(query)]
        return not running or None

    await until(quiet)


async def audits(house: House) -> list[bool]:
    """How the audits went so far, the first one first."""
    return [row.passed for row in await house.sql("SELECT passed FROM audits ORDER BY ended_at")]


async def test_audits_come_by_themselves_and_tell_what_breaks_within_two_intervals(
    house: House, scheduled: None
) -> None:
    before = len(await audits(house))

    async def more(than: int) -> bool | None:
        return len(await audits(house)) > than or None

    await until(lambda: more(before))
    opened = await house.sarah.open_case()
    case = opened["escalation_id"]
    await house.clock.settled(case)
    severity = "UPDATE escalations SET severity = 'low' WHERE id = :id"
    await house.sql(severity, id=UUID(case))
    seen = len(await audits(house))
    await until(lambda: more(seen + 1))  # one may have been under way
    told = await house.mended(case)
    assert [one.kind for one in told.values()] == ["projection"]
    assert False in (await audits(house))[seen:]


async def test_keeping_the_schedule_twice_is_keeping_it_once_and_the_last_word_counts(
    house: House, scheduled: None
) -> None:
    slower = ORDER.model_copy(update={"every": timedelta(hours=1)})
    await keep_schedule(house.client, QUEUE, slower)
    await keep_schedule(house.client, QUEUE, slower)
    handle = house.client.get_schedule_handle(schedule_id(QUEUE))
    kept = (await handle.describe()).schedule
    assert [one.every for one in kept.spec.intervals] == [timedelta(hours=1)]
    assert kept.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert kept.policy.catchup_window == timedelta(seconds=10)


async def test_no_interval_is_no_audit(house: House) -> None:
    none = ORDER.model_copy(update={"every": timedelta(0)})
    await keep_schedule(house.client, QUEUE, none)
    await keep_schedule(house.client, QUEUE, none)
    with pytest.raises(RPCError) as refused:
        await house.client.get_schedule_handle(schedule_id(QUEUE)).describe()
    assert refused.value.status is RPCStatusCode.NOT_FOUND


@contextmanager
def watcher(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """Somebody who waits for the sign, and writes down each one."""
    heard: list[str] = []

    class Hears(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hears)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ping", heard
    server.shutdown()
    server.server_close()
    thread.join()


async def one_audit(house: House, url: str) -> AuditResult:
    """A whole audit as the schedule starts it, by a worker that knows whom to tell."""
    queue = f"signs-{new_id()}"
    changes = {"task_queue": queue, "audit_ping_url": SecretStr(url)}
    settings = house.settings.model_copy(update=changes)
    order = ORDER.model_copy(update={"pings": True})
    async with build_auditor(house.client, house.store, settings, strict_runner()):
        return await house.client.execute_workflow(
            AuditWorkflow.run, order, id=queue, task_queue=audit_queue(queue)
        )


async def test_the_sign_leaves_only_when_everything_passed(house: House) -> None:
    opened = await house.sarah.open_case()
    case = UUID(opened["escalation_id"])
    await house.clock.settled(str(case))
    with watcher() as (url, heard):
        assert (await one_audit(house, url)).passed
        assert heard == ["/ping"]
        await house.sql("UPDATE escalations SET severity = 'low' WHERE id = :id", id=case)
        assert (await one_audit(house, url)).healed == 1
        assert heard == ["/ping"], "something had to be put right: no sign"
        assert (await one_audit(house, url)).passed
        assert heard == ["/ping", "/ping"]


async def test_a_watcher_that_refuses_or_leads_elsewhere_gets_no_second_address() -> None:
    for status in (500, 302):
        with watcher(status) as (url, heard):
            with pytest.raises(ApplicationError) as refused:
                await Sign(url, here_too=True).give_sign()
            assert refused.value.type == f"http-{status}"
            assert heard == ["/ping"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/ping",
        "http://localhost:{port}/ping",
        "http://[::ffff:127.0.0.1]:{port}/ping",
        "http://0.0.0.0:{port}/ping",
        "http://2130706433:{port}/ping",
    ],
)
async def test_in_production_a_watcher_on_this_same_machine_is_refused(url: str) -> None:
    with watcher() as (here, heard):
        port = here.rpartition(":")[2].partition("/")[0]
        with pytest.raises(ApplicationError) as refused:
            await Sign(url.format(port=port)).give_sign()
        assert refused.value.type == "loopback-refused"
        assert heard == []


async def test_nobody_to_tell_is_no_trouble_and_a_silent_one_is_told() -> None:
    await Sign(None).give_sign()
    with watcher() as (gone, _):
        pass
    with pytest.raises(ApplicationError) as refused:
        await asyncio.wait_for(Sign(gone, here_too=True).give_sign(), 10)
    assert "Connect" in (refused.value.type or "")
