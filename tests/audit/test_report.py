"""Operators see what the audits found, in plain words, wherever they look."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from cli import app
from models.audit import FindingKind
from supervisor import service_checks
from tests.audit.house import House
from upkeep import commands
from upkeep.audits import accept, read_audits


def database(house: House) -> str:
    """Where the house's database is."""
    url: SecretStr | None = house.settings.database_url
    assert url is not None
    return url.get_secret_value()


async def broken(house: House) -> tuple[str, str]:
    """A case with an event that was changed, found by an audit; its id and number."""
    opened = await house.sarah.open_case()
    await house.clock.settled(opened["escalation_id"])
    await house.sql(
        "UPDATE events SET hash = 'x' || hash WHERE escalation_id = :id AND seq = 1",
        id=UUID(opened["escalation_id"]),
    )
    await house.audit()
    return opened["escalation_id"], opened["number"]


async def mend(house: House, case: str) -> None:
    """Put the event right again."""
    right = "UPDATE events SET hash = ltrim(hash, 'x') WHERE escalation_id = :id"
    await house.sql(right, id=UUID(case))


async def test_a_manager_sees_what_is_wrong_which_case_and_what_to_do(house: House) -> None:
    await house.audit()
    seen = await house.priya.get("/admin/audit")
    assert seen["well"] is True
    assert seen["words"].startswith("All is well")
    good = seen["last_good_audit_at"]
    assert good == seen["latest"]["ended_at"]
    assert (await house.sarah.ask("GET", "/admin/audit")).status_code == 403
    case, number = await broken(house)
    seen = await house.priya.get("/admin/audit")
    assert seen["well"] is False
    assert "1 thing is wrong" in seen["words"]
    assert seen["last_good_audit_at"] == good
    [one] = seen["wrong"]
    assert one["kind"] == FindingKind.EVENTS
    assert one["escalation_id"] == case
    assert f"E-{one['number']}" == number
    assert "backup" in one["advice"]
    told = await house.sarah.http.get("http://rightnow.test/metrics")
    assert "rightnow_findings 1\n" in told.text
    await mend(house, case)


async def test_the_terminal_and_the_doctor_say_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.audit()
    assert (await read_audits(house.store)).lines[0].startswith("All is well")
    assert (await service_checks.audits(database(house))).ok
    case, number = await broken(house)
    told = await read_audits(house.store)
    assert not told.well
    assert any(line.startswith(f"WRONG {number}: its events are not whole") for line in told.lines)
    found = await service_checks.audits(database(house))
    assert not found.ok
    assert "1 thing is wrong" in found.detail
    assert found.mend == "rightnow audit"

    def answered(_: Any, __: Any) -> Any:
        return told

    monkeypatch.setattr(commands, "_with_store", answered)
    done = CliRunner().invoke(app, ["audit"])
    assert done.exit_code == 1
    assert "What the case shows may be wrong." in done.stdout
    await mend(house, case)


async def test_silence_is_an_alarm_of_its_own(house: House) -> None:
    await house.audit()
    ages = "UPDATE audits SET ended_at = ended_at - :by, began_at = began_at - :by"
    by = timedelta(seconds=30)
    await house.sql(ages, by=by)
    seen = await house.priya.get("/admin/audit")
    assert seen["well"] is False
    assert "Nobody has looked since" in seen["words"]
    assert not (await service_checks.audits(database(house))).ok
    await house.sql(ages, by=-by)


async def test_what_is_known_and_cannot_be_mended_raises_no_alarm_until_it_says_something_else(
    house: House,
) -> None:
    case, number = await broken(house)
    name = f"events/{case}"
    assert not await accept(house.store, "events/nobody")
    assert await accept(house.store, name)
    assert (await house.audit()).passed
    told = await read_audits(house.store)
    assert told.well
    assert any(line.startswith(f"known {number}") for line in told.lines)
    await house.sql(
        "UPDATE events SET body = '{}' WHERE escalation_id = :id AND seq = 1", id=UUID(case)
    )
    result = await house.audit()
    assert not result.passed, "it is worse than what was accepted"
    [one] = await house.wrong()
    assert one.accepted_at is None
    await house.sql("DELETE FROM events WHERE escalation_id = :id", id=UUID(case))
    await house.sql(
        "UPDATE escalations SET status = 'closed', version = 0, rank_at = NULL WHERE id = :id",
        id=UUID(case),
    )
    await house.break_off(case)
