"""A Rightnow whose workers ask a language model, at an endpoint that may be a fake one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import httpx2
from pydantic import SecretStr
from temporalio.client import Client

from api.app import create_app
from api.parts import Parts
from config.settings import Settings, llm_of
from models.store.repositories import operations
from models.store.session import Store
from tests.desk import Desk
from tests.fake_llm import FakeLlm, Script, failing, fake_llm
from tests.polling import until
from worker import at_work
from workflows.client import Engine


@dataclass(frozen=True)
class Ground:
    """What every such Rightnow stands on: the database, Temporal, and who works there."""

    parts: Parts
    client: Client
    store: Store
    settings: Settings
    token: str


@dataclass(frozen=True)
class Assisted:
    """Sarah's desk, and the endpoint that the workers ask."""

    desk: Desk
    endpoint: FakeLlm
    model: str


@asynccontextmanager
async def assisted(
    ground: Ground,
    script: Script | None = None,
    *,
    deadline: float = 20,
    at_once: int = 4,
    url: str | None = None,
) -> AsyncIterator[Assisted]:
    """Workers and an API of their own, with a model of a name that nobody used before.

    With a URL the workers ask there, a real endpoint or nobody, and the fake one hears nothing.
    """
    async with fake_llm(script or failing(500)) as endpoint:
        queue, model = f"assisted-{uuid4().hex}", f"model-{uuid4().hex[:8]}"
        ours = ground.settings.model_copy(
            update={
                "task_queue": queue,
                "llm_base_url": url or endpoint.url,
                "llm_api_key": SecretStr("sk-canary-of-the-tests"),
                "llm_model": model,
                "llm_deadline": deadline,
                "llm_at_once": at_once,
                "llm_tokens_per_day": 10**9,
            }
        )
        engine = Engine(ground.client, queue)
        parts = Parts(ground.store, engine, ground.parts.house, llm=llm_of(ours))
        app = create_app(parts)
        app.state.parts = parts
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with (
            at_work(ground.client, ground.store, ours),
            httpx2.AsyncClient(
                transport=transport, base_url="http://rightnow.test/api/v1", timeout=60
            ) as http,
        ):
            yield Assisted(Desk(http, ground.token), endpoint, model)
            await until(lambda: _all_written_down(ground.store))


async def _all_written_down(store: Store) -> bool:
    """Nobody works on these cases from here on: what was asked has its answer before."""
    async with store.single() as connection:
        return await operations.count_waiting(connection) == 0
