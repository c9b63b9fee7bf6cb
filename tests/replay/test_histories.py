"""T09: every history of every version goes on with the code of today; wrong code is found."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from tests.replay.careless import Careless
from tests.replay.record import HISTORIES, SCENARIOS
from workflows.escalation import EscalationWorkflow
from workflows.sandbox import strict_runner

FILES = sorted(HISTORIES.glob("*/*.json"))


def _history(file: Path) -> WorkflowHistory:
    told = json.loads(file.read_text())
    return WorkflowHistory.from_json(told.pop("id"), told)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
async def test_a_life_of_an_earlier_version_goes_on(file: Path) -> None:
    replayer = Replayer(
        workflows=[EscalationWorkflow],
        data_converter=pydantic_data_converter,
        workflow_runner=strict_runner(),
    )
    await replayer.replay_workflow(_history(file))


def test_every_scenario_is_recorded_in_some_version() -> None:
    assert {file.stem for file in FILES} >= set(SCENARIOS)


async def test_a_careless_change_is_found_before_it_is_deployed() -> None:
    replayer = Replayer(
        workflows=[Careless],
        data_converter=pydantic_data_converter,
        workflow_runner=strict_runner(),
    )
    with pytest.raises(NondeterminismError):
        await replayer.replay_workflow(_history(FILES[0]))
