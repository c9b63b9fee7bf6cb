"""What a question costs: nothing twice, no more than the day has, few at once."""

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from activities.adapters.llm.client import LlmClient
from activities.adapters.llm.model import NoModel, language_model
from activities.ports import LanguageModel, NoAnswer
from models.llm import LlmOutcome, LlmTrouble
from models.store.repositories import llm
from models.store.session import Store
from models.store.tables.llm import LLM_CALLS
from tests.activities.llm_desk import FITS, Desk, asking, question
from tests.desk import Desk as Agent
from tests.fake_llm import (
    Line,
    Request,
    closing,
    endless_head,
    failing,
    fake_llm,
    huge,
    refusing_schemas,
    saying,
    slow,
    trickle,
)

ROOT = Path(__file__).parents[2]
KEPT = {"keep_answers": 3600}


async def calls(store: Store, desk: Desk) -> list[tuple[str, int]]:
    """Outcome and tokens of each call of this desk's model, in their order."""
    query = select(LLM_CALLS).where(LLM_CALLS.c.model == desk.model).order_by(LLM_CALLS.c.id)
    async with store.transaction() as connection:
        rows = await connection.execute(query)
        return [(row.outcome, row.tokens_in + row.tokens_out) for row in rows]


async def spent(store: Store) -> int:
    """Tokens of today so far, by whomever."""
    async with store.transaction() as connection:
        return await llm.tokens_today(connection)


async def opened(sarah: Agent) -> UUID:
    """A case."""
    return UUID((await sarah.open_case())["escalation_id"])


async def test_a_house_without_a_model_says_so(store: Store) -> None:
    none: LanguageModel = language_model(None, store)
    assert isinstance(none, NoModel)
    with pytest.raises(NoAnswer) as caught:
        await none.ask(question())
    assert caught.value.trouble is LlmTrouble.NOT_SET_UP
    await none.close()


async def test_a_house_with_one_has_a_client(store: Store) -> None:
    async with asking(store, saying(FITS)) as desk:
        made = language_model(desk.setup, store)
        assert isinstance(made, LlmClient)
        assert (await made.ask(question())).told == FITS
        await made.close()


