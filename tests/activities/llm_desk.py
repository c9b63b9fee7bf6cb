"""A fake endpoint, a client that asks it, and how an ask ends: for the tests of both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from pydantic import JsonValue, SecretStr

from activities.adapters.llm.client import LlmClient
from activities.ports import NoAnswer
from models.llm import Answered, Ask, LlmSetup, LlmTrouble
from models.store.session import Store
from tests.fake_llm import FakeLlm, Script, fake_llm

KEY = "sk-canary-91c4"
SHAPE: dict[str, JsonValue] = {
    "type": "object",
    "properties": {
        "mood": {"type": "string", "enum": ["calm", "furious"]},
        "score": {"type": "integer", "minimum": -100, "maximum": 100},
    },
    "required": ["mood", "score"],
    "additionalProperties": False,
}
FITS: dict[str, JsonValue] = {"mood": "furious", "score": -80}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class Desk:
    """Somebody who asks."""

    def __init__(self, endpoint: FakeLlm, store: Store, model: str, **changes: Any) -> None:
        self.endpoint, self.clock, self.model = endpoint, Clock(), model
        given: dict[str, Any] = {"deadline": 20, "tokens_per_day": 10**9, "keep_answers": 0}
        self.setup = LlmSetup(
            base_url=endpoint.url, model=model, **{**given, "api_key": SecretStr(KEY), **changes}
        )
        self.client = LlmClient(self.setup, store, self.clock)

    async def ask(self, **changes: Any) -> Answered:
        """One question, like no other before."""
        return await self.client.ask(question(**changes))

    async def trouble(self, **changes: Any) -> LlmTrouble:
        """Why there was no answer; it must be that there was none."""
        try:
            told = await self.ask(**changes)
        except NoAnswer as none:
            return none.trouble
        raise AssertionError(f"there was an answer: {told}")

    async def troubles(self, count: int) -> list[LlmTrouble]:
        """The same several times, one after the other."""
        return [await self.trouble() for _ in range(count)]


def question(**changes: Any) -> Ask:
    """A question; its text is new unless it is given."""
    given = {
        "task": "mood",
        "prompt_version": "1",
        "system": "Read the mood.",
        "user": f"I am cancelling. {uuid4()}",
        "schema_name": "mood",
        "json_schema": SHAPE,
        "max_tokens": 50,
        **changes,
    }
    return Ask(**given)


@asynccontextmanager
async def asking(store: Store, script: Script, **changes: Any) -> AsyncIterator[Desk]:
    """A desk before a fake endpoint. Its model's name is new, so that its rows can be found."""
    async with fake_llm(script) as endpoint:
        desk = Desk(endpoint, store, f"model-{uuid4().hex[:8]}", **changes)
        try:
            yield desk
        finally:
            await desk.client.close()
