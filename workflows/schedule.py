"""The schedule of the audit: made, changed or taken away by each worker that starts.

Rule: doing it again changes nothing, and the worker that starts last says how often and how strict.
A schedule that vanishes is made again within five minutes.
An audit that has not ended keeps the next one away, and what was missed is not made up for.
"""

import asyncio
from datetime import timedelta

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from models.audit import AuditOrder
from workflows import options
from workflows.audit import AuditWorkflow
from workflows.queues import audit_queue

_log = structlog.get_logger("audit")

LOOK_AFTER = 300.0
"""Seconds after which a worker looks whether the schedule is still there."""


def schedule_id(task_queue: str) -> str:
    """One for each house: houses that share a namespace have task queues of their own."""
    return f"audit-{task_queue}"


async def keep_schedule_for_good(client: Client, task_queue: str, order: AuditOrder) -> None:
    """Keep the schedule until cancelled: a Temporal that lost everything has lost it, too.

    When Temporal does not take it, the worker works all the same, and the doctor says so.
    """
    changed = False
    while True:
        try:
            await keep_schedule(client, task_queue, order, change_it=not changed)
            changed = True
        except (RPCError, RuntimeError) as error:
            _log.error("the audit could not be scheduled", code=type(error).__name__)
        await asyncio.sleep(LOOK_AFTER if changed else 10)


async def keep_schedule(
    client: Client, task_queue: str, order: AuditOrder, *, change_it: bool = True
) -> None:
    """Have the audit come as often as the order says; never, when that is zero.

    One that is there stays as it is, unless it is to be changed. Raises RPCError when Temporal does
    not take it.
    """
    handle = client.get_schedule_handle(schedule_id(task_queue))
    if not order.every:
        try:
            await handle.delete()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        return
    wanted = _schedule(task_queue, order)
    try:
        await client.create_schedule(handle.id, wanted)
    except ScheduleAlreadyRunningError:
        if not change_it:
            return

        async def change(_: ScheduleUpdateInput) -> ScheduleUpdate:
            return ScheduleUpdate(schedule=wanted)

        await handle.update(change)


def _schedule(task_queue: str, order: AuditOrder) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            AuditWorkflow.run,
            order,
            id=schedule_id(task_queue),
            task_queue=audit_queue(task_queue),
            execution_timeout=options.AUDIT_FOR,
            task_timeout=options.TASK_TIMEOUT,
            static_summary="audit: is anything lost, late or stuck?",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=order.every)]),
        policy=SchedulePolicy(
            overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(seconds=10)
        ),
    )
