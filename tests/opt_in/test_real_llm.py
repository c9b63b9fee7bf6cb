"""A client that asks a real server: the answer has the shape, or there is a reason why not."""

import time
from typing import Any

from pydantic import JsonValue

from activities.adapters.llm.client import LlmClient
from activities.adapters.llm.manner import Form
from activities.ports import NoAnswer
from domain.answer_shape import misfit
from models.llm import LlmSetup, LlmTrouble
from models.store.session import Store
from tests.activities.llm_desk import SHAPE, question
from tests.opt_in.small_model import WANTED

pytestmark = WANTED

PLAN: dict[str, JsonValue] = {
    "type": "object",
    "properties": {
        "mood": {"type": "string", "enum": ["calm", "annoyed", "furious"]},
        "score": {"type": "integer", "minimum": -100, "maximum": 100},
        "summary": {"type": "string", "maxLength": 120},
        "steps": {
            "type": "array",
            "items": {"type": "string", "maxLength": 60},
            "minItems": 1,
            "maxItems": 3,
        },
    },
    "required": ["mood", "score", "summary", "steps"],
    "additionalProperties": False,
}


async def asked(url: str, store: Store, deadline: float = 60, **changes: Any) -> Any:
    """One question to the real server; the answer, or why there is none."""
    setup = LlmSetup(base_url=url, model="small", deadline=deadline, keep_answers=0)
    client = LlmClient(setup, store)
    try:
        return await client.ask(question(**changes))
    except NoAnswer as none:
        return none.trouble
    finally:
        await client.close()


async def test_a_real_model_answers_in_the_shape(url: str, store: Store) -> None:
    for shape in (SHAPE, PLAN):
        found = await asked(url, store, json_schema=shape, max_tokens=400)
        assert misfit(found.told, shape) is None, found
        assert found.tokens_in > 0
        assert found.tokens_out > 0
        print(found.told, found.tokens_in, found.tokens_out, f"{found.latency_ms} ms")


async def test_a_real_model_that_is_too_slow_is_left(url: str, store: Store) -> None:
    began = time.monotonic()
    found = await asked(url, store, 1, json_schema=PLAN, max_tokens=400)
    assert found is LlmTrouble.TIMEOUT
    assert time.monotonic() - began < 20


async def test_a_real_model_s_answer_may_be_cut_short(url: str, store: Store) -> None:
    assert await asked(url, store, json_schema=PLAN, max_tokens=5) is LlmTrouble.CUT_SHORT


async def test_a_real_server_that_cannot_read_a_schema_is_asked_another_way(
    url: str, store: Store
) -> None:
    odd = {"mood": {"type": "string", "pattern": "no anchors"}}
    shape: dict[str, Any] = {"type": "object", "properties": odd, "required": ["mood"]}
    client = LlmClient(LlmSetup(base_url=url, model="small", deadline=60), store)
    try:
        found: Any = await client.ask(question(json_schema=shape, max_tokens=60))
    except NoAnswer as none:
        found = none.trouble
    await client.close()
    assert client._wire._manner.form("mood") is Form.OBJECT
    assert found is not LlmTrouble.FAILED
