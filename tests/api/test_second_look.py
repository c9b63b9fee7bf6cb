"""A language model reads a customer's words, too. Ours is there first, whatever it does."""

import asyncio
from typing import Any

from tests.api.assisted import Ground, assisted
from tests.api.reading import read
from tests.fake_llm import saying, slow
from tests.polling import until

UPSET = "I am not happy. This is the second time that nobody came."


async def test_a_model_that_never_answers_keeps_nobodys_mood_and_nobodys_place(
    ground: Ground,
) -> None:
    async with assisted(ground, slow(60)) as here:
        many = [here.desk.open_case(source="chat", description=UPSET) for _ in range(12)]
        opened = await asyncio.gather(*many)
        seen = [await read(here.desk, one["number"]) for one in opened]
        assert {one["ai"]["sentiment"]["source"] for one in seen} == {"model"}
        assert here.endpoint.calls <= 1


async def test_what_it_reads_counts_once_it_is_there_and_says_whose_it_is(ground: Ground) -> None:
    async with assisted(ground, saying({"score": -62})) as here:
        opened = await here.desk.open_case(source="chat", description=UPSET)

        async def read_twice() -> Any:
            seen = (await here.desk.case(opened["number"]))["ai"]
            return seen if (seen["sentiment"] or {}).get("source") == "llm" else None

        seen = await until(read_twice)
        assert seen["sentiment"]["version"] == "sentiment@1"
        assert seen["sentiment"]["p_negative_source"] == "model"
        assert seen["mood"]["points"] == [seen["sentiment"]["score"]]
        told = await here.desk.timeline(opened["number"])
        own, second = (one["at"] for one in told if one["fact"] == "message_read")
        by_model = {"source": "llm", "version": "sentiment@1", "at": second}
        assert {name: seen["sentiment"][name] for name in by_model} == by_model
        assert seen["mood"]["told_by"] == by_model
        risk = seen["churn_risk_told_by"]
        assert (risk["source"], risk["at"]) == ("model", own)
        assert risk["version"] != "sentiment@1"
