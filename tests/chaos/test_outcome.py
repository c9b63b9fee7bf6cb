"""How long it takes after a kill until something is done: what counts, and what is endless."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.chaos.evidence import heard
from tests.chaos.log import Asked, Log, Reply
from tests.chaos.nemesis import Strike
from tests.chaos.plan import Plan
from tests.chaos.play import Outcome

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KILL = (10, 13)
"""When the victim was killed, and when it was ready again."""


def _at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def _outcome(*asked: tuple[float, float | None], until: float = 20) -> Outcome:
    """Requests, each with when it was asked and when it was done, around one kill."""
    log = Log()
    for number, (since, done) in enumerate(asked):
        replies = [] if done is None else [Reply(_at(done), 200)]
        key = f"c0-{number}"
        log.asked[key] = Asked(
            key, "note", uuid4(), "POST", "/notes", {}, since=_at(since), replies=replies
        )
    evidence = heard(log, _at(31), strikes=1)
    strikes = [Strike("worker", _at(KILL[0]), _at(KILL[1]))]
    return Outcome(Plan(1, 20), evidence, [], strikes, _at(until), timedelta(seconds=1))


def test_the_first_thing_that_is_done_after_a_kill_counts() -> None:
    outcome = _outcome((1, 2), (11, 16), (12, 15))
    assert outcome.back_to_work() == [timedelta(seconds=5)]


def test_what_was_asked_before_the_kill_counts_when_it_is_done_after_the_victim_is_back() -> None:
    assert _outcome((9, 14)).back_to_work() == [timedelta(seconds=4)]
    assert _outcome((9, 10.1)).back_to_work() == [timedelta.max], "that was on its way already"


def test_a_kill_after_which_nothing_is_done_is_endless() -> None:
    assert _outcome((1, 2), (11, None)).back_to_work() == [timedelta.max]
    assert _outcome((1, 2)).back_to_work() == [timedelta.max], "nobody can ask any more"


def test_a_kill_after_the_clients_stopped_asking_does_not_count() -> None:
    assert _outcome((1, 2), until=9).back_to_work() == []
