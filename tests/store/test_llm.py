"""Calls of a language model and answers that are kept: what the database does for them."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs
from temporalio.client import Client

from activities.sweeping import Sweeping
from config.settings import Settings
from models.assist import AssistAsked, AssistDone
from models.errors import StoreUnavailable
from models.ids import new_id
from models.llm import LlmCall, LlmOutcome
from models.prompt import PromptTask
from models.store.repositories import assists, llm
from models.store.session import Store
from models.store.tables.assist import ASSISTS
from models.store.tables.llm import LLM_ANSWERS, LLM_CALLS
from tests.desk import Desk
from tests.polling import until
from worker import for_good, loops, sweeping

HOUR = timedelta(hours=1)

_A_CASE = """
WITH customer AS (INSERT INTO customers (id, name) VALUES (:case, 'Doug') RETURNING id)
INSERT INTO escalations (id, number, version, status, type, severity, source, team, customer_id,
    title_id, playbook_slug, playbook_version, opened_at, received_at)
SELECT :case, :number, 0, 'opening', 'other', 'high', 'phone', 'front-line', id, id, 'general', 1,
    now(), now()
FROM customer
"""


def call(**changes: object) -> LlmCall:
    """A call that is under way."""
    given = {
        "id": new_id(),
        "escalation_id": None,
        "task": "mood",
        "prompt_version": "1",
        "model": "m",
        "prompt_hash": "h",
        "tokens_in": 100,
        "tokens_out": 50,
        **changes,
    }
    return LlmCall.model_validate(given)


async def asked(connection: AsyncConnection, **changes: object) -> LlmCall:
    """A call that is on record."""
    one = call(**changes)
    assert await llm.reserve(connection, one, 10**12)
    return one


@pytest.mark.usefixtures("one_day")
async def test_what_may_be_spent_counts_until_it_is_known_what_was(store: Store) -> None:
    one = call()
    async with store.transaction() as connection:
        before = await llm.tokens_today(connection)
        assert await llm.reserve(connection, one, before + 150)
        assert await llm.tokens_today(connection) == before + 150
        assert not await llm.reserve(connection, call(), before + 299)
        ended = {"outcome": LlmOutcome.ANSWERED, "tokens_in": 30, "tokens_out": 5}
        await llm.settle(connection, one.model_copy(update=ended))
        assert await llm.tokens_today(connection) == before + 35
        assert await llm.reserve(connection, call(), before + 185)


async def test_what_the_last_call_came_to_is_seen_for_an_hour(store: Store) -> None:
    bad = call(outcome=LlmOutcome.ASKING)
    async with store.transaction() as connection:
        await connection.execute(delete(LLM_CALLS))
        assert (await llm.seen(connection)).last is None
        assert await llm.reserve(connection, bad, 10**9)
        assert (await llm.seen(connection)).last is None, "it is under way"
        ended = {"outcome": LlmOutcome.RATE_LIMITED, "rests": 20.0}
        await llm.settle(connection, bad.model_copy(update=ended))
        found = await llm.seen(connection)
        assert (found.last, found.rests) == (LlmOutcome.RATE_LIMITED, True)
        await connection.execute(update(LLM_CALLS).values(rests_until=func.now()))
        found = await llm.seen(connection)
        assert (found.last, found.rests) == (LlmOutcome.RATE_LIMITED, False), "it is over"
        good = call()
        await llm.reserve(connection, good, 10**9)
        await llm.settle(connection, good.model_copy(update={"outcome": LlmOutcome.ANSWERED}))
        found = await llm.seen(connection)
        assert (found.last, found.rests) == (LlmOutcome.ANSWERED, False)
        ago = LLM_CALLS.c.at - timedelta(minutes=61)
        await connection.execute(update(LLM_CALLS).values(at=ago))
        assert (await llm.seen(connection)).last is None


async def test_an_answer_is_given_until_it_is_too_old_and_then_swept(store: Store) -> None:
    old, fresh = uuid4().hex, uuid4().hex
    async with store.transaction() as connection:
        one = await asked(connection)
        await llm.keep(connection, old, one, {"a": 1.0, "b": [True, None, "ü"]}, HOUR)
        assert await llm.kept(connection, old) == {"a": 1.0, "b": [True, None, "ü"]}
        past = func.now() - timedelta(seconds=1)
        row = update(LLM_ANSWERS).where(LLM_ANSWERS.c.key == old)
        await connection.execute(row.values(expires_at=past))
        assert await llm.kept(connection, old) is None
        await llm.keep(connection, fresh, await asked(connection), {}, HOUR)
    await Sweeping(store, HOUR).sweep()
    async with store.transaction() as connection:
        left = await connection.execute(select(LLM_ANSWERS.c.key))
    assert fresh in (keys := set(left.scalars()))
    assert old not in keys


async def test_an_answer_that_comes_again_takes_the_place_of_the_first(store: Store) -> None:
    key = uuid4().hex
    async with store.transaction() as connection:
        one = await asked(connection)
        await llm.keep(connection, key, one, {"a": 1}, HOUR)
        await llm.keep(connection, key, one, {"a": 2}, HOUR)
        assert await llm.kept(connection, key) == {"a": 2}


async def test_answers_go_with_their_case_and_what_they_cost_stays(store: Store) -> None:
    case, key = uuid4(), uuid4().hex
    one = call(escalation_id=case)
    async with store.transaction() as connection:
        await connection.execute(text(_A_CASE), {"case": case, "number": case.int % 10**15})
        await llm.reserve(connection, one, 10**9)
        await llm.keep(connection, key, one, {"a": 1}, HOUR)
        assert await llm.kept(connection, key) == {"a": 1}
        await connection.execute(text("DELETE FROM escalations WHERE id = :case"), {"case": case})
        assert await llm.kept(connection, key) is None
        assert await llm.tokens_of(connection, case) == 150


async def test_answers_of_one_case_are_forgotten_when_told(store: Store, sarah: Desk) -> None:
    cases = [UUID((await sarah.open_case())["escalation_id"]) for _ in range(2)]
    async with store.transaction() as connection:
        for case in cases:
            one = await asked(connection, escalation_id=case)
            await llm.keep(connection, case.hex, one, {"a": 1}, HOUR)
        await llm.forget(connection, cases[0])
        assert await llm.kept(connection, cases[0].hex) is None
        assert await llm.kept(connection, cases[1].hex) == {"a": 1}


async def test_of_a_case_that_is_not_there_nothing_is_kept(store: Store) -> None:
    key = uuid4().hex
    async with store.transaction() as connection:
        one = await asked(connection, escalation_id=uuid4())
        await llm.keep(connection, key, one, {"a": 1}, HOUR)
        assert await llm.kept(connection, key) is None


async def test_of_a_call_that_is_not_on_record_nothing_is_kept(store: Store) -> None:
    key = uuid4().hex
    async with store.transaction() as connection:
        await llm.keep(connection, key, call(), {"a": 1}, HOUR)
        assert await llm.kept(connection, key) is None


async def described(store: Store, sarah: Desk) -> tuple[UUID, UUID]:
    """A case, and the content that its description is."""
    opened = await sarah.open_case(title="Heating", description=f"Cold {uuid4().hex}")
    await sarah.case(opened["number"], at=opened["version"])
    case = UUID(opened["escalation_id"])
    found_by = text("SELECT (state->>'description_id')::uuid FROM escalations WHERE id = :case")
    async with store.transaction() as connection:
        return case, (await connection.execute(found_by, {"case": case})).scalar_one()


ERASE = text("DELETE FROM contents WHERE id = :id")


async def test_an_answer_that_arrives_after_the_erasure_is_not_kept_and_what_it_cost_is(
    store: Store, sarah: Desk
) -> None:
    case, description = await described(store, sarah)
    other, _ = await described(store, sarah)
    async with store.transaction() as connection:
        one = await asked(connection, escalation_id=case)
        beside = await asked(connection, escalation_id=other)
    async with store.transaction() as connection:
        await connection.execute(ERASE, {"id": description})
    async with store.transaction() as connection:
        await llm.settle(connection, one.model_copy(update={"outcome": LlmOutcome.ANSWERED}))
        await llm.keep(connection, case.hex, one, {"a": "Cold"}, HOUR)
        await llm.keep(connection, other.hex, beside, {"a": 1}, HOUR)
        assert await llm.kept(connection, case.hex) is None
        assert await llm.kept(connection, other.hex) == {"a": 1}
        assert await llm.tokens_of(connection, case) == 150
        later = await asked(connection, escalation_id=case)
        await llm.keep(connection, case.hex, later, {"a": "asked without it"}, HOUR)
        assert await llm.kept(connection, case.hex) == {"a": "asked without it"}


@pytest.mark.parametrize("first", ["the answer", "the erasure"])
async def test_whoever_is_first_of_an_answer_and_an_erasure_nothing_is_left(
    store: Store, sarah: Desk, first: str
) -> None:
    case, description = await described(store, sarah)
    async with store.transaction() as connection:
        one = await asked(connection, escalation_id=case)

    async def keep(connection: AsyncConnection) -> None:
        await llm.keep(connection, case.hex, one, {"a": "Cold"}, HOUR)

    async def erase(connection: AsyncConnection) -> None:
        await connection.execute(ERASE, {"id": description})

    deeds = (keep, erase) if first == "the answer" else (erase, keep)

    async def second() -> None:
        async with store.transaction() as connection:
            await deeds[1](connection)

    async with store.transaction() as connection:
        await deeds[0](connection)
        waiting = asyncio.create_task(second())
        await until(lambda: _waits(store))
    await waiting
    async with store.transaction() as connection:
        assert await llm.kept(connection, case.hex) is None


async def _waits(store: Store) -> bool:
    """Whether somebody waits for a lock."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    async with store.single() as connection:
        return bool((await connection.execute(text(asked))).scalar_one())


