"""T09: every history of every version goes on with the code of today; wrong code is found."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from models.event import Event
from models.messages import ProjectionBatch
from tests.keys import KEYS
from tests.replay.careless import Careless
from tests.replay.fingerprint import KEPT, fingerprint, of_module
from tests.replay.record import HISTORIES, SCENARIOS
from workflows.converter import data_converter
from workflows.escalation import EscalationWorkflow
from workflows.life import LivingCase
from workflows.sandbox import free_runner, strict_runner

FILES = sorted(HISTORIES.glob("*/*.json"))
SWITCHED_ON = datetime(2100, 1, 1, tzinfo=UTC)
CONVERTERS: dict[str, DataConverter] = {
    "unsealed": data_converter(),
    "sealed since": data_converter(KEYS, clear_until=SWITCHED_ON),
}
"""These lives began in clear: they go on with the codec off, and when it was switched on later."""


def _history(file: Path) -> WorkflowHistory:
    told = json.loads(file.read_text())
    return WorkflowHistory.from_json(told.pop("id"), told)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
@pytest.mark.parametrize("converter", CONVERTERS, ids=str)
async def test_a_life_of_an_earlier_version_goes_on_trap_58(file: Path, converter: str) -> None:
    replayer = Replayer(
        workflows=[EscalationWorkflow],
        data_converter=CONVERTERS[converter],
        workflow_runner=strict_runner(),
    )
    await replayer.replay_workflow(_history(file))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
async def test_a_life_of_an_earlier_version_tells_the_events_that_are_on_record(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporal compares commands. What they carry is in PostgreSQL already, under its numbers."""
    told: dict[int, Event] = {}
    plain = LivingCase.batch

    def batch(life: LivingCase) -> ProjectionBatch:
        found = plain(life)
        told.update((event.seq, event) for event in found.events)
        return found

    monkeypatch.setattr(LivingCase, "batch", batch)
    replayer = Replayer(
        workflows=[EscalationWorkflow],
        data_converter=CONVERTERS["unsealed"],
        workflow_runner=free_runner(),
    )
    history = _history(file)
    await replayer.replay_workflow(history)
    recorded = {event.seq: event for event in await _written(history)}
    assert recorded
    assert {seq: told.get(seq) for seq in recorded} == recorded, (
        "Rules of domain/ tell another story of a life that is on record. Cases that run must go on"
        " as they began: stand what is new behind a new Edition (models/edition.py)."
        " docs/how-to/change-a-workflow.md says how."
    )


async def _written(history: WorkflowHistory) -> list[Event]:
    """The events that PostgreSQL was given in this history."""
    converter = CONVERTERS["unsealed"]
    found: list[Event] = []
    for one in history.events:
        asked = one.activity_task_scheduled_event_attributes
        if asked.activity_type.name == "write_down":
            [batch] = await converter.decode(asked.input.payloads, [ProjectionBatch])
            found.extend(batch.events)
    return found


def test_every_scenario_is_recorded_in_some_version() -> None:
    assert {file.stem for file in FILES} >= set(SCENARIOS)


async def test_a_careless_change_is_found_before_it_is_deployed() -> None:
    replayer = Replayer(
        workflows=[Careless],
        data_converter=data_converter(),
        workflow_runner=strict_runner(),
    )
    with pytest.raises(NondeterminismError):
        await replayer.replay_workflow(_history(FILES[0]))


def test_whoever_changes_what_the_workflow_commands_is_told_what_to_do() -> None:
    assert fingerprint() == KEPT.read_text(), (
        "What the workflow commands has changed. Running cases must go on as they began: stand what"
        " is new behind workflow.patched, or behind something that old cases do not have, see that"
        " tests/replay passes, and then run python -m tests.replay.fingerprint."
        " docs/how-to/change-a-workflow.md says how."
    )


def test_the_fingerprint_sees_a_command_and_what_decides_on_it_and_no_words() -> None:
    source = '''
async def deliver(self):
    """Words."""
    if self.case:
        await workflow.execute_activity("deliver", summary="x")
'''
    told = list(of_module("escalation", source))
    assert told[0].startswith("escalation.deliver: execute_activity(deliver) ")
    other_words = source.replace("Words", "Other words")
    assert list(of_module("escalation", other_words)) == told
    for changed in (
        source.replace('"deliver"', '"send"'),
        source.replace("if self.case", "if not self.case"),
        source.replace("execute_activity", "execute_local_activity"),
    ):
        assert list(of_module("escalation", changed)) != told
    silent = source.replace("workflow.execute_activity", "self.execute_activity")
    assert list(of_module("escalation", silent)) == []


def test_the_fingerprint_sees_every_table_and_rule_of_what_adds_commands_by_itself() -> None:
    source = (Path(__file__).parents[2] / "workflows" / "signs_of_life.py").read_text()
    told = list(of_module("signs_of_life", source))
    for old, new in (
        ('"update_random_seed",', ""),
        ('"fail_workflow_execution",', ""),
        ('"respond_to_query" | "schedule_local_activity"', '"respond_to_query"'),
        ("silent = not self._ended and", "silent ="),
    ):
        assert old in source
        assert list(of_module("signs_of_life", source.replace(old, new))) != told
    words = source.replace("As the other runner does.", "Otherwise.")
    assert list(of_module("signs_of_life", words)) == told
