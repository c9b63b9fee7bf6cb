"""The checker has teeth: a doctored witness or a tampered database, and it finds what was done."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select, text

from models.delivery import DeliveryStatus, EffectKind
from models.event import ResumeCause
from models.store.tables.delivery import DELIVERIES
from models.store.tables.event import EVENTS
from tests.chaos import witnesses
from tests.chaos.arena import Arena, arena
from tests.chaos.call_doctors import CALL_DOCTORS
from tests.chaos.checker import INVARIANTS, NOT_YET, check
from tests.chaos.doctors import DOCTORS
from tests.chaos.evidence import Evidence
from tests.chaos.log import Log
from tests.chaos.plan import Plan
from tests.chaos.play import Outcome, perform
from tests.chaos.turn_doctors import TURN_DOCTORS

LIES = (*DOCTORS, *CALL_DOCTORS, *TURN_DOCTORS)
EFFECTS = (EffectKind.STEP_WEBHOOK, EffectKind.STEP_CREDIT)
"""What must have left the house, because doctors lie about it."""
TURNS = ("step_moved", "clocks_moved", "playbook_changed", "alert_raised")
"""What must have happened, for the same reason."""

PEACE = Plan(seed=11, seconds=5, clients=6, victims=())


@dataclass(frozen=True)
class Peace:
    """A run in which nothing was killed, and what came of it."""

    place: Arena
    outcome: Outcome

    @property
    def evidence(self) -> Evidence:
        """Of a run in which nothing is wrong."""
        return self.outcome.evidence


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def peace() -> AsyncIterator[Peace]:
    """One healthy run for all doctors."""
    async with arena(PEACE) as place:
        yield Peace(place, await perform(PEACE, place, enough=_everything_was_done))


async def _everything_was_done(place: Arena, log: Log) -> bool:
    """Whether there is something for every doctor; a busy machine needs longer for it."""
    done = Counter(asked.kind for asked in log.asked.values() if asked.done is not None)
    wanted = {"open": 12, "complete": 8, "note": 2, "message": 4, "resolve": 2, "undo": 1}
    if any(done[kind] < count for kind, count in wanted.items()):
        return False
    sent = select(DELIVERIES.c.kind).where(DELIVERIES.c.status == DeliveryStatus.SENT).distinct()
    told = select(EVENTS.c.fact).where(EVENTS.c.fact.in_(TURNS)).distinct()
    fact = EVENTS.c.body["fact"]
    rare = (fact["cause"].astext == ResumeCause.REPLY, fact["step"].astext == "ask-senior")
    async with place.store.transaction() as connection:
        return (
            set(EFFECTS) <= set((await connection.execute(sent)).scalars())
            and set(TURNS) <= set((await connection.execute(told)).scalars())
            and None
            not in [
                await connection.scalar(select(EVENTS.c.seq).where(one).limit(1)) for one in rare
            ]
        )


def test_a_healthy_run_is_found_healthy(peace: Peace) -> None:
    assert not peace.outcome.violations, peace.outcome.lament()
    assert {row.kind for one in peace.evidence.cases.values() for row in one.deliveries} >= set(
        EFFECTS
    )
    facts = {one.fact.fact for case in peace.evidence.cases.values() for one in case.told}
    assert {"clock_warned", "clock_breached", "effect_ended", "step_ended", "resolved"} <= facts


def test_every_invariant_of_the_table_is_held_or_has_a_reason() -> None:
    held = {told for _, told, _ in LIES} | {told for _, told in TAMPERED}
    assert held | set(NOT_YET) == {f"I{number}" for number in range(1, 14)}
    assert not held & set(NOT_YET)
    assert len(set(INVARIANTS)) == len(INVARIANTS)


@pytest.mark.parametrize(("done", "invariant", "doctor"), LIES, ids=[one[0] for one in LIES])
def test_a_doctored_witness_is_found_out(
    peace: Peace, done: str, invariant: str, doctor: Callable[[Evidence], Evidence]
) -> None:
    assert invariant in {one.invariant for one in check(doctor(peace.evidence))}, done


async def test_a_life_that_stays_deaf_is_a_violation_that_tells_the_workers_log(
    peace: Peace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witnesses, "_PATIENCE", 0.0)
    monkeypatch.setattr(witnesses, "_ANSWER", timedelta(seconds=0.5))
    stack = peace.place.stack
    said = stack.child("worker").log.read_text(errors="replace").splitlines()[-1]
    await stack.kill("worker")
    try:
        evidence = await witnesses.collect(peace.place, peace.evidence.log, 0)
    finally:
        await stack.start("worker")
    told = {one.case: one.says for one in check(evidence) if one.invariant == "I11"}
    assert set(told) >= set(peace.evidence.cases)
    for says in told.values():
        assert "is deaf" in says
        assert said in says


ONE = "(SELECT id FROM escalations ORDER BY number LIMIT 1)"
TAMPERED = (
    (f"UPDATE escalations SET owner_rank = 3 WHERE id = {ONE}", "I6"),
    (f"UPDATE escalations SET version = version + 1 WHERE id = {ONE}", "I6"),
    (f"DELETE FROM events WHERE seq = 2 AND escalation_id = {ONE}", "I9"),
    (f"UPDATE events SET hash = 'another' WHERE seq = 1 AND escalation_id = {ONE}", "I9"),
    ("UPDATE events SET op_id = NULL, body = body || '{\"op_id\": null}'", "I2"),
    ("DELETE FROM operations WHERE kind = 'add_note'", "I2"),
    ("DELETE FROM operations WHERE kind = 'open'", "I1"),
    ("UPDATE operations SET status = 'accepted', answer = NULL WHERE kind = 'open'", "I11"),
    ("UPDATE deliveries SET status = 'planned', ended_at = NULL WHERE status = 'sent'", "I3"),
    ("UPDATE deliveries SET status = 'failed' WHERE status = 'sent'", "I3"),
    ("DELETE FROM deliveries WHERE status = 'sent'", "I3"),
    ("UPDATE deliveries SET message_id = 'one' WHERE message_id IS NOT NULL", "I4"),
    ("UPDATE deliveries SET not_before = now() + interval '1 hour'", "I5"),
    ("UPDATE credits SET issued_at = NULL", "I4"),
    ("UPDATE credits SET amount_minor = amount_minor + 1", "I4"),
    ("DELETE FROM credits", "I4"),
    ("UPDATE deliveries SET message_id = 'one' WHERE effect_class = 'request'", "I4"),
    ("DELETE FROM contents WHERE kind = 'note'", "I12"),
)


@pytest.mark.parametrize(("statement", "invariant"), TAMPERED, ids=[one[0] for one in TAMPERED])
async def test_a_tampered_database_is_found_out(
    peace: Peace, statement: str, invariant: str
) -> None:
    async with peace.place.store.engine.connect() as connection:
        await connection.execute(text(statement))
        records = [await witnesses.record_of(connection, case) for case in peace.evidence.cases]
        tampered = replace(
            peace.evidence,
            cases={one.id: one for one in records},
            inbox=await witnesses.inbox(connection),
            contents=await witnesses.contents(connection),
        )
        await connection.rollback()
    assert invariant in {one.invariant for one in check(tampered)}
