"""Idle memory of worker and API together."""

from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.house import House

BOUND = 350.0
_MB = 1024


async def idle(house: House, *, quick: bool) -> list[Figure]:  # noqa: ARG001
    """Resident memory right after the start, and its proportional share where that is readable."""
    found = {name: _read(house.stack.child(name).pid) for name in ("worker", "api")}
    rss = sum(one[0] for one in found.values())
    pss = sum(one[1] or 0 for one in found.values())
    each = ", ".join(f"{name} {one[0]:.0f} MB" for name, one in found.items())
    figures = [Figure("idle memory, worker + API, RSS", rss, "MB", at_most=BOUND, note=each)]
    if all(one[1] is not None for one in found.values()):
        note = "RSS with shared pages divided among those that share them"
        figures.append(
            Figure("idle memory, worker + API, PSS", pss, "MB", at_most=BOUND, note=note)
        )
    return figures


def resident(pid: int) -> float:
    """The resident memory of a process, in megabytes."""
    return _read(pid)[0]


def _read(pid: int) -> tuple[float, float | None]:
    """RSS and PSS in megabytes. The second needs /proc/PID/smaps_rollup."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        import psutil

        return psutil.Process(pid).memory_info().rss / _MB / _MB, None
    sizes = {
        line.split(":")[0]: int(line.split()[1]) / _MB
        for line in text.splitlines()
        if line.startswith(("Rss:", "Pss:"))
    }
    return sizes["Rss"], sizes["Pss"]
