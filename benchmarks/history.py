"""What a case costs in Temporal: events, bytes, and billable actions.

The public rule (https://docs.temporal.io/cloud/actions), as it is counted here from the history:
a start is one action, and so are each timer started, each signal, each update that was accepted,
each attempt of a regular activity, and each upsert of search attributes (but that of a version
marker); the local activities that one workflow task completes are one action together. Search
attributes given at the start, workflow tasks, answers and cancelled timers cost nothing. Queries,
heartbeats and refused updates cost one each and are in no history: this run has none of them.
"""

from collections import Counter
from collections.abc import Sequence

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from benchmarks.figures import Figure
from benchmarks.house import SHORT, Case, House
from models.ids import workflow_id
from models.store.repositories import escalations
from models.store.session import Store

_ONE_EACH = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: "start",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: "update",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: "signal",
    EventType.EVENT_TYPE_TIMER_STARTED: "timer",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "search attributes",
}


async def five_steps(house: House, *, quick: bool) -> list[Figure]:  # noqa: ARG001
    """Five human steps, as slowly as people are: each is written down before the next."""
    case = await house.open_short()
    for _ in range(SHORT):
        await case.finish()
        await case.visible(case.version)
    events = await _history(house, case)
    size = sum(event.ByteSize() for event in events)
    kinds = Counter(_plain(event) for event in events)
    billed = actions(events)
    told = ", ".join(f"{count} {kind}" for kind, count in billed.most_common())
    return [
        Figure(
            "five steps, history events",
            len(events),
            "events",
            at_most=90,
            note=", ".join(f"{count} {kind}" for kind, count in kinds.most_common()),
        ),
        Figure("five steps, history size", size / 1000, "KB", at_most=60, note=_heaviest(events)),
        Figure("five steps, billable actions", billed.total(), "actions", note=told),
    ]


def actions(events: Sequence[HistoryEvent]) -> Counter[str]:
    """Billable actions by kind."""
    counted: Counter[str] = Counter()
    tasks_with_local = set()
    for event in events:
        if _marks_a_version(event):
            continue
        if kind := _ONE_EACH.get(event.event_type):
            counted[kind] += 1
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            counted["activity"] += event.activity_task_started_event_attributes.attempt
        elif event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED:
            marker = event.marker_recorded_event_attributes
            if marker.marker_name == "core_local_activity":
                tasks_with_local.add(marker.workflow_task_completed_event_id)
    counted["local activities"] = len(tasks_with_local)
    return +counted


def _marks_a_version(event: HistoryEvent) -> bool:
    told = event.upsert_workflow_search_attributes_event_attributes.search_attributes
    return set(told.indexed_fields) == {"TemporalChangeVersion"}


async def _history(house: House, case: Case) -> list[HistoryEvent]:
    store = Store(house.stack.database_url, pool=1)
    try:
        async with store.transaction() as connection:
            whole = await escalations.by_number(connection, int(case.number[2:]))
    finally:
        await store.close()
    if whole is None or whole.line.status != "resolved":
        raise RuntimeError("five steps should have resolved the case")
    handle = house.client.get_workflow_handle(workflow_id(whole.line.id))
    return [event async for event in handle.fetch_history_events()]


def _plain(event: HistoryEvent) -> str:
    name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
    return name.removeprefix("WORKFLOW_EXECUTION_").replace("_", " ").lower()


def _heaviest(events: Sequence[HistoryEvent]) -> str:
    bytes_of: Counter[str] = Counter()
    for event in events:
        bytes_of[_plain(event)] += event.ByteSize()
    return "heaviest: " + ", ".join(
        f"{kind} {size / 1000:.1f} KB" for kind, size in bytes_of.most_common(5)
    )
