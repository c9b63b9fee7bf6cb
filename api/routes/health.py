"""Whether we live, whether we can work, and a few numbers."""

import asyncio
from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from api.dependencies import PartsDep
from api.problems import documented
from models.errors import StoreUnavailable
from models.frozen import Frozen
from models.store.repositories import audits, escalations, operations

router = APIRouter(tags=["health"])


class Health(Frozen):
    """Alive."""

    status: str


class Readiness(Frozen):
    """What we need, and whether it answers."""

    ready: bool
    database: bool
    engine: bool


@router.get("/healthz", summary="Alive?")
async def alive() -> Health:
    """The process answers. It needs nothing else for that."""
    return Health(status="ok")


@router.get(
    "/readyz",
    responses={503: {"model": Readiness, "description": "Not ready."}},
    summary="Ready to work?",
)
async def ready(parts: PartsDep) -> JSONResponse:
    """The database and the engine answer."""
    database, engine = await asyncio.gather(_database(parts), _engine(parts))
    told = Readiness(ready=database and engine, database=database, engine=engine)
    return JSONResponse(told.model_dump(), 200 if told.ready else 503)


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={503: documented()[503]},
    summary="Numbers for Prometheus",
)
async def metrics(parts: PartsDep) -> PlainTextResponse:
    """Cases by status, operations that wait for their answer, and what the audits say."""
    async with parts.store.transaction() as connection:
        by_status = await escalations.count_by_status(connection)
        waiting = await operations.count_waiting(connection)
        last_good_at = await audits.last_good_at(connection)
        wrong = await audits.count_open(connection)
    lines = [
        "# HELP rightnow_escalations Cases by status.",
        "# TYPE rightnow_escalations gauge",
        *(f'rightnow_escalations{{status="{name}"}} {n}' for name, n in by_status.items()),
        "# HELP rightnow_operations_waiting Accepted operations without an answer.",
        "# TYPE rightnow_operations_waiting gauge",
        f"rightnow_operations_waiting {waiting}",
        "# HELP rightnow_last_good_audit_timestamp_seconds When an audit found everything well.",
        "# TYPE rightnow_last_good_audit_timestamp_seconds gauge",
        "rightnow_last_good_audit_timestamp_seconds"
        f" {last_good_at.timestamp() if last_good_at else 0:.0f}",
        "# HELP rightnow_findings Things that are wrong, as the audits found them.",
        "# TYPE rightnow_findings gauge",
        f"rightnow_findings {wrong}",
    ]
    return PlainTextResponse("\n".join(lines) + "\n")


async def _database(parts: PartsDep) -> bool:
    try:
        async with asyncio.timeout(2), parts.store.transaction() as connection:
            await operations.count_waiting(connection)
    except (StoreUnavailable, TimeoutError):
        return False
    return True


async def _engine(parts: PartsDep) -> bool:
    return await parts.engine.answers(timedelta(seconds=2))
