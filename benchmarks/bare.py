"""The bare limit: the least that Temporal alone needs for the same shape of work.

A plain user's worker: default sandbox, the SDK's own pydantic converter, no search attributes, no
details, no rules. It runs as a process of its own beside ours: `python -m benchmarks.bare ADDRESS`.
With `--unsandboxed` it runs workflows freely, as our worker does, on a task queue of its own: what
ours costs beyond Temporal, apart from what the default sandbox costs.
"""

import asyncio
import sys
from datetime import timedelta

from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

TASK_QUEUE = "bare"
FREE_QUEUE = "bare-unsandboxed"
UNSANDBOXED = "--unsandboxed"
_AT_MOST = timedelta(seconds=10)


class Step(BaseModel):
    """What an update brings."""

    step: str
    outcome: str


class Answer(BaseModel):
    """What an update answers."""

    version: int


class Way(BaseModel):
    """How the regular activities follow the updates."""

    coalesce: bool = False
    """One for all that have gathered, as our projection does; otherwise one for each."""


@activity.defn
async def nothing() -> None:
    """Do nothing, as a local activity and as a regular one."""


@workflow.defn
class Bare:
    """Takes updates until it is terminated."""

    def __init__(self) -> None:
        self.version = 0
        self.owed = 0

    @workflow.run
    async def run(self, way: Way) -> None:
        """Do one regular activity after each update that asked for one."""
        while True:
            await workflow.wait_condition(lambda: self.owed > 0)
            count = self.owed if way.coalesce else 1
            await workflow.execute_activity(nothing, start_to_close_timeout=_AT_MOST)
            self.owed -= count

    @workflow.update
    async def local(self, step: Step) -> Answer:  # noqa: ARG002
        """Answer after one local activity."""
        await workflow.execute_local_activity(nothing, start_to_close_timeout=_AT_MOST)
        self.version += 1
        return Answer(version=self.version)

    @workflow.update
    async def followed(self, step: Step) -> Answer:  # noqa: ARG002
        """Answer, and have one regular activity follow."""
        self.version += 1
        self.owed += 1
        return Answer(version=self.version)

    @workflow.update
    async def drained(self) -> None:
        """Answer when no regular activity is owed any more."""
        await workflow.wait_condition(lambda: self.owed == 0)


@workflow.defn
class BareAlarm:
    """Rings once."""

    @workflow.run
    async def run(self, at: float) -> float:
        """Wait until an instant, in seconds since 1970. Returns how late it rang, in seconds."""
        await workflow.sleep(max(0.0, at - workflow.time()))
        return workflow.time() - at


async def connected(address: str) -> Client:
    """A client as a plain user makes one."""
    return await Client.connect(address, data_converter=pydantic_data_converter)


async def main(address: str, *, unsandboxed: bool = False) -> None:
    """Work until stdin ends."""
    client = await connected(address)
    async with Worker(
        client,
        task_queue=FREE_QUEUE if unsandboxed else TASK_QUEUE,
        workflows=[Bare, BareAlarm],
        activities=[nothing],
        workflow_runner=UnsandboxedWorkflowRunner() if unsandboxed else SandboxedWorkflowRunner(),
    ):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], unsandboxed=UNSANDBOXED in sys.argv[2:]))
