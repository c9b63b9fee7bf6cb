"""What has to answer while Rightnow runs."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import psycopg
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg.rows import dict_row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from config.settings import Settings
from domain import llm, similar
from domain.audit import verdict
from domain.reach import unfilled
from models.actor import Role
from models.audit import Audit
from models.errors import StoreUnavailable
from models.llm import LlmSetup, LlmTrouble
from models.store.repositories import llm as calls, people, playbooks, remembered, sla
from models.store.session import Store
from supervisor import probes
from supervisor.findings import Finding, broken, well
from supervisor.processes import ROOT
from supervisor.temporal_namespace import search_attributes

POLLS_WITHIN = timedelta(seconds=75)
"""A long poll lasts a minute; a poller not seen for longer is gone."""

MIGRATIONS = ROOT / "models" / "store" / "migrations"

_LATEST_AUDIT = """
SELECT id, began_at, ended_at, every, passed, findings, healed, looked_at, reached
FROM audits ORDER BY ended_at DESC LIMIT 1
"""


async def database(url: str, mend: str) -> list[Finding]:
    """Reachable, new enough, and in the form that this code expects."""
    what = "The database"
    try:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            if complaint := probes.too_old(connection.info.server_version):
                return [broken(what, complaint, mend)]
            current = await _revision(connection)
    except (psycopg.Error, OSError) as error:
        return [broken(what, f"It does not let us in: {_first_line(error)}", mend)]
    return [well(what, "It answers."), await asyncio.to_thread(_migrated, current)]


async def audits(url: str) -> Finding:
    """What the auditor says: whether it looks at all, and whether it found something."""
    what = "The audit"
    try:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            latest, last_good_at = await _audited(connection)
    except psycopg.errors.UndefinedTable:
        return well(what, "This installation keeps none.")
    except (psycopg.Error, OSError) as error:
        return broken(what, f"The database does not let us in: {_first_line(error)}", "")
    if latest is None:
        return well(what, "None has been made yet. One comes a minute after the worker.")
    said = verdict(latest, last_good_at, datetime.now(UTC))
    return Finding(
        what, ok=said.well, detail=said.words, mend="" if said.well else "rightnow audit"
    )


async def _audited(
    connection: psycopg.AsyncConnection[tuple[object, ...]],
) -> tuple[Audit | None, datetime | None]:
    """The latest audit, and when everything was well the last time."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(_LATEST_AUDIT)
    latest = await cursor.fetchone()
    await cursor.execute("SELECT max(ended_at) AS at FROM audits WHERE passed")
    good = await cursor.fetchone()
    return (Audit(**latest) if latest else None), (good["at"] if good else None)


async def language_model(url: str, setup: LlmSetup | None) -> Finding:
    """What the record of its calls tells. None set up is well, and so is a budget that is spent."""
    what = "The language model"
    try:
        async with _record(url) as connection:
            found = llm.status(setup, await calls.seen(connection))
    except (StoreUnavailable, DBAPIError) as error:
        return _unasked(what, "This installation asks none.", error)
    told = f"{found.words} Playbooks guide alone."
    if found.why in (LlmTrouble.NOT_SET_UP, LlmTrouble.BUDGET_SPENT):
        return well(what, told)
    if not found.on:
        mend = "Check RIGHTNOW_LLM_BASE_URL, RIGHTNOW_LLM_API_KEY and RIGHTNOW_LLM_MODEL."
        return broken(what, told, mend)
    return well(what, f"{found.tokens_today:,} of {found.budget:,} tokens are spent today.")


async def similar_cases(url: str) -> Finding:
    """Whether cases that are over are found by others, and count in predictions."""
    what = "Similar cases"
    try:
        async with _record(url) as connection:
            lacking = await remembered.lacking(connection)
    except (StoreUnavailable, DBAPIError) as error:
        return _unasked(what, "This installation looks for none.", error)
    now = datetime.now(UTC)
    said = similar.lacking_words(lacking, now)
    if similar.behind(lacking, now):
        return broken(what, said, "The worker's log says why: not_remembered.")
    return well(what, said)


async def team(url: str) -> Finding:
    """Whether somebody has each role that SLA rules and playbooks hand cases and questions to."""
    what = "The team"
    try:
        async with _record(url) as connection:
            filled = {role for role in Role if await people.has_any(connection, role)}
            policies = [
                await sla.policy(connection, *key) for key in await sla.current_keys(connection)
            ]
            books = [
                await playbooks.get(connection, *key)
                for key in await playbooks.current_keys(connection)
            ]
    except (StoreUnavailable, DBAPIError) as error:
        return _unasked(what, "This installation has none yet.", error)
    rules = [one.policy for one in policies if one is not None]
    found = unfilled(filled, rules, [one.playbook for one in books if one is not None])
    if not found:
        return well(what, "Somebody has each role that cases and questions are handed to.")
    told = " ".join(
        f"Nobody is {role} or higher, and these wait for one: {_some(names)}."
        for role, names in found.items()
    )
    return broken(what, told, f"rightnow user add EMAIL NAME --role {list(found)[-1]}")


