"""A stack in a directory that goes away with it: for tests and for measuring."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

from config.settings import Settings
from supervisor.crew import Patience
from supervisor.directories import make_data_dir
from supervisor.stack import Say, Stack, silent


@contextlib.asynccontextmanager
async def temporary_stack(
    *,
    search_attributes: Mapping[str, str],
    migrate: Callable[[str], None] | None = None,
    names: Sequence[str] = (),
    say: Say = silent,
    patience: Patience | None = None,
    changes: Mapping[str, object] | None = None,
) -> AsyncIterator[Stack]:
    """PostgreSQL and Temporal on free ports, plus those of worker and api that `names` lists.

    `changes` are settings by name. Nothing of the developer's own environment is used.
    """
    place = await asyncio.to_thread(temporary_data_dir)
    plain = {name: field.get_default() for name, field in Settings.model_fields.items()}
    settings = Settings.model_construct(None, **plain | {"data_dir": place} | dict(changes or {}))
    stack = Stack(
        settings,
        search_attributes=search_attributes,
        migrate=migrate,
        names=names,
        say=say,
        any_port=True,
        patience=patience,
    )
    try:
        async with stack:
            yield stack
    finally:
        await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)


def temporary_data_dir() -> Path:
    """A fresh data directory with a short path that PostgreSQL's user can pass through."""
    place = Path(tempfile.mkdtemp(prefix="rightnow-"))
    place.rmdir()
    return make_data_dir(place)
