"""Payloads are opened for admins who read a case on Temporal's own page. Nothing is sealed here."""

import base64
import binascii
import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request, Response, Security
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field
from starlette.exceptions import HTTPException
from temporalio.api.common.v1 import Payload

from api.dependencies import PartsDep, bearer, caller
from api.parts import Parts
from api.problems import documented
from api.unsealing import VALID_FOR, Unsealing
from models.actor import Person, Role
from models.errors import NotAllowed, NotAuthenticated
from models.frozen import Frozen
from models.store.repositories import people

PLACE = "/admin/codec"
COOKIE = "rightnow_codec"
AT_MOST = 1000
"""Payloads in one question."""

router = APIRouter(prefix=PLACE, tags=["admin"])
_log = structlog.get_logger("codec")
_PAGE = (Path(__file__).parents[2] / "templates" / "pages" / "codec.html").read_text("utf-8")
_ALLOWED = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Namespace",
    "Access-Control-Max-Age": "600",
}


def _is_base64(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None
    return text


Base64 = Annotated[str, AfterValidator(_is_base64)]


class PayloadJson(Frozen):
    """A payload as Temporal writes it in JSON: bytes are base64."""

    metadata: Annotated[dict[str, Base64], Field(default_factory=dict)]
    data: Base64 = ""


class PayloadsJson(Frozen):
    """Payloads, as Temporal's page sends and expects them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "IkhpIg=="}]}
            ]
        }
    )

    payloads: Annotated[tuple[PayloadJson, ...], Field(max_length=AT_MOST)]


class Session(Frozen):
    """A browser is let in."""

    until: AwareDatetime
    """When it has to be let in anew."""


async def _unsealing(parts: PartsDep) -> Unsealing:
    if parts.unsealing is None:
        raise HTTPException(404)
    return parts.unsealing


UnsealingDep = Annotated[Unsealing, Depends(_unsealing)]
TokenDep = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]


async def _admin_with_token(parts: PartsDep, credentials: TokenDep) -> Person:
    """An admin with a bearer token. Raises NotAuthenticated, NotAllowed."""
    return _require_admin((await caller(parts, credentials)).person)


async def _asks_from_elsewhere(
    request: Request, parts: PartsDep, credentials: TokenDep
) -> tuple[Person, str | None]:
    """An admin, and the page that asks. Raises NotAuthenticated, NotAllowed."""
    origins = parts.unsealing.origins if parts.unsealing else frozenset()
    origin = request.headers.get("origin")
    if credentials is not None:
        person = await _admin_with_token(parts, credentials)
    else:
        person = await _admin_with_cookie(parts, request.cookies.get(COOKIE, ""))
        origin = origin or ""  # a cookie comes by itself: without a page's name it counts nothing
    if origin is not None and origin not in origins:
        raise NotAllowed("Only Temporal's own page may ask: the one in RIGHTNOW_TEMPORAL_UI_URL.")
    return person, origin


async def _admin_with_cookie(parts: Parts, ticket: str) -> Person:
    unsealing = parts.unsealing
    now = datetime.now(UTC)  # noqa: TID251 (the edge reads the clock)
    holder = unsealing.holder(ticket, now) if unsealing and len(ticket) < 200 else None
    if holder is None:
        raise NotAuthenticated("Open /api/v1/admin/codec in this browser and paste a token.")
    async with parts.store.single() as connection:
        person = (await people.by_ids(connection, [holder])).get(holder)
    if person is None or not person.active:
        raise NotAuthenticated("Whoever let this browser in has left.")
    return _require_admin(person)


def _require_admin(person: Person | None) -> Person:
    if person is None or person.role is not Role.ADMIN:
        raise NotAllowed("Only an admin reads what Temporal keeps.")
    return person


@router.get("", include_in_schema=False)
async def page() -> HTMLResponse:
    """Where an admin lets a browser in."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _policy(_PAGE)})


@router.post("/session", responses=documented(404), summary="Let this browser read")
async def let_in(
    request: Request,
    response: Response,
    unsealing: UnsealingDep,
    person: Annotated[Person, Depends(_admin_with_token)],
) -> Session:
    """Exchange an admin's bearer token for a cookie that opens payloads and nothing else."""
    until = datetime.now(UTC) + VALID_FOR  # noqa: TID251 (the edge reads the clock)
    response.set_cookie(
        COOKIE,
        unsealing.ticket(person.id, until),
        max_age=int(VALID_FOR.total_seconds()),
        path=request.url.path.removesuffix("/session"),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    _log.info("a browser may open payloads", who=str(person.id))
    return Session(until=until)


@router.options("/decode", include_in_schema=False)
async def preflight(request: Request, unsealing: UnsealingDep) -> Response:
    """Tell a browser that Temporal's page may ask."""
    origin = request.headers.get("origin")
    if origin not in unsealing.origins:
        raise NotAllowed("Only Temporal's own page may ask: the one in RIGHTNOW_TEMPORAL_UI_URL.")
    return Response(status_code=204, headers=_ALLOWED | _cross_origin(origin))


@router.post("/decode", responses=documented(404), summary="Open payloads")
async def decode(
    response: Response,
    unsealing: UnsealingDep,
    asks: Annotated[tuple[Person, str | None], Depends(_asks_from_elsewhere)],
    given: PayloadsJson,
) -> PayloadsJson:
    """Open payloads for an admin; Temporal's page asks this address by itself.

    Without a token the cookie counts, for Temporal's own page only. What is not sealed, or cannot
    be opened, comes back as it was. Each question is logged: who, how many, which workflows.
    """
    person, origin = asks
    opened = unsealing.open([_payload(one) for one in given.payloads])
    _log.info(
        "payloads opened",
        who=str(person.id),
        count=opened.count,
        kept_shut=opened.kept_shut,
        workflows=opened.workflows[:20],
    )
    response.headers.update(_cross_origin(origin))
    return PayloadsJson(payloads=tuple(map(_json, opened.payloads)))


def _payload(given: PayloadJson) -> Payload:
    metadata = {name: base64.b64decode(value) for name, value in given.metadata.items()}
    return Payload(metadata=metadata, data=base64.b64decode(given.data))


def _json(payload: Payload) -> PayloadJson:
    metadata = {name: base64.b64encode(one).decode() for name, one in payload.metadata.items()}
    return PayloadJson(metadata=metadata, data=base64.b64encode(payload.data).decode())


def _cross_origin(origin: str | None) -> dict[str, str]:
    """Let the page that asked read the answer, and no other."""
    if not origin:
        return {"Vary": "Origin"}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }


def _policy(html: str) -> str:
    """Exactly this page's own script and style, and asking us."""

    def hashed(tag: str) -> str:
        [found] = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.S)
        return f"'sha256-{base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; script-src {hashed('script')}; style-src {hashed('style')};"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
