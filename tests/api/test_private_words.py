"""The names of our own people stay in the house, whoever has the case now."""

import json

from tests.api.assisted import Ground, assisted
from tests.desk import Desk
from tests.fake_llm import saying
from tests.polling import until

WORDS = {
    "summary": "The customer waits for help. They may leave us.",
    "reason": "A call shows that we care.",
    "opening": "Hello, I am calling to say sorry. I want to help you now.",
    "key_points": ["Listen first.", "Say sorry once."],
    "closing": "Thank you for your time.",
}
SAID = "Nobody came. SARAH LIND said so, Marcus was rude, and Mrs Nair never called."


async def test_a_former_agents_name_leaves_neither_with_guidance_nor_with_a_reading(
    ground: Ground, priya: Desk
) -> None:
    async with assisted(ground, saying(WORDS)) as here:
        opened = await here.desk.open_case(description=SAID, source="chat")
        path = f"/cs/escalations/{opened['number']}"
        for heir in ("sarah@demo.test", "marcus@demo.test"):
            done = await priya.post(f"{path}/assignment", {"assignee": heir})
        await here.desk.case(opened["number"], at=done["version"])

        async def asked() -> list[str] | None:
            await here.desk.get(f"{path}/ai-guidance", wait="5s")
            told = [json.dumps(one) for one in here.endpoint.asked]
            schemas = ("GuidanceDraft", "SentimentDraft")
            both = all(any(schema in one for one in told) for schema in schemas)
            return told if both else None

        for told in await until(asked):
            assert "was rude" in told
            for name in ("sarah", "lind", "marcus", "nair"):
                assert name not in told.casefold(), name
