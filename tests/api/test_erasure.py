"""Words that are erased while a language model is asked about them: nothing of them is left."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from temporalio.client import Client

from activities.adapters.llm.budget import Budget
from api.parts import Parts
from config.settings import Settings
from models.llm import Ask, LlmCall
from models.store.repositories import llm
from models.store.session import Store
from models.store.tables.assist import ASSISTS
from models.store.tables.llm import LLM_ANSWERS
from tests.api.assisted import Ground, assisted
from tests.conftest import Colleague
from tests.desk import Desk
from tests.fake_llm import Line, Request, saying
from tests.polling import until

WORDS = {
    "summary": "The customer waits for help.",
    "reason": "A call shows that we care.",
    "opening": "Hello, I am calling to say sorry. I want to help you now.",
    "key_points": ["Listen first.", "Say sorry once."],
    "closing": "Thank you for your time.",
}


async def opened(desk: Desk) -> tuple[str, UUID]:
    """A case with a description."""
    told = await desk.open_case(description=f"Nobody came. {uuid4().hex}", source="chat")
    await desk.case(told["number"], at=told["version"])
    return told["number"], UUID(told["escalation_id"])


async def erase(store: Store, case: UUID) -> None:
    """Erase the description."""
    found = "SELECT (state->>'description_id')::uuid FROM escalations WHERE id = :case"
    gone = text(f"DELETE FROM contents WHERE id = ({found})")
    async with store.transaction() as connection:
        await connection.execute(gone, {"case": case})


async def assists(store: Store, case: UUID) -> int:
    """How many assists of a case are on record."""
    of_case = select(func.count()).where(ASSISTS.c.escalation_id == case)
    async with store.single() as connection:
        return (await connection.execute(of_case)).scalar_one()


async def answers(store: Store, case: UUID) -> Sequence[dict[str, Any]]:
    """What was answered of a case and is kept."""
    of_case = select(LLM_ANSWERS.c.answer).where(LLM_ANSWERS.c.escalation_id == case)
    async with store.single() as connection:
        return (await connection.execute(of_case)).scalars().all()


@pytest.mark.parametrize("when", ["before the call is on record", "while it is under way"])
async def test_words_erased_while_they_are_asked_about_leave_nothing(
    parts: Parts,
    client: Client,
    store: Store,
    settings: Settings,
    colleagues: dict[str, Colleague],
    monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:
    cases: list[UUID] = []
    forgot: list[UUID] = []
    real, forget = Budget.reserve, llm.forget

    async def script(request: Request, line: Line) -> None:
        asked = request["response_format"]["json_schema"]["name"]
        if asked == "guidance" and when == "while it is under way":
            await erase(store, cases[0])
        await saying(WORDS)(request, line)

    async def reserve(self: Budget, ask: Ask) -> LlmCall:
        if ask.task == "guidance" and when != "while it is under way":
            await erase(store, cases[0])
        return await real(self, ask)

    async def noted(connection: Any, case: UUID) -> None:
        await forget(connection, case)
        forgot.append(case)

    monkeypatch.setattr(Budget, "reserve", reserve)
    monkeypatch.setattr(llm, "forget", noted)
    ground = Ground(parts, client, store, settings, colleagues["sarah"].token)
    async with assisted(ground, script) as here:
        number, case = await opened(here.desk)
        cases.append(case)
        told = await here.desk.get(f"/cs/escalations/{number}/ai-guidance", wait="10s")
        assert told["source"] == "playbook"

        async def is_forgotten() -> bool:
            return case in forgot

        await until(is_forgotten)
        assert await assists(store, case) == 0, "no draft, and nobody's wish"
        assert not any("summary" in one for one in await answers(store, case))
