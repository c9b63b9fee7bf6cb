"""T30: what is owed and does not come: timers, deliveries, requests, answers, openings."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from models.audit import FindingKind
from tests.audit.breaks import found, keep_opening, started, worked
from tests.audit.house import House
from tests.workflows.openings import opening_like
from worker import at_work
from workflows.client import Engine
from workflows.sandbox import strict_runner

SOON = timedelta(seconds=80)


async def test_a_timer_that_never_fires_is_told(house: House) -> None:
    """Trap 28: nobody may find it five hours later. The one that lives it is gone, for good."""
    soon = datetime.now(UTC) - timedelta(minutes=7)  # warned after 7.5 minutes
    like = await started(house, severity="critical", received_at=soon.isoformat())
    start = await opening_like(house.store, like)
    assert start.opening is not None
    await keep_opening(house, start)
    case = str(start.opening.escalation_id)
    settings = house.settings.model_copy(update={"task_queue": "frozen"})
    async with at_work(house.client, house.store, settings, strict_runner()):
        await Engine(house.client, "frozen").open(start)
        await house.clock.settled(case)
    told = await found(
        house,
        FindingKind.OVERDUE,
        f"E-{start.opening.number}",
        later=SOON,
        overdue_after=timedelta(seconds=30),
    )
    assert "SLA warning: first response was due" in told
    await house.break_off(case)
    assert (await house.audit()).healed == 1, "a worker of today takes it over"
    await house.clock.settled(case)


async def test_a_wrong_hint_of_the_next_deadline_is_no_alarm_and_is_put_right(
    house: House,
) -> None:
    """An older worker beside this one does not know the column: what it leaves there is stale."""
    opened = await worked(house)
    case = UUID(opened["escalation_id"])
    now = "SELECT next_at FROM escalations WHERE id = :id"
    right = (await house.sql(now, id=case))[0].next_at
    for wrong in ("now() - interval '1 hour'", "NULL"):
        await house.sql(f"UPDATE escalations SET next_at = {wrong} WHERE id = :id", id=case)
        assert (await house.audit()).passed
        assert (await house.sql(now, id=case))[0].next_at == right


async def test_a_row_that_is_dropped_from_the_ledger_is_written_again_and_nothing_is_sent(
    house: House,
) -> None:
    late = (datetime.now(UTC) - timedelta(minutes=12)).isoformat()
    opened = await worked(house, severity="critical", received_at=late)
    case = opened["escalation_id"]
    mails = await house.mails(case)
    rows = "SELECT key, status, effect_class FROM deliveries WHERE escalation_id = :id ORDER BY key"
    before = await house.sql(rows, id=UUID(case))
    assert before
    await house.sql("DELETE FROM deliveries WHERE escalation_id = :id", id=UUID(case))
    assert (await house.audit()).healed == 1
    assert FindingKind.DELIVERY_MISSING in await house.mended(case)
    assert await house.sql(rows, id=UUID(case)) == before
    assert (await house.audit()).passed
    assert await house.mails(case) == mails


async def test_a_delivery_without_an_end_is_told(house: House) -> None:
    opened = await worked(house)
    case = UUID(opened["escalation_id"])
    await house.sql(
        "INSERT INTO deliveries (key, escalation_id, kind, effect_class, recipient, channel,"
        " status, planned_at, not_before, written_at)"
        " SELECT CAST(:id AS text) || '/' || n || '/x/vp', CAST(:id AS uuid), 'step_notice',"
        " class, '{\"kind\": \"vp\"}', 'email', 'planned', late, late, late"
        " FROM (VALUES (1, 'page'), (2, 'letter')) AS v (n, class),"
        " (SELECT now() - interval '6 minutes' AS late)",
        id=str(case),
    )
    await found(house, FindingKind.DELIVERY_LATE, opened["number"])
    wrong = [one.identity for one in await house.wrong()]
    assert wrong == [f"delivery_late/{case}/1/x/vp"], "a letter may take four hours"
    await house.sql("DELETE FROM deliveries WHERE status = 'planned'")


async def test_a_request_that_nobody_begins_or_goes_on_with_is_told(house: House) -> None:
    """By its plan it is tried for days, so what is late is the silence, and not the time."""
    opened = await worked(house)
    case = UUID(opened["escalation_id"])
    await house.sql(
        "INSERT INTO deliveries (key, escalation_id, kind, effect_class, recipient, channel,"
        " status, attempts, attempted_at, planned_at, not_before, written_at)"
        " SELECT CAST(:id AS text) || '/' || n, CAST(:id AS uuid), kind,"
        " 'request', '{\"kind\": \"system\"}', 'webhook',"
        " CASE WHEN tried IS NULL THEN 'planned' ELSE 'attempted' END,"
        " CASE WHEN tried IS NULL THEN 0 ELSE 1 END, tried, late, late, late"
        " FROM (VALUES (1, 'step_credit', now() - interval '16 minutes', NULL),"
        " (2, 'step_credit', now() - interval '14 minutes', NULL),"
        " (3, 'case_joined', now() - interval '2 days', now() - interval '25 hours'),"
        " (4, 'step_webhook', now() - interval '2 days', now() - interval '23 hours'),"
        " (5, 'step_webhook', now() - interval '2 days', NULL)) AS v (n, kind, late, tried)",
        id=str(case),
    )
    await found(house, FindingKind.DELIVERY_LATE, opened["number"])
    wrong = sorted(one.identity for one in await house.wrong())
    assert wrong == [f"delivery_late/{case}/{one}" for one in (1, 3)], "5 waits for 4"
    await house.sql("DELETE FROM deliveries WHERE key LIKE :like", like=f"{case}/4")
    await found(house, FindingKind.DELIVERY_LATE)
    assert f"delivery_late/{case}/5" in {one.identity for one in await house.wrong()}
    await house.sql("DELETE FROM deliveries WHERE ended_at IS NULL")


async def test_an_operation_without_an_answer_is_told_and_so_is_one_that_vanished(
    house: House,
) -> None:
    opened = await worked(house)
    case = UUID(opened["escalation_id"])
    async with house.kept("operations", str(case)):
        await house.sql(
            "UPDATE operations SET status = 'accepted', answer = NULL, created_at = now()"
            " - interval '3 minutes' WHERE escalation_id = :id AND kind <> 'open'",
            id=case,
        )
        await found(house, FindingKind.UNANSWERED, opened["number"])
        await house.sql("DELETE FROM operations WHERE escalation_id = :id", id=case)
        told = await found(house, FindingKind.ANSWER_MISSING, opened["number"])
        assert "3 of its operations" in told
        assert FindingKind.UNANSWERED in await house.mended(str(case))


async def test_an_opening_that_never_starts_is_told(house: House) -> None:
    start = await opening_like(house.store, await started(house))
    assert start.opening is not None
    case = start.opening.escalation_id
    assert (await house.audit()).passed, "it has two minutes"
    back = "UPDATE escalations SET opened_at = opened_at - interval '3 minutes' WHERE id = :id"
    await house.sql(back, id=case)
    told = await found(house, FindingKind.NEVER_STARTED, f"E-{start.opening.number}")
    assert "is not in the inbox" in told
    await keep_opening(house, start)
    await house.sql("UPDATE operations SET created_at = now() - interval '3 minutes'")
    await found(house, FindingKind.NEVER_STARTED, "has not said a word")
    await house.engine.start(start)
    await house.clock.settled(str(case))
