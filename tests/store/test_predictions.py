"""Cases that are over, counted in PostgreSQL: the newest ones, of both origins."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.similar import SimilarCases
from domain.calibration import foretell
from models.escalation import EscalationType
from models.prediction import Tally
from models.severity import Severity
from models.store.repositories import predictions
from models.store.session import Store
from models.store.tables.similar import IMPORTED_CASES
from tests.past import Counter, past_case

LATE = datetime(2099, 6, 1, tzinfo=UTC)
"""No other case ended so late: of the newest ones these are all."""

KIND = EscalationType.SERVICE_QUALITY
PRESSING = (Severity.CRITICAL, Severity.HIGH)


async def kept(store: Store, *cases: dict[str, Any]) -> None:
    """Cases of an earlier system, a day apart, the later ones first."""
    made = [
        past_case(**{"type": KIND, "resolved_at": LATE - timedelta(at), **one})
        for at, one in enumerate(cases)
    ]
    await SimilarCases(store, Counter()).import_cases("old", made)


@pytest.fixture(autouse=True)
async def gone(store: Store) -> Any:
    """What a test has imported goes with it: the next one's are the newest again."""
    yield
    async with store.transaction() as connection:
        late = IMPORTED_CASES.c.resolved_at > LATE - timedelta(99)
        await connection.execute(IMPORTED_CASES.delete().where(late))


async def test_cases_of_an_earlier_system_count_for_their_type_and_for_no_playbook(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = ("resolved", "saved", "lost", "unresolved", "resolved")
    await kept(store, *({"outcome": one} for one in ends))
    monkeypatch.setattr(predictions, "MOST", len(ends))
    async with store.transaction() as connection:
        seen = await predictions.tallies(connection, KIND, PRESSING, playbook="service-quality")
    assert (seen.well, seen.lost) == (Tally(5, 3), Tally(5, 1))
    assert {seen.well_in_band, seen.lost_in_band, seen.by_action, seen.by_action_in_band} == {
        Tally(0, 0)
    }


async def test_only_the_newest_cases_of_all_types_are_looked_at(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kept(store, {"outcome": "lost"}, {"outcome": "lost", "type": "executive"}, {}, {})
    monkeypatch.setattr(predictions, "MOST", 3)
    async with store.transaction() as connection:
        seen = await predictions.tallies(connection, KIND, PRESSING)
    assert (seen.well, seen.lost) == (Tally(2, 1), Tally(2, 1))


async def test_scores_are_counted_for_the_type_and_for_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kept(store, {"csat": 5}, {"csat": 1, "type": "executive"}, {}, {"csat": 5}, {"csat": 3})
    monkeypatch.setattr(predictions, "MOST", 3)
    async with store.transaction() as connection:
        alike, every = await predictions.scores(connection, KIND)
    assert (alike, every) == ((0, 0, 0, 0, 2), (1, 0, 0, 0, 2))


async def test_when_an_old_case_was_opened_is_known_by_how_long_it_took(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kept(store, {"hours": 1.5, "outcome": "lost"}, {"hours": None}, {"type": "executive"})
    monkeypatch.setattr(predictions, "MOST", 3)
    async with store.transaction() as connection:
        found = await predictions.past(connection)
    assert [one.opened_at and one.ended_at - one.opened_at for one in found] == [
        timedelta(hours=1.5), None, None,
    ]  # fmt: skip
    assert [(one.type, one.well) for one in found] == [
        (KIND, False), (KIND, True), (EscalationType.EXECUTIVE, True),
    ]  # fmt: skip
    assert {(one.severity, one.version, one.playbook) for one in found} == {(None, None, None)}
    assert list(foretell(found, {})) == []


async def test_every_published_version_has_its_guess(store: Store) -> None:
    async with store.transaction() as connection:
        found = await predictions.priors(connection)
    assert found["cancel-threat@1"].successes == 8.7
