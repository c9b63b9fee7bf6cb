"""Roots that die at a chosen point, once: `python -m tests.e2e.fault api|worker POINT FLAG_FILE`.

The point is reached for real; the process then ends as by kill -9. The flag file is taken away
first, so that the process that comes after it lives. Where it names a case, only that case's
projection kills: others in the house have theirs at any time.
"""

import os
import sys
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any

import uvloop

import worker
from activities.projection import Projection
from api import __main__ as api_root, acceptance, opening
from api.sweeper import Sweeper
from models.messages import ProjectionBatch

Call = Callable[..., Awaitable[Any]]


def dies(flag: Path) -> None:
    """End as by kill -9, the first time."""
    if flag.exists():
        flag.unlink()
        os._exit(9)


def before(call: Call, flag: Path) -> Call:
    """Die instead of the call."""

    async def dying(*given: Any, **named: Any) -> Any:
        dies(flag)
        return await call(*given, **named)

    return dying


def after(call: Call, flag: Path) -> Call:
    """Die when the call is done, before anybody hears of it."""

    async def dying(*given: Any, **named: Any) -> Any:
        done = await call(*given, **named)
        dies(flag)
        return done

    return dying


def kill_with(flag: Path) -> None:
    """Die when the batch of the case that the flag names is written down, before anybody hears."""
    of: ContextVar[str] = ContextVar("of")
    write_down, rest = Projection.write_down, Projection._rest

    @wraps(write_down)
    async def writing(projection: Projection, batch: ProjectionBatch) -> int:
        of.set(str(batch.escalation_id))
        return await write_down(projection, batch)

    async def resting(projection: Projection) -> None:
        if flag.exists() and flag.read_text(encoding="utf-8") == of.get():
            dies(flag)
        await rest(projection)

    Projection.write_down = writing  # type: ignore[method-assign, assignment]
    Projection._rest = resting  # type: ignore[method-assign, assignment]


def arm(point: str, flag: Path) -> None:
    """Put the fault in its place."""
    match point:
        case "before-insert":
            opening._prepare = before(opening._prepare, flag)  # type: ignore[assignment]
        case "before-commit":
            acceptance.keep = after(acceptance.keep, flag)  # type: ignore[assignment]
        case "after-commit":
            acceptance.ask_to_open = before(acceptance.ask_to_open, flag)  # type: ignore[assignment]
        case "after-start":
            acceptance.ask_to_open = after(acceptance.ask_to_open, flag)  # type: ignore[assignment]
        case "before-reply":
            acceptance.in_words = after(acceptance.in_words, flag)  # type: ignore[assignment]
        case "sweeper":
            Sweeper._deliver = after(Sweeper._deliver, flag)  # type: ignore[method-assign, assignment]
        case "after-projection":
            kill_with(flag)
        case "none":
            pass
        case _:
            raise SystemExit(f"no point {point}")


def main() -> None:
    """Arm the fault and run the root."""
    root, point, flag = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    arm(point, flag)
    if root == "api":
        api_root.main()
    else:
        uvloop.run(worker.main())


if __name__ == "__main__":
    main()
