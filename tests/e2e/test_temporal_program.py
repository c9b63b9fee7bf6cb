"""Operators read a case with Temporal's own program, through the same address as its page."""

import base64
import json
import subprocess
from typing import Any
from uuid import UUID

from models.ids import workflow_id
from models.store.session import Store
from supervisor.servers import CODEC_PATH
from supervisor.stack import Stack
from supervisor.temporal import installed_program
from tests.e2e.photograph import doug_half_way
from upkeep import team


def told(house: Stack, case: str, *more: str) -> dict[str, Any]:
    """What the program says of a case's start."""
    command = [
        str(installed_program()), "workflow", "show", "--address", house.temporal_address,
        "--workflow-id", workflow_id(UUID(case)), "--output", "json", *more,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    started: dict[str, Any] = json.loads(done.stdout)["events"][0]
    return started


async def test_temporal_s_program_shows_a_case_to_an_admin_and_ciphertext_to_others(
    house: Stack,
) -> None:
    answer = await doug_half_way(house)
    case = answer["escalation_id"]
    store = Store(house.database_url, pool=1)
    token = await team.new_token(store, "admin@demo.test")
    await store.close()
    [start] = told(house, case)["workflowExecutionStartedEventAttributes"]["input"]["payloads"]
    assert base64.b64decode(start["metadata"]["encoding"]) == b"binary/encrypted"
    through = ("--codec-endpoint", f"{house.api_url}{CODEC_PATH}", "--codec-auth")
    shown = told(house, case, *through, f"Bearer {token}")
    [start] = shown["workflowExecutionStartedEventAttributes"]["input"]["payloads"]
    assert json.loads(base64.b64decode(start["data"]))["book"]["playbook"]
