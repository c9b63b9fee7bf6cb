"""The API: composition root 2. It puts the parts together and starts the sweeper."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline

from api import problems
from api.addresses import refuse_other_methods
from api.limits import Limits
from api.parts import Parts
from api.problems import Problem
from api.routes import (
    adoptions,
    alerts,
    audits,
    casework,
    codec,
    escalations,
    guidance,
    health,
    mailboxes,
    mails,
    merges,
    operations,
    pauses,
    people,
    performances,
    playbooks,
    predictions,
    publications,
    queues,
    similar_cases,
    snoozes,
    status,
    steps,
    streams,
    timelines,
)
from api.sweeper import Sweeper
from api.unsealing import Unsealing
from config.settings import Settings, house_of, llm_of, read_settings
from models.store.session import Store
from workflows.client import Engine, connect

PREFIX = "/api/v1"
_ROOMS = (
    queues,
    alerts,  # before the cases: `ai-alerts` is no case
    escalations,
    steps,
    snoozes,
    casework,
    guidance,
    pauses,
    merges,
    timelines,
    similar_cases,
    predictions,
    operations,
    mails,
    mailboxes,
    people,
    playbooks,
    publications,
    performances,
    adoptions,
    codec,
    audits,
    status,
    streams,
)
"""What is answered, in the order in which an address is looked for."""

_ABOUT = """
Rightnow rescues customers. Every answer to *what do I do right now?* is here.

Send `Authorization: Bearer TOKEN` (`rightnow token EMAIL` prints one). Send an `Idempotency-Key`
with every change: the same key and body is done once. Errors are `application/problem+json` with
a stable `code`.
"""


def create_app(parts: Parts | None = None, settings: Settings | None = None) -> FastAPI:
    """The app. Without parts it makes its own from the settings when it starts."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        app.state.parts = parts or await make_parts(settings or read_settings())
        sweeping = asyncio.create_task(Sweeper(app.state.parts).run())
        yield
        sweeping.cancel()
        await asyncio.gather(sweeping, return_exceptions=True)
        await app.state.parts.live.close()
        if parts is None:
            await app.state.parts.store.close()

    app = FastAPIOffline(  # its pages need nothing from the network
        title="Rightnow",
        version="1",
        description=_ABOUT,
        lifespan=life,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=f"{PREFIX}/docs",
        redoc_url=None,
        static_url=f"{PREFIX}/docs-files",
        separate_input_output_schemas=False,
    )
    problems.install(app)
    routes = APIRouter(prefix=PREFIX)
    refuse_other_methods(routes, (part.router for part in _ROOMS))
    for part in _ROOMS:
        routes.include_router(part.router)
    app.include_router(routes)
    app.include_router(health.router)
    app.add_middleware(Limits, streamed=frozenset({f"{PREFIX}/inbound/email"}))
    _describe_problems(app)
    return app


async def make_parts(settings: Settings) -> Parts:
    """Database, engine and house of these settings."""
    if settings.database_url is None or settings.temporal_address is None:
        raise SystemExit(
            "The API needs RIGHTNOW_DATABASE_URL and RIGHTNOW_TEMPORAL_ADDRESS."
            " `rightnow up` sets them and starts everything."
        )
    key = settings.temporal_api_key
    client = await connect(
        settings.temporal_address,
        settings.temporal_namespace,
        api_key=key.get_secret_value() if key else None,
        tls=settings.temporal_tls,
        keys=settings.payload_keyring,
        clear_until=settings.payloads_clear_until,
        lazy=True,
    )
    return Parts(
        store=Store(settings.database_url.get_secret_value()),
        engine=Engine(client, settings.task_queue),
        house=house_of(settings),
        unsealing=Unsealing.of(
            settings.payload_keyring, settings.temporal_namespace, settings.temporal_ui_url
        ),
        llm=llm_of(settings),
    )


def _describe_problems(app: FastAPI) -> None:
    """Add the problem's shape to OpenAPI, under the name that every route refers to."""
    made = app.openapi

    def openapi() -> dict[str, object]:
        schema = made()
        components = schema.setdefault("components", {}).setdefault("schemas", {})
        if "Problem" not in components:
            shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            components.update(shape.pop("$defs", {}))
            components["Problem"] = shape
        return schema

    app.openapi = openapi  # type: ignore[method-assign]
