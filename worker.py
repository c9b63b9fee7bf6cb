"""The worker: composition root 1. It makes the clients, registers what can be done, and waits."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import uvloop
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig, WorkflowRunner

from activities.adapters.credit_ledger import CreditLedger
from activities.adapters.llm.model import language_model
from activities.adapters.mailbox import Mailbox
from activities.adapters.outgoing import Outgoing
from activities.adapters.prompt_files import load_prompts
from activities.adapters.reader_apart import ReaderApart
from activities.adapters.sign import Sign
from activities.adapters.smtp import Smtp
from activities.adapters.webhooks import Webhooks
from activities.assisting import Assisting
from activities.audit.auditor import Auditor
from activities.deadlines import plan_clocks
from activities.delivery import Deliveries
from activities.interceptor import ErrorsToTemporal
from activities.joining import Joining
from activities.letters import LetterDesk
from activities.ports import PostOffice
from activities.projection import Projection
from activities.readings import Readings
from activities.requests import Requests
from activities.second_reader import SecondReader
from activities.similar import SimilarCases
from activities.sweeping import Sweeping
from config.logging import set_up_logging
from config.settings import Settings, house_of, llm_of, read_settings, systems_of
from models.assist import SHOWN_AT_LEAST
from models.audit import AuditLimits, AuditOrder
from models.prompt import PromptTask
from models.store.session import Store
from workflows import options
from workflows.assist import AssistWorkflow
from workflows.audit import AuditWorkflow
from workflows.client import Engine, connect
from workflows.escalation import EscalationWorkflow
from workflows.lives import LivesInTemporal
from workflows.queues import (
    assist_queue,
    audit_queue,
    delivery_queue,
    reading_queue,
    request_queue,
    second_queue,
)
from workflows.sandbox import free_runner
from workflows.schedule import keep_schedule_for_good

CACHED_CASES = 2000
"""Cases whose state stays in memory; another one is read from its history when it moves."""

CASES_AT_ONCE = 16
"""Workflow tasks under way. They share one interpreter: a hundred cases replayed at once, as after
a restart, would each take so long that Temporal's two seconds for a task were over for all."""

DEEDS_AT_ONCE = 50
LEAVING_AT_ONCE = 20
ASSISTED_AT_ONCE = 8
READING_AT_ONCE = 4
SECOND_AT_ONCE = 1
"""Second looks under way: whoever waits for a language model's words finds a place with it."""

GRACE = timedelta(seconds=20)


@asynccontextmanager
async def at_work(
    client: Client, store: Store, settings: Settings, runner: WorkflowRunner | None = None
) -> AsyncIterator[None]:
    """Workers for escalations and for what leaves the house. Tests give them the strict runner."""
    desk = LetterDesk(house_of(settings))
    deliveries = Deliveries(store, _post_office(store, settings), desk)
    outgoing = Outgoing(loopback=settings.outgoing_loopback)
    systems = Webhooks(systems_of(settings), outgoing)
    requests = Requests(store, systems, CreditLedger(store, systems, settings.credit_target))
    joining = Joining(store, Engine(client, settings.task_queue))
    leaving: list[Callable[..., Any]] = [deliveries.deliver, requests.request]
    cases = Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[EscalationWorkflow, AssistWorkflow],
        # What leaves was ordered on this queue until 0.1.0, and such an order is still valid.
        activities=[Projection(store).write_down, plan_clocks, joining.join, *leaving],
        workflow_runner=runner or free_runner(),
        interceptors=[ErrorsToTemporal()],
        max_cached_workflows=CACHED_CASES,
        max_concurrent_workflow_tasks=CASES_AT_ONCE,
        max_concurrent_activities=DEEDS_AT_ONCE,
        sticky_queue_schedule_to_start_timeout=options.STICKY_TIMEOUT,
        graceful_shutdown_timeout=GRACE,
        deployment_config=_deployment(settings.deployment_version),
    )
    letters = _row(client, settings, delivery_queue, deliveries.deliver, LEAVING_AT_ONCE)
    news = _row(client, settings, request_queue, requests.request, LEAVING_AT_ONCE)
    async with cases, letters, news, _assistance(client, store, settings):
        yield


@asynccontextmanager
async def _assistance(client: Client, store: Store, settings: Settings) -> AsyncIterator[None]:
    """Workers for what reads customers' words, for what reads them again by a language model, and
    for what people ask such a model. None of them holds up another."""
    setup, prompts = llm_of(settings), load_prompts()
    model = language_model(setup, store)
    second = SecondReader(store, model, prompts[PromptTask.SENTIMENT]) if setup else None
    readings = Readings(store, _reader(settings.reader_kept_for), second)
    wording = Assisting(
        store, model, prompts, settings.company_name, deadline=settings.llm_deadline
    )
    try:
        row = partial(_row, client, settings)
        async with (
            row(reading_queue, readings.read_words, READING_AT_ONCE),
            row(second_queue, readings.look_again, SECOND_AT_ONCE),
            row(assist_queue, wording.word, ASSISTED_AT_ONCE),
        ):
            yield
    finally:
        await model.close()


