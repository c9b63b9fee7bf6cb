"""Logs: JSON lines, or text for people who read along. Codes and ids, never customers' words."""

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Literal

import structlog

_PLACES = 30
"""How many places of one error are told: the outermost go first, the innermost say most."""


def set_up_logging(level: str, form: Literal["json", "text"]) -> None:
    """Send everything that is logged to standard output in one form."""
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter(form))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for talks_of_content in ("uvicorn.access", "openai", "httpx2", "httpcore2"):
        logging.getLogger(talks_of_content).setLevel(logging.WARNING)


def formatter(form: Literal["json", "text"]) -> logging.Formatter:
    """How a line is written, whoever logs it: we, the web server, or a library."""
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _without_words,
            last,
        ],
    )


def error_without_words(error: BaseException) -> str:
    """An error and its causes, each as its type and its places, the first cause first.

    Never its text, and no line of code: PostgreSQL's DETAIL, for one, quotes what a customer wrote.
    A place is `api/routes/queues.py:84 queue`, below the root or the library's folder.
    """
    told: list[str] = []
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        kind = type(found)
        name = kind.__qualname__ if kind.__module__ == "builtins" else _full_name(kind)
        told.append("\n".join((name, *(f"  at {one}" for one in _places(found.__traceback__)))))
        context = None if found.__suppress_context__ else found.__context__
        found = found.__cause__ or context
    return "\nthen ".join(reversed(told))


def _shared() -> list[structlog.typing.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _without_words(
    _: structlog.typing.WrappedLogger, __: str, told: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Replace an error by what may be told of it; a library's further lines may quote it too."""
    given = told.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        told["event"] = str(told.get("event", "")).partition("\n")[0]
        told["exception"] = error_without_words(error)
    return told


def _places(trace: TracebackType | None) -> list[str]:
    frames = [
        f"{_below_its_root(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(trace)
    ]
    return frames[-_PLACES:]


def _full_name(kind: type[BaseException]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _below_its_root(file: str) -> str:
    """A file below the longest folder that Python imports from: it says nothing of the machine."""
    roots = [root for root in map(str, map(Path, sys.path)) if file.startswith(f"{root}/")]
    return file.removeprefix(f"{max(roots, key=len)}/") if roots else Path(file).name