def test_a_house_without_a_model_does_not_pay_for_the_library() -> None:
    code = (
        "import sys; from activities.adapters.llm.model import language_model;"
        "language_model(None, None); sys.exit('openai' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0


async def test_the_same_question_is_asked_once(store: Store) -> None:
    async with asking(store, saying(FITS), **KEPT) as desk:
        first = await desk.ask(user="the same")
        second = await desk.ask(user="the same")
        assert desk.endpoint.calls == 1
        assert (first.told, first.cached) == (FITS, False)
        assert (second.told, second.cached) == (FITS, True)
        assert second.text == first.text
        assert second.tokens_in + second.tokens_out == 0
        assert await calls(store, desk) == [("answered", 50)]


async def test_another_process_finds_the_answer_too(store: Store) -> None:
    async with asking(store, saying(FITS), **KEPT) as desk:
        await desk.ask(user="the same")
        other = Desk(desk.endpoint, store, desk.model, **KEPT)
        assert (await other.ask(user="the same")).cached
        await other.client.close()


@pytest.mark.parametrize(
    "change",
    [
        {"user": "another"},
        {"system": "another"},
        {"prompt_version": "2"},
        {"task": "other"},
        {"max_tokens": 51},
        {"schema_name": "other"},
        {"json_schema": {"type": "object"}},
    ],
    ids=lambda one: next(iter(one)),
)
async def test_another_question_is_asked(store: Store, change: dict[str, object]) -> None:
    async with asking(store, saying(FITS), **KEPT) as desk:
        await desk.ask(user="the same")
        assert not (await desk.ask(**{"user": "the same", **change})).cached
        assert desk.endpoint.calls == 2


async def test_an_answer_belongs_to_one_case_and_goes_when_told(store: Store, sarah: Agent) -> None:
    mine, other = await opened(sarah), await opened(sarah)
    async with asking(store, saying(FITS), **KEPT) as desk:
        for case in (mine, mine, other, other):
            await desk.ask(user="the same", escalation_id=case)
        assert desk.endpoint.calls == 2
        async with store.transaction() as connection:
            await llm.forget(connection, mine)
        assert not (await desk.ask(user="the same", escalation_id=mine)).cached
        assert (await desk.ask(user="the same", escalation_id=other)).cached


async def test_of_a_case_that_is_not_there_nothing_is_kept(store: Store) -> None:
    async with asking(store, saying(FITS), **KEPT) as desk:
        case = uuid4()
        for _ in range(2):
            assert not (await desk.ask(user="the same", escalation_id=case)).cached


async def test_trouble_is_not_kept(store: Store) -> None:
    async with asking(store, failing(500), **KEPT) as desk:
        assert await desk.trouble(user="the same") is LlmTrouble.FAILED
        desk.endpoint.script = saying(FITS)
        assert not (await desk.ask(user="the same")).cached


async def test_what_was_answered_before_is_given_while_the_endpoint_rests(store: Store) -> None:
    async with asking(store, saying(FITS), **KEPT) as desk:
        await desk.ask(user="the same")
        desk.endpoint.script = failing(429, "Retry-After: 600")
        assert await desk.troubles(2) == [LlmTrouble.RATE_LIMITED, LlmTrouble.BREAKER_OPEN]
        assert (await desk.ask(user="the same")).cached


async def test_the_record_says_what_a_case_cost(store: Store) -> None:
    case = uuid4()
    async with asking(store, saying(FITS)) as desk:
        await desk.ask(escalation_id=case)
        desk.endpoint.script = failing(500)
        await desk.trouble(escalation_id=case)
        async with store.transaction() as connection:
            of_case = select(LLM_CALLS).where(LLM_CALLS.c.escalation_id == case)
            found = (await connection.execute(of_case.order_by(LLM_CALLS.c.id.desc()))).all()
            assert await llm.tokens_of(connection, case) == 50
    assert [one.outcome for one in found] == [LlmOutcome.FAILED, LlmOutcome.ANSWERED]
    assert [bool(one.answer_hash) for one in found] == [False, True]
    assert {len(one.prompt_hash) for one in found} == {64}


async def test_an_endpoint_that_answered_nothing_cost_nothing_and_silence_costs_all(
    store: Store,
) -> None:
    async with asking(store, failing(500)) as desk:
        await desk.trouble()
        assert await calls(store, desk) == [("failed", 0)]
    async with asking(store, trickle, deadline=2) as desk:
        assert await desk.trouble() is LlmTrouble.TIMEOUT
        [(outcome, tokens)] = await calls(store, desk)
        assert outcome == "timeout"
        assert tokens > 50


@pytest.mark.usefixtures("one_day")
async def test_when_the_day_s_tokens_are_spent_nothing_is_asked(store: Store) -> None:
    room = await spent(store) + 1000
    script = saying(FITS, usage={"prompt_tokens": 800, "completion_tokens": 100})
    async with asking(store, script, tokens_per_day=room) as desk:
        await desk.ask()
        assert await desk.trouble() is LlmTrouble.BUDGET_SPENT
        assert desk.endpoint.calls == 1
        yesterday = update(LLM_CALLS).where(LLM_CALLS.c.model == desk.model)
        async with store.transaction() as connection:
            long_ago = LLM_CALLS.c.at - timedelta(days=1)
            await connection.execute(yesterday.values(at=long_ago))
        assert (await desk.ask()).told == FITS


@pytest.mark.usefixtures("one_day")
async def test_what_nobody_waits_for_leaves_half_of_the_day_to_those_who_do(store: Store) -> None:
    before = await spent(store)
    script = saying(FITS, usage={"prompt_tokens": 400, "completion_tokens": 100})
    async with asking(store, script, tokens_per_day=2 * before + 2000) as desk:
        await desk.ask(unasked=True)
        await desk.ask()
        await desk.ask()
        assert await spent(store) >= before + 1500
        assert await desk.trouble(unasked=True) is LlmTrouble.BUDGET_SPENT
        assert (await desk.ask()).told == FITS
        assert desk.endpoint.calls == 4


@pytest.mark.usefixtures("one_day")
async def test_two_processes_together_spend_no_more_than_one_day_has(store: Store) -> None:
    room = await spent(store) + 1000
    usage = {"prompt_tokens": 150, "completion_tokens": 50}
    script = slow(0.1, saying(FITS, usage=usage))
    async with asking(store, script, tokens_per_day=room, at_once=10) as desk:
        other = Desk(desk.endpoint, store, desk.model, tokens_per_day=room, at_once=10)
        many = [one.ask() for _ in range(20) for one in (desk, other)]
        ended = await asyncio.gather(*many, return_exceptions=True)
        await other.client.close()
        troubles = {one.trouble for one in ended if isinstance(one, NoAnswer)}
        answered = sum(not isinstance(one, BaseException) for one in ended)
        assert troubles == {LlmTrouble.BUDGET_SPENT}
        assert 1 <= answered <= 5
        assert desk.endpoint.calls == answered
        assert await spent(store) <= room


async def test_no_more_are_under_way_than_may_be_and_who_waits_too_long_is_told(
    store: Store,
) -> None:
    async with asking(store, slow(0.05, saying(FITS)), at_once=2) as desk:
        await asyncio.gather(*(desk.ask() for _ in range(6)))
        assert desk.endpoint.most_at_once == 2
    async with asking(store, slow(60), at_once=1, deadline=2) as desk:
        both = await asyncio.gather(desk.trouble(), desk.trouble())
        assert sorted(both) == [LlmTrouble.BUSY, LlmTrouble.TIMEOUT]
        assert desk.endpoint.calls == 1


async def test_a_question_that_is_called_off_leaves_its_place_and_its_tokens(store: Store) -> None:
    async with asking(store, slow(60), at_once=1) as desk:
        asked = asyncio.create_task(desk.ask())
        while not desk.endpoint.asked:  # noqa: ASYNC110 (the server has no event for it)
            await asyncio.sleep(0.01)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        desk.endpoint.script = saying(FITS)
        assert (await desk.ask()).told == FITS
        [(outcome, tokens), _] = await calls(store, desk)
        assert outcome == "asking"
        assert tokens > 50


@pytest.mark.parametrize("keep", [0, 3600])
async def test_without_the_database_nobody_knows_the_budget_and_nothing_is_asked(
    store: Store, keep: int
) -> None:
    async with fake_llm(saying(FITS)) as endpoint:
        away = Store("postgresql://nobody@127.0.0.1:9/none")
        desk = Desk(endpoint, away, "away", keep_answers=keep)
        assert await desk.trouble() is LlmTrouble.BUDGET_UNKNOWN
        assert endpoint.calls == 0
        await desk.client.close()
        await away.close()


@pytest.mark.parametrize("status", [400, 422, 500])
@pytest.mark.parametrize("knows_objects", [False, True])
async def test_an_endpoint_that_knows_no_schema_is_asked_in_another_way_from_then_on(
    store: Store, knows_objects: bool, status: int
) -> None:
    script = refusing_schemas(saying(FITS), knows_objects=knows_objects, status=status)
    async with asking(store, script) as desk:
        assert (await desk.ask()).told == FITS
        before = desk.endpoint.calls
        assert (await desk.ask()).told == FITS
        assert desk.endpoint.calls == before + 1, "it is remembered"
        asked = desk.endpoint.asked[-1]
        assert asked.get("response_format") == ({"type": "json_object"} if knows_objects else None)
        assert '"furious"' in asked["messages"][0]["content"], "the schema is told in words"


async def test_a_schema_is_not_blamed_for_what_another_has(store: Store) -> None:
    script = refusing_schemas(saying(FITS))
    async with asking(store, script) as desk:
        await desk.ask()
        desk.endpoint.script = saying(FITS)
        await desk.ask(schema_name="other")
        assert desk.endpoint.asked[-1]["response_format"]["type"] == "json_schema"


async def test_an_endpoint_with_newer_words_is_asked_in_them(store: Store) -> None:
    async def script(request: Request, line: Line) -> None:
        old = "max_tokens" in request
        words = "Use 'max_completion_tokens' instead."
        await (failing(400, words=words) if old else saying(FITS))(request, line)

    async with asking(store, script) as desk:
        assert (await desk.ask()).told == FITS
        assert desk.endpoint.calls == 2
        asked = desk.endpoint.asked[-1]
        assert asked["max_completion_tokens"] == 50
        assert "temperature" not in asked


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"mood": "furious", "score": -80}\n```',
        'Here it is: {"mood": "furious", "score": -80} I hope it helps.',
        '<think>{"mood"?</think>\n{"score": -80, "mood": "furious"}',
        ' \n{"mood":"furious","score":-80}\n',
    ],
)
async def test_an_object_within_a_text_is_found(store: Store, text: str) -> None:
    async with asking(store, saying(text)) as desk:
        assert (await desk.ask()).told == FITS


async def test_a_prompt_with_what_is_no_text_is_sent_without_it(store: Store) -> None:
    async with asking(store, saying(FITS)) as desk:
        await desk.ask(user="a\x00b\ud800c")
        assert desk.endpoint.asked[-1]["messages"][1]["content"] == "a\ufffdb\ufffdc"


async def test_one_place_is_enough_whatever_happened_on_it_before(store: Store) -> None:
    async with asking(store, saying(FITS), at_once=1, deadline=2) as desk:
        for script in (slow(60), huge, trickle, closing, endless_head, failing(500)):
            desk.endpoint.script = script
            assert await desk.trouble()
            desk.endpoint.script = saying(FITS)
            for _ in range(2):
                assert (await desk.ask()).told == FITS
