"""`why`: the receipt of each time limit, in the zone of its hours."""

from typing import Any

from tests.terminal import recorded
from tests.terminal.conftest import Run
from tests.terminal.fake_api import Answer, FakeApi

PATH = "/cs/escalations/E-1042/deadlines"


def line(kind: str, begin: str, end: str, seconds: int, **more: Any) -> dict[str, Any]:
    """One line of a receipt."""
    told = {"name": None, "reason": None, "guessed": False, "calendar": "business@3"}
    return {"kind": kind, "from_at": begin, "until_at": end, "seconds": seconds, **told, **more}


RECEIPT = {
    "target_seconds": 7200,
    "counted_seconds": 7200,
    "calendars": ["business@3"],
    "zone": "Europe/Berlin",
    "lines": [
        line("counted", "2026-11-20T15:00:00Z", "2026-11-20T16:00:00Z", 3600),
        line("closed", "2026-11-20T16:00:00Z", "2026-11-23T08:00:00Z", 230400),
        line("holiday", "2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z", 3600, name="Stocktaking"),
        line(
            "paused", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z", 3600, reason=recorded.HOSTILE
        ),
        line("counted", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z", 3600, guessed=True),
    ],
    "shifts": [{"at": "2026-10-25T01:00:00Z", "seconds": -3600, "zone": "Europe/Berlin"}],
}


def test_why_shows_what_counted_what_did_not_and_the_sum(api: FakeApi, run: Run) -> None:
    clock = {**recorded.CLOCK, "due_at": "2026-11-23T11:00:00Z", "receipt": RECEIPT}
    api.on("GET", PATH, Answer(body={"items": [clock], "now": recorded.NOW}))
    told = run("why", "E-1042").stdout
    assert "First answer by tomorrow 12:00" in told
    assert "+  counts  Fri 20 Nov 16:00 to 17:00  1 hour" in told
    assert "-  closed  Fri 20 Nov 17:00 to tomorrow 09:00  2 days 16 hours" in told
    assert "-  day off: Stocktaking  tomorrow 09:00 to 10:00  1 hour" in told
    assert f"-  on hold: {recorded.HARMLESS}  tomorrow 10:00 to 11:00" in told
    assert "as in the last known week" in told
    assert "The clocks were put back by 1 hour" in told
    assert "It adds up to 2 hours." in told
    assert "Rules: standard@1, business@3. Times are those of Europe/Berlin." in told


def test_a_clock_on_hold_says_how_much_is_used(api: FakeApi, run: Run) -> None:
    slip = {**RECEIPT, "counted_seconds": 3600, "zone": "Nowhere/Land"}
    clock = {**recorded.CLOCK, "paused_at": recorded.NOW, "receipt": slip}
    api.on("GET", PATH, Answer(body={"items": [clock], "now": recorded.NOW}))
    told = run("why", "E-1042").stdout
    assert "on hold" in told
    assert "So far 1 hour of 2 hours." in told