def _row(
    client: Client,
    settings: Settings,
    queue: Callable[[str], str],
    deed: Callable[..., Any],
    at_once: int,
) -> Worker:
    """A worker for one deed, which waits in a row of its own."""
    return Worker(
        client,
        task_queue=queue(settings.task_queue),
        activities=[deed],
        interceptors=[ErrorsToTemporal()],
        max_concurrent_activities=at_once,
        graceful_shutdown_timeout=GRACE,
        deployment_config=_deployment(settings.deployment_version),
    )


@cache
def _reader(kept_for: int) -> ReaderApart:
    """The one built-in model of this worker, in a process that comes with the first words."""
    return ReaderApart(kept_for)


async def _remember_cases(store: Store, reader: ReaderApart) -> None:
    """Keep what finds similar cases up to date, for good."""
    await SimilarCases(store, reader).keep_up_to_date()


def sweeping(store: Store, settings: Settings) -> Sweeping:
    """Whoever takes away what language models said, also when there is none any more."""
    return Sweeping(store, timedelta(seconds=max(settings.llm_keep_answers, SHOWN_AT_LEAST)))


Loop = Coroutine[Any, Any, None]


def loops(client: Client, store: Store, settings: Settings) -> tuple[Loop, ...]:
    """What the worker does again and again beside its work. None of it ends by itself."""
    return (
        keep_schedule_for_good(client, settings.task_queue, _order(settings)),
        _remember_cases(store, _reader(settings.reader_kept_for)),
        sweeping(store, settings).sweep_for_good(),
    )


@asynccontextmanager
async def for_good(*beside: Loop) -> AsyncIterator[None]:
    """Do these until the block ends."""
    tasks = [asyncio.create_task(one) for one in beside]
    try:
        yield
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _deployment(version: str | None) -> WorkerDeploymentConfig | None:
    """Of versioned workers the current ones take over running cases as soon as they are released.

    Pinned ones would keep the old workers alive for as long as a case can live: weeks.
    """
    if version is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(options.DEPLOYMENT, version),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


def build_auditor(
    client: Client, store: Store, settings: Settings, runner: WorkflowRunner | None = None
) -> Worker:
    """A worker for audits, on a queue of their own: whatever jams the other one, they look."""
    auditor = Auditor(store, LivesInTemporal(Engine(client, settings.task_queue)))
    ping = settings.audit_ping_url
    sign = Sign(ping.get_secret_value() if ping else None, here_too=settings.demo)
    return Worker(
        client,
        task_queue=audit_queue(settings.task_queue),
        workflows=[AuditWorkflow],
        activities=[auditor.audit, sign.give_sign],
        workflow_runner=runner or free_runner(),
        interceptors=[ErrorsToTemporal()],
        max_cached_workflows=10,
        max_concurrent_activities=2,
        sticky_queue_schedule_to_start_timeout=options.STICKY_TIMEOUT,
    )


def _post_office(store: Store, settings: Settings) -> PostOffice:
    if settings.smtp_url is not None:
        return Smtp(settings.smtp_url.get_secret_value())
    return Mailbox(store)


def _order(settings: Settings) -> AuditOrder:
    return AuditOrder(
        every=timedelta(seconds=settings.audit_every),
        limits=AuditLimits(overdue_after=timedelta(seconds=settings.audit_overdue_after)),
        pings=settings.audit_ping_url is not None,
    )


async def main() -> None:
    """Run until SIGINT or SIGTERM, then finish what is under way."""
    settings = read_settings()
    set_up_logging(settings.log_level, settings.log_format)
    if settings.database_url is None or settings.temporal_address is None:
        raise SystemExit(
            "The worker needs RIGHTNOW_DATABASE_URL and RIGHTNOW_TEMPORAL_ADDRESS."
            " `rightnow up` sets them and starts everything."
        )
    store = Store(settings.database_url.get_secret_value())
    key = settings.temporal_api_key
    client = await connect(
        settings.temporal_address,
        settings.temporal_namespace,
        api_key=key.get_secret_value() if key else None,
        tls=settings.temporal_tls,
        keys=settings.payload_keyring,
        clear_until=settings.payloads_clear_until,
    )
    # What is loaded by now stays: whoever looks for garbage need not look at it each time.
    gc.collect()
    gc.freeze()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with at_work(client, store, settings), build_auditor(client, store, settings):
        if settings.ready_file is not None:
            Path(settings.ready_file).touch()
        async with for_good(*loops(client, store, settings)):
            await stopped.wait()
    await asyncio.to_thread(_reader(settings.reader_kept_for).close)
    await store.close()


if __name__ == "__main__":
    uvloop.run(main())
