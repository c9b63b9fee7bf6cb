"""The breaker: five failures, half a minute of rest, one probe."""

import asyncio

import pytest

from activities.adapters.llm.breaker import FAILURES, LONGEST_REST, REST, Breaker
from activities.ports import NoAnswer
from models.llm import LlmTrouble
from models.store.session import Store
from tests.activities.llm_desk import FITS, Clock, asking
from tests.fake_llm import failing, saying, slow


def fail(breaker: Breaker, wait: float | None = None) -> float | None:
    """One question that fails; the seconds of rest after it."""
    with breaker.trial() as trial:
        return trial.ill(wait)


def succeed(breaker: Breaker) -> None:
    """One question that is answered."""
    with breaker.trial() as trial:
        trial.well()


def is_closed(breaker: Breaker) -> bool:
    """Whether the next one is let through."""
    try:
        breaker.require_closed()
    except NoAnswer as none:
        return none.trouble is not LlmTrouble.BREAKER_OPEN
    return True


def opened(clock: Clock) -> Breaker:
    """A breaker after five failures."""
    made = Breaker(clock)
    assert [fail(made) for _ in range(FAILURES)] == [None] * (FAILURES - 1) + [REST]
    return made


def test_it_opens_after_five_failures_in_a_row_and_not_before() -> None:
    made = Breaker(Clock())
    for _ in range(FAILURES - 1):
        fail(made)
        assert is_closed(made)
    fail(made)
    assert not is_closed(made)


def test_an_answer_in_between_begins_the_count_again() -> None:
    made = Breaker(Clock())
    for _ in range(3):
        for _ in range(FAILURES - 1):
            fail(made)
        succeed(made)
    assert is_closed(made)


def test_who_is_kept_back_is_told_how_long() -> None:
    clock = Clock()
    made = opened(clock)
    clock.at += 10
    with pytest.raises(NoAnswer) as caught, made.trial():
        raise AssertionError("nobody is let through")
    assert caught.value.wait == REST - 10


def test_after_the_rest_one_probe_is_let_through_and_no_second() -> None:
    clock = Clock()
    made = opened(clock)
    clock.at += REST
    with made.trial() as trial:
        assert not is_closed(made)
        trial.well()
    assert is_closed(made)
    assert fail(made) is None, "the count begins again"


def test_a_probe_that_fails_begins_the_rest_again() -> None:
    clock = Clock()
    made = opened(clock)
    clock.at += REST
    assert fail(made) == REST
    assert not is_closed(made)
    clock.at += REST
    succeed(made)
    assert is_closed(made)


def test_a_probe_that_is_called_off_leaves_its_place() -> None:
    clock = Clock()
    made = opened(clock)
    clock.at += REST
    with pytest.raises(asyncio.CancelledError), made.trial():
        raise asyncio.CancelledError
    succeed(made)
    assert is_closed(made)


def test_an_answer_to_an_earlier_question_does_not_end_the_rest() -> None:
    clock = Clock()
    made = Breaker(clock)
    with made.trial() as early:
        fail(made, wait=60)
        early.well()
    assert not is_closed(made)


@pytest.mark.parametrize(("asked", "rest"), [(20, 20), (7200, LONGEST_REST), (1e300, LONGEST_REST)])
def test_a_wish_for_peace_opens_it_at_once_for_a_quarter_of_an_hour_at_most(
    asked: float, rest: float
) -> None:
    clock = Clock()
    made = Breaker(clock)
    assert fail(made, asked) == rest
    clock.at += rest - 1
    assert not is_closed(made)
    clock.at += 1
    assert is_closed(made)


@pytest.mark.parametrize("asked", [0, None])
def test_no_wish_is_one_failure(asked: float | None) -> None:
    made = Breaker(Clock())
    assert fail(made, asked) is None
    assert is_closed(made)


def test_a_late_failure_makes_the_rest_no_longer_unless_it_asks_for_it() -> None:
    clock = Clock()
    made = Breaker(clock)
    with made.trial() as one, made.trial() as two:
        for _ in range(FAILURES):
            fail(made)
        clock.at += 5
        assert one.ill() == REST - 5
        assert two.ill(100) == 100


async def test_an_endpoint_that_fails_is_left_alone_and_tried_again(store: Store) -> None:
    async with asking(store, failing(500)) as desk:
        expected = [LlmTrouble.FAILED] * FAILURES + [LlmTrouble.BREAKER_OPEN] * 3
        assert await desk.troubles(FAILURES + 3) == expected
        assert desk.endpoint.calls == FAILURES
        desk.clock.at += REST
        assert await desk.troubles(2) == [LlmTrouble.FAILED, LlmTrouble.BREAKER_OPEN]
        assert desk.endpoint.calls == FAILURES + 1
        desk.clock.at += REST
        desk.endpoint.script = saying(FITS)
        for _ in range(3):
            assert (await desk.ask()).told == FITS


async def test_a_refusal_is_the_question_s_fault_and_opens_nothing(store: Store) -> None:
    async with asking(store, saying(None, refusal="no")) as desk:
        assert await desk.troubles(FAILURES + 2) == [LlmTrouble.REFUSED] * (FAILURES + 2)


async def test_of_many_after_the_rest_one_is_let_through(store: Store) -> None:
    async with asking(store, failing(500)) as desk:
        await desk.troubles(FAILURES)
        desk.clock.at += REST
        desk.endpoint.script = slow(0.3, saying(FITS))
        many = await asyncio.gather(*(desk.ask() for _ in range(8)), return_exceptions=True)
        assert desk.endpoint.calls == FAILURES + 1
        assert sum(not isinstance(one, BaseException) for one in many) == 1
