"""F29: a machine whose clock is wrong moves no deadline, and no token lives longer by it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx2
import pytest
import time_machine

from api.app import create_app
from api.parts import Parts
from models.actor import Role
from models.store.session import Store
from tests.desk import Desk
from upkeep import team

SKEWS = [
    timedelta(days=-1),
    timedelta(minutes=-10),
    timedelta(minutes=10),
    timedelta(days=1),
]
NEAR = timedelta(seconds=15)


@contextmanager
def wrong_by(skew: timedelta) -> Iterator[None]:
    """This process, its API and its worker believe that it is another time."""
    with time_machine.travel(datetime.now(UTC) + skew, tick=True):
        yield


@asynccontextmanager
async def machine(parts: Parts, token: str) -> AsyncIterator[Desk]:
    """An API on a machine of its own, which has not been asked anything yet."""
    app = create_app(parts)
    app.state.parts = Parts(store=parts.store, engine=parts.engine, house=parts.house)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://rightnow.test/api/v1", timeout=20
    ) as made:
        yield Desk(made, token)


@pytest.mark.parametrize("skew", SKEWS, ids=str)
async def test_deadlines_are_those_of_the_database_s_clock_f29(
    parts: Parts, sarah: Desk, skew: timedelta
) -> None:
    begun = datetime.now(UTC)
    with wrong_by(skew):
        async with machine(parts, sarah.token) as desk:
            opened = await desk.open_case()
            answer = await desk.work(opened)
            seen = await desk.case(opened["number"], at=answer["version"])
    true = {clock["kind"]: datetime.fromisoformat(clock["due_at"]) for clock in seen["clocks"]}
    assert abs(true["first_response"] - begun - timedelta(minutes=30)) < NEAR
    assert abs(true["resolution"] - begun - timedelta(hours=8)) < NEAR
    told = await sarah.timeline(opened["number"], at=answer["version"])
    assert len(told) >= 4
    for one in told:
        assert abs(datetime.fromisoformat(one["at"]) - begun) < NEAR, (
            "the worker's clock is no clock"
        )


async def test_a_token_that_has_ended_is_not_believed_by_a_slow_clock_f29(
    parts: Parts, store: Store
) -> None:
    person = await team.add_person(store, f"{uuid4().hex}@demo.test", "Late Larry", Role.AGENT)
    over = await team.new_token(store, person.email, valid_for=timedelta(seconds=-1))
    with wrong_by(timedelta(days=-1)):
        async with machine(parts, over) as desk:
            assert (await desk.ask("GET", "/cs/queue")).status_code == 401
