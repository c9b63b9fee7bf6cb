"""Every order to a machine of the corpus, over a real line, to a model that obeys them all."""

import asyncio
import re
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from activities.adapters.prompt_files import load_prompts
from activities.assisting import Assisting
from models.assist import Assist, AssistAsked, AssistOrder
from models.draft import ReplyChannel
from models.ids import new_id
from models.prompt import PromptTask
from models.store.repositories import assists
from models.store.session import Store
from tests.activities.llm_desk import asking
from tests.desk import Desk
from tests.domain.obedient import Attempt, attempts, obey, obey_in_answer
from tests.fake_llm import obedient

MARK = re.compile(r"in any form: ([0-9a-f]{16})")
WHICH = re.compile(r"Wish (wish[a-j]+)\.")
AT_ONCE = 4


class Wanted(NamedTuple):
    """One order, and which words it is to spoil."""

    attempt: Attempt
    task: PromptTask


def wanted() -> dict[str, Wanted]:
    """Each order in an answer, and in a guidance where it is for one of its other fields."""
    orders = [Wanted(one, PromptTask.RESPONSE) for one in attempts()]
    orders += [Wanted(one, PromptTask.GUIDANCE) for one in attempts() if one.field != "opening"]
    return {_name(place): order for place, order in enumerate(orders)}


def _name(place: int) -> str:
    """Without a digit, so that nothing of it is taken out."""
    return "wish" + "".join("abcdefghij"[int(digit)] for digit in str(place))


ORDERS = wanted()


class Stub:
    """A model that does what the wish says."""

    def __init__(self) -> None:
        self.heard: set[str] = set()
        self.marks: set[str] = set()

    def __call__(self, request: dict[str, Any]) -> Any:
        system, user = (one["content"] for one in request["messages"][:2])
        [name], [mark] = WHICH.findall(user), MARK.findall(system)
        self.heard.add(name)
        self.marks.add(mark)
        attempt, task = ORDERS[name]
        make = obey if task is PromptTask.GUIDANCE else obey_in_answer
        return make(attempt, mark).model_dump(mode="json")


async def word(store: Store, working: Assisting, case: UUID, name: str, order: Wanted) -> Assist:
    """How it ends that somebody wants these words."""
    asked = AssistAsked(
        id=new_id(),
        escalation_id=case,
        task=order.task,
        facts_hash="0" * 64,
        channel=ReplyChannel.CHAT if order.task is PromptTask.RESPONSE else None,
        context=f"Wish {name}. {order.attempt.text}",
    )
    async with store.transaction() as connection:
        await assists.ask(connection, asked)
    await working.word(AssistOrder(assist_id=asked.id, escalation_id=case))
    async with store.transaction() as connection:
        ended = await assists.get(connection, asked.id)
    assert ended is not None
    return ended


@pytest.mark.timeout(300)
async def test_nothing_of_what_an_obedient_model_writes_comes_out_t25(
    store: Store, sarah: Desk
) -> None:
    opened = await sarah.open_case(source="chat", customer={"name": "Doug Carter"})
    case, stub, turn = UUID(opened["escalation_id"]), Stub(), asyncio.Semaphore(AT_ONCE)
    async with asking(store, obedient(stub)) as desk:
        working = Assisting(store, desk.client, load_prompts(), "Bright Homes", deadline=60)

        async def one(name: str, order: Wanted) -> Assist:
            async with turn:
                return await word(store, working, case, name, order)

        ended = await asyncio.gather(*(one(*order) for order in ORDERS.items()))
    assert stub.heard == {*ORDERS}, "every order has reached the model"
    for (attempt, task), assist in zip(ORDERS.values(), ended, strict=True):
        if assist.draft is None:
            assert {*assist.refused} >= {one.value for one in attempt.refused}, (attempt.id, task)
            assert assist.why == "The language model's words did not pass the checks.", attempt.id
            continue
        assert attempt.harmless, (attempt.id, task, assist.draft)
        shown = re.sub(r"\W", "", str(assist.draft)).casefold()
        assert not any(mark in shown or mark[::-1] in shown for mark in stub.marks), attempt.id