async def test_calls_of_half_a_year_ago_are_swept(store: Store) -> None:
    async with store.transaction() as connection:
        ids = [(await asked(connection)).id for _ in range(2)]
        ago = func.now() - llm.CALLS_KEPT - timedelta(minutes=1)
        await connection.execute(update(LLM_CALLS).where(LLM_CALLS.c.id == ids[0]).values(at=ago))
    await Sweeping(store, HOUR).sweep()
    async with store.transaction() as connection:
        left = await connection.execute(select(LLM_CALLS.c.id).where(LLM_CALLS.c.id.in_(ids)))
        assert list(left.scalars()) == ids[1:]


async def test_drafts_and_wishes_go_when_nobody_is_shown_them_and_the_rest_after_a_day(
    store: Store, sarah: Desk
) -> None:
    case, _ = await described(store, sarah)
    minutes = {"fresh": (5, 5), "shown": (70, 59), "over": (62, 61), "lost": (80, None)}
    minutes |= {"yesterday": (1441, 1440), "today": (1439, 1438)}
    ids = {name: new_id() for name in minutes}
    async with store.transaction() as connection:
        for name, (began, ended) in minutes.items():
            given = AssistAsked(
                id=ids[name], escalation_id=case, task=PromptTask.RESPONSE,
                facts_hash="0" * 64, context="Say sorry",
            )  # fmt: skip
            await assists.ask(connection, given)
            row = update(ASSISTS).where(ASSISTS.c.id == ids[name])
            at = {"asked_at": func.now() - timedelta(minutes=began)}
            if ended is not None:
                await assists.end(connection, ids[name], AssistDone(draft={"text": "Sorry"}))
                at["ended_at"] = func.now() - timedelta(minutes=ended)
            await connection.execute(row.values(**at))
    assert await Sweeping(store, HOUR).sweep() >= 4
    async with store.transaction() as connection:
        found = {name: await assists.get(connection, one) for name, one in ids.items()}
    assert {name for name, one in found.items() if one is None} == {"yesterday"}
    kept = {name for name, one in found.items() if one and one.draft}
    assert kept == {"fresh", "shown"}
    assert {name for name, one in found.items() if one and one.context} == kept
    assert (over := found["over"])
    assert over.ended_at is not None, "that somebody asked is still counted"


