"""Errors as RFC 9457 problems: what is wrong, where, and what to do. Never a traceback."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from models import errors
from models.errors import RightnowError, Trouble
from models.frozen import Frozen

_log = structlog.get_logger("api")

STATUS: dict[type[RightnowError], int] = {
    errors.FieldsInvalid: 422,
    errors.KeyReused: 422,
    errors.ReasonRequired: 422,
    errors.OutcomeUnknown: 422,
    errors.FieldRequired: 422,
    errors.AmountRefused: 422,
    errors.MailUnreadable: 422,
    errors.PauseInvalid: 422,
    errors.SnoozeInvalid: 422,
    errors.PlaybookInvalid: 422,
    errors.SlaInvalid: 422,
    errors.SignalsInvalid: 422,
    errors.PromptInvalid: 422,
    errors.NotAuthenticated: 401,
    errors.NotAllowed: 403,
    errors.EscalationUnknown: 404,
    errors.StepUnknown: 404,
    errors.AlertUnknown: 404,
    errors.OperationUnknown: 404,
    errors.PersonUnknown: 404,
    errors.PlaybookUnknown: 404,
    errors.EscalationClosed: 409,
    errors.NotInThisStatus: 409,
    errors.StepNotOpen: 409,
    errors.StepAlreadyEnded: 409,
    errors.SkipForbidden: 409,
    errors.AlreadyAssigned: 409,
    errors.SecondPersonNeeded: 409,
    errors.NobodyHigher: 409,
    errors.UndoTooLate: 409,
    errors.MergeRefused: 409,
    errors.PlaybookNotAdoptable: 409,
    errors.PreviewStale: 409,
    errors.RuleBroken: 409,
    errors.VersionMismatch: 412,
    errors.TooLarge: 413,
    errors.StoreUnavailable: 503,
    errors.EngineUnavailable: 503,
    errors.DeliveryDelayed: 503,
    errors.Busy: 503,
    errors.ProjectionForked: 500,
    errors.NoPlaybook: 500,
}
"""The one table from meaning to HTTP."""

_PLAIN = {
    400: ("bad-request", "The request cannot be read.", "Send well-formed JSON."),
    401: ("not-authenticated", "We do not know who you are.", "Send a bearer token."),
    404: ("not-found", "There is nothing at this address.", "See /api/v1/docs for all addresses."),
    405: (
        "method-not-allowed",
        "This address does not take that method.",
        "The header Allow names those that it takes.",
    ),
    408: ("too-slow", "The request took too long to arrive.", "Send it again."),
    413: ("too-large", "This is too large.", "Send less."),
    415: ("media-type", "This kind of content is not taken.", "Send application/json."),
    500: ("internal", "Something broke on our side.", "Try again; the log has the reason."),
}

HARDENED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
}
"""On every answer, errors of ours included."""

PROBLEM_JSON = "application/problem+json"


class Problem(Frozen):
    """What went wrong, in words a person can act on."""

    type: str
    """`urn:rightnow:problem:` and the code."""

    title: str
    """The kind of problem, always the same words for the same code."""

    status: int
    detail: str
    """What happened this time, and what to do."""

    code: str
    """Stable: programs decide by it."""

    errors: tuple[Trouble, ...] = ()
    """Each field or line that is wrong."""


def problem(
    status: int, code: str, title: str, detail: str, troubles: tuple[Trouble, ...] = ()
) -> JSONResponse:
    """A problem as a response."""
    told = Problem(
        type=f"urn:rightnow:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        errors=troubles,
    )
    headers = {"Retry-After": "2"} if status == 503 else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(
        told.model_dump(mode="json"), status, media_type=PROBLEM_JSON, headers=headers
    )


def of_error(error: RightnowError) -> JSONResponse:
    """The problem that a domain error is."""
    status = STATUS.get(type(error))
    if status is None:
        status = next((STATUS[kind] for kind in STATUS if isinstance(error, kind)), 500)
    return problem(status, error.code, error.title, error.detail, error.troubles)


def install(app: FastAPI) -> None:
    """Answer every error of this app as a problem."""

    @app.exception_handler(RightnowError)
    async def _domain(_: Request, error: RightnowError) -> JSONResponse:
        if not isinstance(error, errors.NotAuthenticated):
            _log.info("refused", code=error.code)
        return of_error(error)

    @app.exception_handler(RequestValidationError)
    async def _fields(_: Request, error: RequestValidationError) -> JSONResponse:
        troubles = tuple(_trouble(one) for one in error.errors()[:50])
        if any(one["type"] == "json_invalid" for one in error.errors()):
            return problem(400, "bad-request", *_PLAIN[400][1:], troubles)
        many = "One field is" if len(troubles) == 1 else f"{len(troubles)} fields are"
        detail = f"{many} not right; `errors` says what to do. Nothing was changed."
        leaf = errors.FieldsInvalid
        return problem(422, leaf.code, leaf.title, detail, troubles)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        code, title, mend = _PLAIN.get(error.status_code, _PLAIN[400])
        answer = problem(
            error.status_code, code, title, error.detail if code == "media-type" else mend
        )
        answer.headers.update(error.headers or {})
        if error.status_code == 405 and (taken := _taken(request)):
            answer.headers["allow"] = ", ".join(taken)
        return answer

    @app.exception_handler(Exception)
    async def _unknown(request: Request, error: Exception) -> JSONResponse:
        # Of the error only its type and places are written: config/logging.py takes out its words.
        _log.error("internal", code="internal", route=_template(request), exc_info=error)
        answer = problem(500, *_PLAIN[500])
        answer.headers.update(HARDENED)
        return answer


def _template(request: Request) -> str | None:
    """Method and address of the route, without what stood in it: that may be anything."""
    path = getattr(request.scope.get("route"), "path", None)
    return f"{request.method} {path}" if path else None


def _taken(request: Request) -> list[str]:
    """Every method of an address. The router names only those of the first route that it met.

    An address that is written out is itself, though a placeholder would fit as well.
    """
    fitting = {
        path: methods
        for path, methods in request.app.openapi()["paths"].items()
        if compile_path(path)[0].match(request.url.path)
    }
    exact = fitting.get(request.url.path)
    found = [exact] if exact else fitting.values()
    return sorted(method.upper() for methods in found for method in methods)


def _trouble(found: Any) -> Trouble:
    """One of Pydantic's findings, without the input: that may be anything."""
    places = found["loc"][1:] if found["loc"][:1] == ("body",) else found["loc"]
    where = ".".join(str(part) for part in places) or "body"
    what = str(found["msg"]).removeprefix("Value error, ")
    clean = what.encode("utf-8", "replace").decode("utf-8")
    return Trouble(
        where=where.encode("utf-8", "replace").decode("utf-8")[:200],
        what=clean[:300],
        mend=_MEND.get(found["type"], "Correct this field and send the request again."),
    )


