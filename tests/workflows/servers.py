"""A Temporal of a test's own, for what must be configured another way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from supervisor.temporal import TIME_SKIPPING, installed_program
from tests.keys import KEYS
from workflows.converter import data_converter
from workflows.search_attributes import REGISTRATION


@asynccontextmanager
async def own_temporal(**configured: int) -> AsyncIterator[Client]:
    """A client of it; `configured` are its dynamic settings, with `__` for a dot."""
    told = [f"{key}=true" for key in TIME_SKIPPING]
    told += [f"{key.replace('__', '.')}={value}" for key, value in configured.items()]
    names = [
        part for pair in REGISTRATION.items() for part in ("--search-attribute", "=".join(pair))
    ]
    async with await WorkflowEnvironment.start_local(
        data_converter=data_converter(KEYS),
        dev_server_existing_path=str(installed_program()),
        dev_server_extra_args=[
            *names,
            *(part for one in told for part in ("--dynamic-config-value", one)),
        ],
    ) as environment:
        yield environment.client