async def test_a_worker_sweeps_without_being_asked_and_whatever_happens(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, real, times = uuid4().hex, llm.forget_old, []

    async def odd(connection: AsyncConnection, limit: int) -> int:
        times.append(limit)
        if len(times) == 1:
            raise RuntimeError("words of a customer")
        if len(times) == 2:
            raise StoreUnavailable("away")
        return await real(connection, limit)

    monkeypatch.setattr(llm, "forget_old", odd)
    async with store.transaction() as connection:
        await llm.keep(connection, key, await asked(connection), {}, -HOUR)

    async def is_gone() -> bool:
        async with store.single() as connection:
            left = select(func.count()).where(LLM_ANSWERS.c.key == key)
            return (await connection.execute(left)).scalar_one() == 0

    with capture_logs() as logs:
        async with for_good(sweeping(store, settings).sweep_for_good(pause=0.001)):
            await until(is_gone)
    assert [one.get("error") for one in logs if one["event"] == "not_swept"][:2] == [
        "RuntimeError",
        None,
    ]
    assert "words of a customer" not in str(logs)


def test_every_worker_sweeps_and_keeps_similar_cases_beside_its_work(
    client: Client, store: Store, settings: Settings
) -> None:
    made = loops(client, store, settings)
    names = {str(one).split()[2] for one in made}
    for one in made:
        one.close()
    assert names == {
        "keep_schedule_for_good",
        "_remember_cases",
        "Sweeping.sweep_for_good",
    }


def test_drafts_are_shown_for_a_minute_at_least(store: Store, settings: Settings) -> None:
    def keep(seconds: int) -> timedelta:
        return sweeping(store, settings.model_copy(update={"llm_keep_answers": seconds})).keep

    assert [keep(0), keep(3600)] == [timedelta(minutes=1), HOUR]
