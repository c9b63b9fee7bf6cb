"""A stack's Temporal: a client with the stack's own keys, and an engine that is asked again."""

from uuid import UUID

from temporalio.client import Client

from models.command import Operation
from models.errors import EngineUnavailable
from models.messages import Receipt
from supervisor.stack import Stack
from tests.polling import until
from workflows.client import Engine, connect


async def client_of(stack: Stack) -> Client:
    """What the stack's own worker and API use."""
    return await connect(
        stack.temporal_address,
        stack.settings.temporal_namespace,
        keys=stack.settings.payload_keyring,
    )


async def insist(engine: Engine, case: UUID, asked: Operation) -> Receipt:
    """Ask again with the same operation, as the sweeper does."""

    async def answer() -> Receipt | None:
        try:
            return await engine.operate(case, asked)
        except EngineUnavailable:
            return None

    return await until(answer, within=60)
