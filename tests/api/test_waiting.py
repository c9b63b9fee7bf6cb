"""Who waits for words: a few for each person, not too many in all, and nobody else has to."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID

import pytest

from api.waiting import MOST_AT_WORK, MOST_BY_PERSON, MOST_IN_ALL, Waiting
from models.ids import new_id
from tests.api.assisted import Ground, assisted
from tests.api.reading import read
from tests.fake_llm import saying, slow

MANY_WAIT = "Many wait for words now. Ask again in some seconds."
WORDS = {"subject": "Your case", "text": "Hello, we are sorry. We want to help you now."}


@contextmanager
def taken(waiting: Waiting, *people: UUID | None) -> Iterator[list[bool]]:
    """A place for each of them, or none."""
    with ExitStack() as stack:
        yield [stack.enter_context(waiting.place(one)) for one in people]


def test_a_person_has_a_few_places_and_all_together_some_more() -> None:
    waiting, person = Waiting(), new_id()
    with taken(waiting, *[person] * (MOST_BY_PERSON + 1), None) as found:
        assert found == [True] * MOST_BY_PERSON + [False, True]
    with taken(waiting, *(new_id() for _ in range(MOST_IN_ALL)), person) as found:
        assert found == [True] * MOST_IN_ALL + [False]
    with taken(waiting, person) as found:
        assert found == [True]


def test_a_place_is_given_back_whatever_happens() -> None:
    waiting, person = Waiting(), new_id()
    for _ in range(3 * MOST_IN_ALL):
        with pytest.raises(asyncio.CancelledError), waiting.place(person):
            raise asyncio.CancelledError
    with taken(waiting, *[person] * MOST_BY_PERSON) as found:
        assert all(found)


async def test_of_two_hundred_at_once_a_few_wait_and_all_have_an_answer(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = at_work = 0
    place = Waiting.place

    def counted(self: Waiting, person: Any) -> Any:
        nonlocal most, at_work
        most = max(most, self._taken.total())
        at_work = max(at_work, MOST_AT_WORK - self.at_work._value)
        return place(self, person)

    monkeypatch.setattr(Waiting, "place", counted)
    async with assisted(ground, slow(60), deadline=12) as here:
        opened = await here.desk.open_case(description="Nobody came.", source="phone")
        number = opened["number"]
        await here.desk.case(number, at=opened["version"])
        path = f"/cs/escalations/{number}/ai-generate-response"
        crowd = [here.desk.ask("POST", path, {"channel": "chat"}) for _ in range(150)]
        crowd += [
            here.desk.ask("GET", f"/cs/escalations/{number}/ai-guidance?wait=10s")
            for _ in range(50)
        ]
        answers = await asyncio.gather(*crowd, here.desk.ask("GET", "/cs/queue"))
        assert [one.status_code for one in answers if one.status_code != 200] == []
        told = [one.json() for one in answers[:-1]]
        turned_away = [one for one in told if one["why_not_llm"] == MANY_WAIT]
        assert {one["source"] for one in told} == {"playbook"}
        assert len(turned_away) > 100
        assert 0 < most <= MOST_BY_PERSON
        assert at_work <= MOST_AT_WORK


async def test_who_finds_no_place_sees_the_words_that_are_there(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assisted(ground, saying(WORDS)) as here:
        opened = await here.desk.open_case(description="Nobody came.", source="chat")
        number = opened["number"]
        await read(here.desk, number, at=opened["version"])
        path = f"/cs/escalations/{number}/ai-generate-response"
        monkeypatch.setattr("api.waiting.MOST_BY_PERSON", 0)
        none = await here.desk.post(path, {"channel": "chat"})
        assert (none["source"], none["why_not_llm"]) == ("playbook", MANY_WAIT)
        assert none["text"]
        monkeypatch.undo()
        there = await here.desk.post(path, {"channel": "chat"})
        assert there["source"] == "llm"
        monkeypatch.setattr("api.waiting.MOST_BY_PERSON", 0)
        again = await here.desk.post(path, {"channel": "chat"})
        assert again == there
