"""Demo data: four made-up cases, opened through the front door like any other."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from supervisor.running import read_running

KEY = "demo-1"
"""Part of each idempotency key: opening the demo twice opens nothing twice."""


CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "doug",
        {
            "customer": {
                "external_id": "demo-doug",
                "name": "Doug Carter",
                "email": "doug.carter@customer.test",
                "phone": "+1 555 010 0142",
                "time_zone": "America/Chicago",
                "annual_value": {"minor": 420000, "currency": "USD"},
                "customer_for_days": 6 * 365 + 40,
                "tier": "premium",
            },
            "title": "Three missed visits, thinking of leaving",
            "description": "You missed three appointments in a row. I took a day off each time."
            " I have been with you for six years. I am thinking of switching to a competitor.",
            "source": "email",
        },
    ),
    (
        "double-charge",
        {
            "customer": {
                "external_id": "demo-ana",
                "name": "Ana Ruiz",
                "email": "ana.ruiz@customer.test",
                "phone": "+1 555 010 0177",
                "time_zone": "America/New_York",
                "annual_value": {"minor": 58800, "currency": "USD"},
                "customer_for_days": 6,
                "tier": "standard",
            },
            "title": "Charged twice, wants the refund now",
            "description": "I signed up last week and you charged my card twice, $49 each."
            " I want a refund right now.",
            "source": "chat",
        },
    ),
    (
        "quick-win",
        {
            "customer": {
                "external_id": "demo-lee",
                "name": "Lee Wong",
                "email": "lee.wong@customer.test",
                "time_zone": "America/Los_Angeles",
                "annual_value": {"minor": 96000, "currency": "USD"},
                "tier": "standard",
            },
            "title": "Mud on the floor after the visit",
            "description": "The technician left mud on the kitchen floor. Not a big deal, but"
            " please be more careful.",
            "type": "service_quality",
            "severity": "low",
            "source": "email",
        },
    ),
    (
        "vp-contract",
        {
            "customer": {
                "external_id": "demo-northwind",
                "name": "Dana Whitfield",
                "email": "dana.whitfield@customer.test",
                "phone": "+44 20 7946 0000",
                "time_zone": "Europe/London",
                "annual_value": {"minor": 18000000, "currency": "USD"},
                "tier": "enterprise",
            },
            "title": "VP of operations wants to talk about the contract",
            "description": "I am VP of Operations. Before we renew I want to speak to somebody"
            " who can decide. Please have an executive call me.",
            "type": "executive",
            "severity": "high",
            "source": "email",
        },
    ),
)
"""Name and body of each opening. All people are made up; all amounts are demo data."""


def body_of(case: dict[str, Any], today: date) -> dict[str, Any]:
    """An opening's body, with the day since when somebody is a customer."""
    customer = dict(case["customer"])
    days = customer.pop("customer_for_days", None)
    if days is not None:
        customer["customer_since"] = (today - timedelta(days=days)).isoformat()
    return {**case, "customer": customer}


async def open_demo_cases(api_url: str, token: str) -> list[str]:
    """Open the four cases and return their numbers. Doing it again opens nothing."""
    numbers = []
    async with httpx2.AsyncClient(base_url=api_url, timeout=15) as client:
        for name, case in CASES:
            answer = await client.post(
                "/api/v1/cs/escalations",
                json=body_of(case, datetime.now(UTC).date()),
                headers={
                    "Authorization": f"Bearer {token}",
                    "Idempotency-Key": f"{KEY}-{name}",
                },
            )
            if answer.status_code == 422 and answer.json()["code"] == "idempotency-key-reused":
                continue  # opened on another day, when its dates were others
            answer.raise_for_status()
            numbers.append(answer.json()["number"])
    return numbers


def remember(data_dir: Path) -> None:
    """Note that the run of this data directory is a demonstration; it ends with the run."""
    running = read_running(data_dir)
    if running is not None:
        _mark(data_dir).write_text(running.supervisor.model_dump_json(), encoding="utf-8")


def runs(data_dir: Path, temporal_address: str | None) -> bool:
    """Whether the run of this data directory is a demonstration, and that address is its engine.

    `rightnow up --demo` sets it for its own processes only; a command typed in another terminal
    knows it from the mark. The mark of an earlier run counts no more.
    """
    running = read_running(data_dir)
    if running is None or temporal_address not in (None, running.temporal_address):
        return False
    mark = _mark(data_dir)
    return mark.exists() and mark.read_text("utf-8") == running.supervisor.model_dump_json()


def _mark(data_dir: Path) -> Path:
    return data_dir / "demo.json"
