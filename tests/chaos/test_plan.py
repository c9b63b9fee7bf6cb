"""Seeds that found something: each plan in a file of its own, which never becomes shorter."""

from pathlib import Path

import pytest

from tests.chaos import plan
from tests.chaos.plan import SEEDS, Plan
from tests.chaos.play import shorter

LONG = Plan(5, 40)
OTHERS = (
    Plan(5, 40, victims=("temporal",)),
    Plan(5, 40, clients=6),
    Plan(5, 40, lost_answers=0.07),
    Plan(6, 40),
)


@pytest.fixture
def seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for seeds that is not the repository's."""
    monkeypatch.setattr(plan, "SEEDS", tmp_path)
    return tmp_path


def test_plans_with_one_seed_are_kept_beside_each_other(seeds: Path) -> None:
    every = (LONG, *OTHERS)
    places = [one.store("I1: lost") for one in every]
    assert len(set(places)) == len(every)
    kept = [Plan.stored(place) for place in places]
    assert [(one.seed, one.victims, one.clients, one.lost_answers) for one in kept] == [
        (one.seed, one.victims, one.clients, one.lost_answers) for one in every
    ]


def test_a_seed_that_finds_something_again_is_never_made_shorter(seeds: Path) -> None:
    place = LONG.store("I1: lost")
    assert shorter(LONG, 12).store("I2: twice") == place
    assert Plan.stored(place) == Plan(5, 40, found="I1: lost")
    assert Plan(5, 60).store("I3: late") == place
    assert Plan.stored(place) == Plan(5, 60, found="I3: late")
    assert list(seeds.iterdir()) == [place]


def test_a_plan_that_is_kept_under_an_older_name_stays_there(seeds: Path) -> None:
    old = next(place for place in sorted(SEEDS.glob("*.json")))
    (seeds / old.name).write_bytes(old.read_bytes())
    again = shorter(Plan.stored(old), 12)
    assert again.store("I2: twice") == seeds / old.name
    assert (seeds / old.name).read_bytes() == old.read_bytes()
