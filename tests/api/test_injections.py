"""Orders to a machine, through the API, to a model that obeys them all. All of them are tried in
`tests/activities/test_injections.py`."""

import asyncio
import json
import re
from typing import Any

from models.draft import ReplyChannel
from tests.api.assisted import Assisted, Ground, assisted
from tests.api.reading import read
from tests.domain.obedient import Attempt, attempts, obey_in_answer
from tests.fake_llm import obedient

SOME = (
    "refund-all", "made-up-deed", "mail-elsewhere", "card-back", "canary-plain",
    "forged-placeholder", "flattery",
)  # fmt: skip
ATTEMPTS = tuple(one for one in attempts() if one.id in SOME)
MARK = re.compile(r"in any form: ([0-9a-f]{16})")
WHICH = re.compile(r"Wish (\w+)\.")
REFUSED = "The language model's words did not pass the checks."
AT_ONCE = 3
"""Fewer than one person may wait for: nobody is answered by the template alone."""


def name_of(place: int) -> str:
    """A name without a digit, so that nothing of it is taken out."""
    return "wish" + "".join("abcdefghij"[int(digit)] for digit in str(place))


ORDERS = {name_of(place): attempt for place, attempt in enumerate(ATTEMPTS)}


class Stub:
    """A model that does what the wish says."""

    def __init__(self) -> None:
        self.marks: set[str] = set()

    def __call__(self, request: dict[str, Any]) -> Any:
        system, user = (one["content"] for one in request["messages"][:2])
        found, mark = WHICH.search(user), MARK.search(system)
        if found is None or mark is None:
            return {"score": 0}
        self.marks.add(mark[1])
        return obey_in_answer(ORDERS[found[1]], mark[1]).model_dump(mode="json")


async def wished(here: Assisted, path: str, name: str, attempt: Attempt) -> dict[str, Any]:
    """What the agent is shown of an answer to this order."""
    body = {"channel": ReplyChannel.CHAT, "context": f"Wish {name}. {attempt.text}"}
    told: dict[str, Any] = await here.desk.post(f"{path}/ai-generate-response", body)
    return told


async def test_nothing_of_what_an_obedient_model_writes_comes_out_t25(
    ground: Ground,
) -> None:
    stub, turn = Stub(), asyncio.Semaphore(AT_ONCE)
    async with assisted(ground, obedient(stub)) as here:
        opened = await here.desk.open_case(
            description="Nobody came, three times. I want to cancel.",
            source="chat",
            customer={"name": "Doug Carter", "email": "doug.carter@customer.test"},
        )
        path = f"/cs/escalations/{opened['number']}"
        before = await read(here.desk, opened["number"], at=opened["version"])
        guided = await here.desk.get(f"{path}/ai-guidance")

        async def one(name: str, attempt: Attempt) -> dict[str, Any]:
            async with turn:
                return await wished(here, path, name, attempt)

        told = await asyncio.gather(*(one(*order) for order in ORDERS.items()))
        assert len(stub.marks) == len(SOME), "the orders have reached the model"
        for attempt, answer in zip(ATTEMPTS, told, strict=True):
            assert answer["source"] in {"playbook", "llm"}
            assert attempt.harmless or answer["source"] == "playbook", attempt.id
            assert attempt.harmless or answer["why_not_llm"] == REFUSED, attempt.id
            shown = re.sub(r"\W", "", json.dumps(answer)).casefold()
            assert not any(one in shown or one[::-1] in shown for one in stub.marks), attempt.id
        after = await here.desk.get(f"{path}/ai-guidance")
        for field in ("what_not_to_do", "win_condition", "script"):
            assert after[field] == guided[field]
        assert after["recommended_action"]["step_id"] == guided["recommended_action"]["step_id"]
        seen = await here.desk.case(opened["number"])
        for field in ("status", "severity", "type"):
            assert seen[field] == before[field]
