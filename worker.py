"""The worker: composition root 1. It makes the clients, registers what can be done, and waits."""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import uvloop
from temporalio.client import Client
from temporalio.worker import Worker, WorkflowRunner

from activities.adapters.mailbox import Mailbox
from activities.adapters.smtp import Smtp
from activities.deadlines import plan_clocks
from activities.delivery import Deliveries
from activities.interceptor import ErrorsToTemporal
from activities.letters import LetterDesk
from activities.ports import PostOffice
from activities.projection import Projection
from config.logging import set_up_logging
from config.settings import Settings, read_settings
from models.house import House
from models.store.session import Store
from workflows import options
from workflows.client import connect
from workflows.escalation import EscalationWorkflow
from workflows.sandbox import free_runner


def build(
    client: Client, store: Store, settings: Settings, runner: WorkflowRunner | None = None
) -> Worker:
    """A worker for escalations and their deeds. Tests give it the strict runner."""
    house = House(
        company=settings.company_name,
        sender=settings.mail_from,
        managers=settings.manager_mail,
        vp=settings.vp_mail,
    )
    deliveries = Deliveries(store, _post_office(store, settings), LetterDesk(house))
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[EscalationWorkflow],
        activities=[Projection(store).write_down, deliveries.deliver, plan_clocks],
        workflow_runner=runner or free_runner(),
        interceptors=[ErrorsToTemporal()],
        max_cached_workflows=2000,
        max_concurrent_activities=50,
        sticky_queue_schedule_to_start_timeout=options.STICKY_TIMEOUT,
        graceful_shutdown_timeout=timedelta(seconds=20),
    )


def _post_office(store: Store, settings: Settings) -> PostOffice:
    if settings.smtp_url is not None:
        return Smtp(settings.smtp_url.get_secret_value())
    return Mailbox(store)


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
    )
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with build(client, store, settings):
        if settings.ready_file is not None:
            Path(settings.ready_file).touch()
        await stopped.wait()
    await store.close()


if __name__ == "__main__":
    uvloop.run(main())
