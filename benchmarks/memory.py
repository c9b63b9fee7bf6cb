"""Idle memory of worker and API together: after the start, and after a message was read."""

import asyncio
from pathlib import Path

import psutil

from benchmarks.figures import Figure
from benchmarks.house import READER_KEPT_FOR, House

BOUND = 350.0
_MB = 1024


async def idle(house: House, *, quick: bool) -> list[Figure]:  # noqa: ARG001
    """Resident memory right after the start, and its proportional share where that is readable."""
    figures = _figures("idle memory", house)
    await _read_a_message(house)
    note = f"idle again {READER_KEPT_FOR} s after a message was read"
    return figures + _figures(note, house)


def _figures(when: str, house: House) -> list[Figure]:
    """Of the worker and of whatever it started, and of the API."""
    found = {name: _family(house.stack.child(name).pid) for name in ("worker", "api")}
    rss = sum(one[0] for one in found.values())
    pss = sum(one[1] or 0 for one in found.values())
    each = ", ".join(f"{name} {one[0]:.0f} MB" for name, one in found.items())
    figures = [Figure(f"{when}, worker + API, RSS", rss, "MB", at_most=BOUND, note=each)]
    if all(one[1] is not None for one in found.values()):
        note = "RSS with shared pages divided among those that share them"
        figures.append(Figure(f"{when}, worker + API, PSS", pss, "MB", at_most=BOUND, note=note))
    return figures


async def _read_a_message(house: House) -> None:
    """Have a customer's words read, and wait until whoever read them has gone."""
    case = await house.open()
    said = {"direction": "inbound", "channel": "chat", "text": "Nobody came. I am very angry."}
    answer = await house.http.post(f"/cs/escalations/{case.number}/messages", json=said)
    answer.raise_for_status()
    worker = psutil.Process(house.stack.child("worker").pid)
    asked = (
        "SELECT FROM events v JOIN escalations e ON e.id = v.escalation_id"
        " WHERE e.number = %s AND v.fact = 'message_read'"
    )
    async with asyncio.timeout(120):
        while not (await house.rows.execute(asked, [int(case.number[2:])])).rowcount:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        house.say(f"  while it reads: worker {_family(worker.pid)[0]:.0f} MB, RSS")
        while worker.children():  # noqa: ASYNC110
            await asyncio.sleep(0.5)


def _family(pid: int) -> tuple[float, float | None]:
    """RSS and PSS of a process and of those that it started, in megabytes."""
    each = [_read(pid), *(_read(one.pid) for one in psutil.Process(pid).children(recursive=True))]
    pss = [one[1] for one in each if one[1] is not None]
    return sum(one[0] for one in each), sum(pss) if len(pss) == len(each) else None


def resident(pid: int) -> float:
    """The resident memory of a process, in megabytes."""
    return _read(pid)[0]


def _read(pid: int) -> tuple[float, float | None]:
    """RSS and PSS in megabytes. The second needs /proc/PID/smaps_rollup."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return psutil.Process(pid).memory_info().rss / _MB / _MB, None
    sizes = {
        line.split(":")[0]: int(line.split()[1]) / _MB
        for line in text.splitlines()
        if line.startswith(("Rss:", "Pss:"))
    }
    return sizes["Rss"], sizes["Pss"]
