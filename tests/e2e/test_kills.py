"""`kill -9` of any process between any two things that an agent does changes nothing."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from models.event import Event, Resumed
from models.store.repositories import events
from models.store.session import Store
from supervisor.stack import Stack
from tests.e2e.insist import Caller
from tests.polling import until as until_it
from upkeep import team
from upkeep.rebuild import rebuild

OPENING = {
    "customer": {"name": "Doug Carter", "email": "doug@customer.test"},
    "title": "Three missed visits",
    "type": "cancel_threat",
    "severity": "high",
}
VICTIMS = ("worker", "api", "temporal", "postgres")


async def test_a_case_is_rescued_while_everything_is_killed_in_turn_trap_57(
    house: Stack, token: str
) -> None:
    sarah = Caller(house.api_url, token)
    answer = await sarah.insist("/cs/escalations", OPENING, "kills-open")
    for turn in range(5):
        victim = VICTIMS[turn % len(VICTIMS)]
        await house.kill(victim)
        reviving = asyncio.create_task(house.start(victim))
        answer = await _work(sarah, answer, f"kills-{turn}")
        await reviving
    assert answer["snapshot"]["status"] == "resolved"
    seen = await sarah.written(answer)
    assert sum(step["status"] == "waiting" for step in seen["steps"]) == 2
    told = await _events(house, answer["escalation_id"])
    assert [one.seq for one in told] == list(range(1, len(told) + 1))
    ended = [one.fact.run for one in told if one.fact.fact == "step_ended"]
    assert len(ended) == len(set(ended)) == 5
    store = Store(house.database_url, pool=1)
    assert (await rebuild(store, write=False)).differences == ()
    await store.close()


async def test_a_wait_goes_on_although_worker_and_server_were_killed_in_it_trap_28(
    house: Stack, token: str
) -> None:
    sarah = Caller(house.api_url, token)
    marcus = Caller(house.api_url, await _token_of(house, "marcus@demo.test"))
    opened = await sarah.insist("/cs/escalations", OPENING, "wait-open")
    until = datetime.now(UTC) + timedelta(seconds=20)
    pause = {"reason": "A part comes", "until": until.isoformat()}
    held = await marcus.insist(f"/cs/escalations/{opened['number']}/pauses", pause, "wait-pause")
    assert held["snapshot"]["status"] == "paused"
    await sarah.written(held)
    for victim in ("worker", "temporal"):
        await house.kill(victim)
    for victim in ("temporal", "worker"):
        await house.start(victim)

    async def went_on() -> list[Event] | None:
        told = await _events(house, opened["escalation_id"])
        return [one for one in told if one.fact.fact == "resumed"] or None

    assert len(await until_it(went_on, within=80)) == 1
    told = await _events(house, opened["escalation_id"])
    assert [one.fact.fact for one in told].count("resumed") == 1
    (ended,) = [one.fact.ended_at for one in told if isinstance(one.fact, Resumed)]
    assert ended == until, "its clocks get the very time back, whenever the engine came back"


async def test_what_is_asked_while_nobody_works_is_safe_and_done_in_order(
    house: Stack, token: str
) -> None:
    sarah = Caller(house.api_url, token)
    opened = await sarah.insist("/cs/escalations", OPENING, "order-open")
    path = f"/cs/escalations/{opened['number']}/notes"
    await house.kill("worker")
    waiting = [
        asyncio.create_task(sarah._once("POST", path, {"text": f"note {n}"}, f"order-{n}"))
        for n in range(3)
    ]
    answers = await asyncio.gather(*waiting)
    assert {one.status_code for one in answers if one is not None} == {202}
    await house.kill("temporal")
    await house.start("temporal")
    await house.start("worker")
    applied = [await sarah.insist(path, {"text": f"note {n}"}, f"order-{n}") for n in range(3)]
    assert [one["op_id"] for one in applied] == [
        one.json()["op_id"] for one in answers if one is not None
    ]
    for answer in applied:
        await sarah.written(answer)
    told = await _events(house, opened["escalation_id"])
    assert sum(one.fact.fact == "note_added" for one in told) == 3


async def test_with_the_database_away_nothing_is_half_done_and_it_says_so(
    house: Stack, token: str
) -> None:
    sarah = Caller(house.api_url, token)
    opened = await sarah.insist("/cs/escalations", OPENING, "away-open")
    await house.kill("postgres")
    path = f"/cs/escalations/{opened['number']}/notes"
    refused = await sarah._once("POST", path, {"text": "now"}, "away-1")
    assert refused is not None
    assert refused.status_code == 503
    assert refused.headers["retry-after"]
    assert refused.json()["code"] == "store-unavailable"
    await house.start("postgres")
    await sarah.written(await sarah.insist(path, {"text": "now"}, "away-1"))
    told = await _events(house, opened["escalation_id"])
    assert sum(one.fact.fact == "note_added" for one in told) == 1


async def _work(sarah: Caller, answer: dict[str, Any], key: str) -> dict[str, Any]:
    number, step = answer["number"], answer["snapshot"]["step"]["id"]
    seen = await sarah.written(answer)
    card = next(one for one in seen["steps"] if one["id"] == step)
    fields = {one["id"]: "written down" for one in card["fields"] if one["required"]}
    body = {"outcome": card["outcomes"][0]["id"], "fields": fields}
    return await sarah.insist(f"/cs/escalations/{number}/steps/{step}/completion", body, key)


async def _token_of(house: Stack, email: str) -> str:
    store = Store(house.database_url, pool=1)
    made = await team.new_token(store, email)
    await store.close()
    return made


async def _events(house: Stack, case: str) -> tuple[Event, ...]:
    store = Store(house.database_url, pool=1)
    async with store.transaction() as connection:
        found = await events.of(connection, UUID(case))
    await store.close()
    return found


async def test_an_api_that_starts_while_temporal_is_away_keeps_every_request(
    house: Stack, token: str
) -> None:
    sarah = Caller(house.api_url, token)
    await house.kill("temporal")
    await house.kill("api")
    starting = asyncio.create_task(house.start("api"))
    answer = None
    while answer is None:
        answer = await sarah._once("POST", "/cs/escalations", OPENING, "no-engine")
    assert answer.status_code == 202, answer.text
    await house.start("temporal")
    await starting
    done = await sarah.insist("/cs/escalations", OPENING, "no-engine")
    assert done["op_id"] == answer.json()["op_id"]
