"""How long `rightnow up` takes when its data are there already."""

import asyncio
import shutil
import time
from functools import partial
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.house import House
from config.settings import Settings
from supervisor.stack import Stack
from supervisor.temporary import temporary_data_dir
from upkeep.library import bring_up_to_date
from workflows.search_attributes import REGISTRATION

BOUND = 10.0


async def second_start(house: House, *, quick: bool) -> list[Figure]:  # noqa: ARG001
    """Start another house, stop it, and start it again: PostgreSQL, Temporal, worker and API."""
    place = await asyncio.to_thread(temporary_data_dir)
    try:
        first = await _start(place)
        again = await _start(place)
    finally:
        await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
    note = f"the first one, with everything to be made, took {first:.1f} s; beside this idle house"
    return [Figure("second start, until the API is ready", again, "s", at_most=BOUND, note=note)]


async def _start(place: Path) -> float:
    """Seconds until everything is ready; then it is stopped."""
    plain = {name: field.get_default() for name, field in Settings.model_fields.items()}
    settings = Settings.model_construct(None, **plain | {"data_dir": place})
    migrate = partial(bring_up_to_date, company=settings.company_time)
    stack = Stack(settings, search_attributes=REGISTRATION, migrate=migrate, any_port=True)
    begun = time.perf_counter()
    async with stack:
        return time.perf_counter() - begun
