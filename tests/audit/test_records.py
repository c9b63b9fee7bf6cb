"""T30: when records and events, or records and workflows, are not the same, it is told."""

from datetime import timedelta
from uuid import UUID

import pytest

from models.audit import FindingKind
from models.store.repositories import escalations
from tests.audit.breaks import found, worked
from tests.audit.house import House
from tests.polling import until


@pytest.mark.parametrize(
    ("damage", "shown"),
    [
        ("severity = 'low'", "severity"),
        ("rank_at = NULL", "rank_at"),
        ("state = jsonb_set(state, '{touches}', '99')", "state"),
        ("state = '{}'", "state"),
        ("version = 1", "version"),
        ("status = 'closed'", "status"),
    ],
)
async def test_a_projection_that_was_changed_by_hand_is_made_again(
    house: House, damage: str, shown: str
) -> None:
    opened = await worked(house)
    case = opened["escalation_id"]
    row = "SELECT * FROM escalations WHERE id = :id"
    before = dict((await house.sql(row, id=UUID(case)))[0]._mapping)
    await house.sql(f"UPDATE escalations SET {damage} WHERE id = :id", id=UUID(case))
    assert (await house.audit()).healed == 1
    told = (await house.mended(case))[FindingKind.PROJECTION].detail
    assert shown in told
    assert dict((await house.sql(row, id=UUID(case)))[0]._mapping) == before
    assert (await house.audit()).passed
    assert (await house.sarah.work(opened))["version"] > opened["version"]


@pytest.mark.parametrize(
    ("damage", "shown"),
    [
        ("UPDATE events SET body = jsonb_set(body, '{at}', '\"2026-01-01T00:00:00Z\"')"
         " WHERE escalation_id = :id AND seq = 2", "event 2 was changed"),
        ("UPDATE events SET body = '{}' WHERE escalation_id = :id AND seq = 3",
         "event 3 cannot be read"),
        ("DELETE FROM events WHERE escalation_id = :id AND seq = 2", "event 2 is missing"),
        ("DELETE FROM events WHERE escalation_id = :id AND seq = (SELECT max(seq) FROM events"
         " WHERE escalation_id = :id)", "is missing"),
    ],
)  # fmt: skip
async def test_events_that_are_not_whole_are_told_and_nothing_is_made_of_them(
    house: House, damage: str, shown: str
) -> None:
    opened = await worked(house)
    case = opened["escalation_id"]
    row = "SELECT * FROM escalations WHERE id = :id"
    before = dict((await house.sql(row, id=UUID(case)))[0]._mapping)
    async with house.kept("events", case):
        await house.sql(damage, id=UUID(case))
        told = await found(house, FindingKind.EVENTS, opened["number"])
        assert shown in told
        assert dict((await house.sql(row, id=UUID(case)))[0]._mapping) == before
        await house.break_off(case)
        assert (await house.audit()).healed == 0
        lost = [one.detail for one in await house.wrong() if one.kind is FindingKind.LOST]
        assert "its events are not whole" in lost[0] or "another version" in lost[0]
    assert (await house.audit()).healed == 1


async def test_a_workflow_that_cannot_write_down_what_happened_is_told(house: House) -> None:
    opened = await worked(house)
    case = UUID(opened["escalation_id"])
    await house.sql(
        "INSERT INTO events (escalation_id, seq, at, fact, body, hash)"
        " VALUES (:id, :seq, now(), 'note_added', '{}', 'another')",
        id=case,
        seq=opened["version"] + 1,
    )
    await house.sarah.post(f"/cs/escalations/{opened['number']}/notes", {"text": "still here"})

    async def told() -> bool | None:
        await house.audit(lives=100)
        return any(one.kind is FindingKind.STUCK for one in await house.wrong()) or None

    await until(told)
    details = [one.detail for one in await house.wrong() if one.kind is FindingKind.STUCK]
    assert "cannot be written down (projection-forked)" in details[0]
    await house.sql("DELETE FROM events WHERE hash = 'another'")
    await house.clock.ahead(str(case), timedelta(minutes=2))


async def test_a_workflow_that_is_ahead_of_a_restored_database_is_told(house: House) -> None:
    """F54: PostgreSQL came back from ten minutes ago; what it lost is not made up."""
    opened = await house.sarah.open_case()
    await house.clock.settled(opened["escalation_id"])
    case = opened["escalation_id"]
    then = dict(
        (await house.sql("SELECT * FROM escalations WHERE id = :id", id=UUID(case)))[0]._mapping
    )
    answer = await house.sarah.work(opened)
    await house.clock.settled(case)
    later = "DELETE FROM events WHERE escalation_id = :id AND seq > :version"
    await house.sql(later, id=UUID(case), version=opened["version"])
    async with house.store.transaction() as connection:
        await escalations.overwrite(connection, UUID(case), then)
    told = await found(house, FindingKind.APART, answer["number"], lives=100)
    assert "never reached it" in told
    await house.break_off(case)
    assert (await house.audit()).healed == 1, "to go on from what PostgreSQL has"
    assert (await house.clock.settled(case)).version == opened["version"]
