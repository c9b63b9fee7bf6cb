"""What the measurements are made of: their arithmetic, their playbooks, and what they count."""

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from api.parts import Parts
from benchmarks.__main__ import MEASURES
from benchmarks.figures import Duel, Figure, percentile, table
from benchmarks.history import actions
from benchmarks.playbooks import BOOKS, LONG, SHORT
from benchmarks.quiet import without_alerts
from domain.lint import errors, lint
from models.playbook import Playbook


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([3.0], 0.95, 3.0), ([1, 2, 3, 4], 0.5, 2.5), ([4, 1, 3, 2, 5], 0.5, 3), ([0, 10], 0.95, 9.5)],
)
def test_a_percentile_lies_between_its_neighbours(
    values: list[float], share: float, expected: float
) -> None:
    assert percentile(values, share) == pytest.approx(expected)


def test_with_a_bare_limit_the_target_bounds_the_ratio() -> None:
    assert Figure("step", 15, "ms", bare=10, at_most=1.6).met is True
    assert Figure("step", 17, "ms", bare=10, at_most=1.6).met is False
    assert Figure("rate", 60, "/s", bare=100, at_least=0.65).met is False


def test_without_a_bare_limit_the_target_bounds_the_figure() -> None:
    assert Figure("memory", 349, "MB", at_most=350).met is True
    assert Figure("memory", 351, "MB", at_most=350).met is False
    assert Figure("actions", 21, "actions").met is None


def test_the_table_has_a_line_for_each_figure_and_its_note_below() -> None:
    text = table([Figure("step, p50", 17.25, "ms", bare=10, at_most=1.6, note="20 rounds")])
    heads, _, line, _, note = text.splitlines()
    assert heads.split() == ["figure", "bare", "limit", "ours", "ratio", "target", "met?"]
    assert line.split() == [
        "step,",
        "p50",
        "10",
        "ms",
        "17.2",
        "ms",
        "1.73",
        "<=",
        "1.6",
        "x",
        "NO",
    ]
    assert note == "step, p50: 20 rounds"


def test_a_duel_compares_all_rounds_and_says_how_far_they_lie_apart() -> None:
    figure = Duel([[20, 20], [40, 40]], [[10, 10], [20, 20]]).figure("step", 0.5, 1.6)
    assert (figure.ours, figure.bare) == (30, 15)
    assert "4 + 4 in 2 rounds" in figure.note
    assert "2.00 to 2.00" in figure.note


@pytest.mark.parametrize(("book", "count"), [(BOOKS[0], LONG), (BOOKS[1], SHORT)])
def test_the_playbooks_to_measure_with_can_be_published_and_run(book: Playbook, count: int) -> None:
    assert len(book.steps) == count
    assert errors(lint(book)) == ()


def test_billable_actions_follow_the_public_rule() -> None:
    kinds = [
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
        EventType.EVENT_TYPE_TIMER_STARTED,
        EventType.EVENT_TYPE_TIMER_CANCELED,
        EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    ]
    events = [HistoryEvent(event_type=kind) for kind in kinds]
    tried = HistoryEvent(event_type=EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    tried.activity_task_started_event_attributes.attempt = 3
    assert actions([*events, tried]) == {
        "start": 1,
        "update": 1,
        "timer": 1,
        "search attributes": 1,
        "activity": 3,
    }


def test_the_mark_of_a_version_costs_nothing() -> None:
    kind = EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES
    event = HistoryEvent(event_type=kind)
    told = event.upsert_workflow_search_attributes_event_attributes.search_attributes
    told.indexed_fields["TemporalChangeVersion"].data = b"[]"
    assert actions([event]) == {}


def test_local_activities_of_one_workflow_task_are_one_action() -> None:
    def local(task: int) -> HistoryEvent:
        event = HistoryEvent(event_type=EventType.EVENT_TYPE_MARKER_RECORDED)
        event.marker_recorded_event_attributes.marker_name = "core_local_activity"
        event.marker_recorded_event_attributes.workflow_task_completed_event_id = task
        return event

    assert actions([local(4), local(4), local(9)]) == {"local activities": 2}


async def test_beside_alerts_stands_a_house_that_wants_none_and_differs_in_nothing_else(
    parts: Parts,
) -> None:
    quiet = without_alerts(parts)
    assert parts.house.rules.alerts is not None
    assert parts.signals("I want to cancel.")
    assert quiet.house.rules == parts.house.rules.model_copy(update={"alerts": None})
    assert quiet.signals("I want to cancel.") == ()
    same = ("store", "engine", "unsealing", "llm")
    assert all(getattr(quiet, one) is getattr(parts, one) for one in same)


def test_every_measurement_says_what_it_measures() -> None:
    assert all(measure.__doc__ for measure in MEASURES.values())