def _some(names: tuple[str, ...]) -> str:
    """The first few of them."""
    rest = len(names) - 3
    return ", ".join(names[:3]) + (f" and {rest} more" if rest > 0 else "")


@asynccontextmanager
async def _record(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection for one question. Raises StoreUnavailable; a table that lacks is DBAPIError."""
    store = Store(url, pool=1)
    try:
        async with store.single() as connection:
            yield connection
    finally:
        await store.close()


def _unasked(what: str, none: str, error: Exception) -> Finding:
    """An older form of the database is well; one that does not answer is not."""
    if isinstance(getattr(error, "orig", None), psycopg.errors.UndefinedTable):
        return well(what, none)
    return broken(what, f"The database does not answer: {_first_line(error)}", "")


async def temporal_client(settings: Settings, address: str, within: float = 2) -> Client | None:
    """A client as the settings say, or None when nobody there speaks Temporal with us."""
    host, _, port = address.rpartition(":")
    if not port.isdigit() or not await probes.listens(host, int(port), within=within / 2):
        return None
    key = settings.temporal_api_key.get_secret_value() if settings.temporal_api_key else None
    try:
        async with asyncio.timeout(within):
            return await Client.connect(
                address,
                namespace=settings.temporal_namespace,
                api_key=key,
                tls=settings.temporal_tls or key is not None,
            )
    except (RuntimeError, RPCError, TimeoutError):
        return None


async def temporal_attributes(client: Client, wanted: Mapping[str, str]) -> Finding:
    """Without them escalations cannot be started."""
    what = "Search attributes"
    found = await search_attributes(client)
    missing = [name for name, kind in wanted.items() if found.get(name) != kind]
    if not missing:
        return well(what, f"All {len(wanted)} are there.")
    told = [f"--name {name} --type {wanted[name]}" for name in missing]
    mend = (
        "rightnow up adds those that it may; else: temporal operator search-attribute create "
        f"--namespace {client.namespace} {' '.join(told)}"
    )
    return broken(what, f"Missing or of another type: {', '.join(missing)}.", mend)


async def worker(client: Client, task_queue: str, restart: str) -> Finding:
    """Somebody asks for work on our task queue."""
    what = "The worker"
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        answer = await client.workflow_service.describe_task_queue(request)
    except RPCError as error:
        return broken(what, f"Temporal does not know: {error.message}", restart)
    since = datetime.now(UTC) - POLLS_WITHIN
    seen = [poller.last_access_time.ToDatetime(tzinfo=UTC) for poller in answer.pollers]
    if not any(moment > since for moment in seen):
        return broken(what, f"Nobody asks for work on the task queue {task_queue}.", restart)
    return well(what, f"It asks for work on the task queue {task_queue}.")


async def api(url: str, restart: str) -> Finding:
    """It says itself that it is ready."""
    if await probes.page_answers(f"{url}/readyz", within=2.5):
        return well("The API", f"It is ready at {url}.")
    return broken("The API", f"{url}/readyz does not say that it is ready.", restart)


async def smtp(url: str) -> Finding:
    """The mail server accepts a connection. Nothing is sent."""
    parts = urlsplit(url)
    port = parts.port or {"smtps": 465}.get(parts.scheme, 25)
    if parts.hostname and await probes.listens(parts.hostname, port, within=2.5):
        return well("The mail server", f"{parts.hostname}:{port} answers.")
    mend = "Check RIGHTNOW_SMTP_URL, or leave it empty to keep mail in the local mailbox."
    return broken("The mail server", f"{parts.hostname}:{port} does not answer.", mend)


async def _revision(connection: psycopg.AsyncConnection[tuple[object, ...]]) -> str | None:
    try:
        found = await connection.execute("SELECT version_num FROM alembic_version")
    except psycopg.errors.UndefinedTable:
        return None
    row = await found.fetchone()
    return str(row[0]) if row else None


def _migrated(current: str | None) -> Finding:
    what = "The database's form"
    try:
        scripts = (MIGRATIONS / "versions").is_dir()
        newest = ScriptDirectory(str(MIGRATIONS)).get_current_head() if scripts else None
    except CommandError as error:
        return broken(what, f"The migrations cannot be read: {error}", "make clean up")
    if newest is None:
        return well(what, "This installation brings no migrations.")
    if current != newest:
        detail = f"It is at {current or 'nothing'}, and this code expects {newest}."
        return broken(what, detail, "Start Rightnow again: rightnow up brings it up to date.")
    return well(what, f"It is the newest, {newest}.")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