_MEND = {
    "extra_forbidden": "Take this field out, or look for a typing error in its name.",
    "missing": "Add this field.",
    "enum": "Use one of the values named.",
    "literal_error": "Use one of the values named.",
    "json_invalid": "Send well-formed JSON.",
    "string_too_long": "Make it shorter.",
    "string_unicode": "Take out what is not text, such as half of a surrogate pair.",
    "too_long": "Give fewer.",
    "timezone_aware": "Add a time zone, such as Z or +02:00.",
}


def documented(*more: int) -> dict[int | str, dict[str, Any]]:
    """The problems of a route, for OpenAPI: those that every route can have, and these."""
    always = (400, 401, 403, 408, 413, 415, 422, 500, 503)
    return {
        status: {
            "description": _DESCRIBED[status],
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({*always, *more})
    }


_DESCRIBED = {
    400: "The request cannot be read.",
    401: "No token, or one that does not count.",
    403: "The token's role or scope does not reach this far.",
    404: "There is no such thing.",
    408: "The body took too long to arrive.",
    409: "The right request at the wrong moment; `code` says why.",
    412: "The case has another version than `If-Match` says.",
    413: "Too large.",
    415: "Not a kind of content that is taken.",
    422: "A field is not right; `errors` says which.",
    500: "Something broke on our side.",
    503: "Something is away, or too busy. Nothing was changed; try again.",
}
