"""Hear what moves, as it moves, instead of asking again and again."""

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.dependencies import AboutCase, PartsDep, ReaderDep, bearer, load_line
from api.live import Reader
from api.parts import Parts
from api.patience import ENDLESS
from api.problems import documented
from models.errors import StoreUnavailable
from models.move import Move

router = APIRouter(prefix="/cs", tags=["stream"])

LOOK_AGAIN = 10.0
"""Seconds after which it is looked whether the reader may still read."""

_EXAMPLE = (
    "event: ready\nid: 5f0c3a9e-0\n\n"
    "event: case\nid: 5f0c3a9e-1\n"
    'data: {"escalation_id":"019c0f6e-8a52-7bb1-8f0e-6f2b1f3d9a10","number":"E-1042",'
    '"version":17,"status":"open"}\n\n'
)
_TOLD: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A stream that does not end.",
        "content": {EventSourceResponse.media_type: {"example": _EXAMPLE}},
    }
}

LastId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        max_length=64,
        description="The id that you heard last: what came since is told first.",
    ),
]


async def a_place(
    parts: PartsDep, who: ReaderDep, request: Request, case: AboutCase = None
) -> AsyncIterator[Reader]:
    """A place among the readers, until the answer is over. Raises Busy, EscalationUnknown."""
    setattr(request.state, ENDLESS, True)
    alone = (await load_line(parts, who, case)).id if case is not None else None
    with parts.live.follow(alone) as reader:
        yield reader


@router.get(
    "/stream",
    response_class=EventSourceResponse,
    responses={**_TOLD, **documented(404)},
    summary="Hear what moves",
)
async def stream(
    parts: PartsDep,
    reader: Annotated[Reader, Depends(a_place)],
    credentials: Annotated[HTTPAuthorizationCredentials, Security(bearer)],
    last_id: LastId = None,
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `ready`, then `case` for each case that moves, with its version.

    On `ready` and on `resync` read your page; on `case` read that case if you show it. Nothing that
    moves is left out: when that cannot be promised you hear `resync`. With the header
    `Last-Event-ID` it goes on where you were. It ends soon after your token does.
    """
    look_at = time.monotonic() + LOOK_AGAIN
    async for signal in parts.live.signals(reader, last_id, LOOK_AGAIN / 3):
        if signal is not None:
            yield ServerSentEvent(event=signal.event, id=signal.id, data=_told(signal.move))
        if time.monotonic() >= look_at:
            look_at = time.monotonic() + LOOK_AGAIN
            if not await _may_still_read(parts, credentials.credentials):
                return


async def _may_still_read(parts: Parts, token: str) -> bool:
    """Whether the token still counts; yes while nobody can say."""
    try:
        return await parts.who_holds(token) is not None
    except StoreUnavailable:
        return True


def _told(move: Move | None) -> dict[str, Any] | None:
    return move.model_dump(mode="json") if move else None
