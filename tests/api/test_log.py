"""What the API writes down about an error of its own: what, on which route, where; no words."""

import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from api import problems
from api.parts import Parts
from config.logging import set_up_logging
from tests.api.problem import CANARY, require_problem
from tests.desk import Desk


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """Logging as the API's process sets it up, and put back after the test."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    written = StringIO()
    monkeypatch.setattr(sys, "stdout", written)
    set_up_logging("INFO", "json")
    monkeypatch.setattr(problems, "_log", structlog.get_logger("api"))
    yield written
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_an_error_of_the_database_is_logged_without_the_value_that_it_quotes(
    sarah: Desk,
    parts: Parts,
    monkeypatch: pytest.MonkeyPatch,
    logged: StringIO,
) -> None:
    async def broken(self: Parts, *_: Any) -> Any:
        async with self.store.transaction() as connection:
            await connection.execute(text("SELECT CAST(:it AS integer)"), {"it": CANARY})

    opened = await sarah.open_case()
    monkeypatch.setattr(Parts, "playbook", broken)
    answer = await sarah.ask("GET", f"/cs/escalations/{opened['number']}?q={CANARY}")
    require_problem(answer, 500, "internal")
    lines = [json.loads(one) for one in logged.getvalue().splitlines()]
    ours = [one for one in lines if one["logger"] != "httpx2"]  # the test's own client
    written = json.dumps(ours)
    assert CANARY not in written
    assert opened["number"] not in written
    told = next(one for one in ours if one["event"] == "internal")
    assert told["code"] == "internal"
    assert told["route"] == "GET /cs/escalations/{case}"
    assert told["exception"].startswith("psycopg.errors.InvalidTextRepresentation\n  at ")
    assert "\nthen sqlalchemy.exc." in told["exception"]
    assert "api/routes/escalations.py:" in told["exception"]
    assert " read_escalation" in told["exception"]
