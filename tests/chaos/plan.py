"""What a run of the chaos checker is: one seed says what is asked and what is killed when."""

import json
import os
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Self

SEEDS = Path(__file__).parent / "seeds"
ALL = ("worker", "api", "temporal", "postgres")


@dataclass(frozen=True)
class Plan:
    """The same plan draws the same dice; how the processes race each other stays free."""

    seed: int
    seconds: float
    """How long the clients ask. Healing and checking come after it."""

    clients: int = 8
    victims: tuple[str, ...] = ALL
    """What the nemesis kills, each once before any of them again."""

    pause: tuple[float, float] = (3.0, 7.0)
    """Seconds of peace between two strikes, from and to."""

    down: tuple[float, float] = (0.0, 3.0)
    """Seconds for which a victim stays down, from and to."""

    lost_answers: float = 0.0
    """The share of answers that are lost after the deed was done: on the way from PostgreSQL, from
    Temporal, from the mail server and from other systems."""

    found: str = ""
    """What the seed has found, when it is a stored one."""

    def dice(self, of: str) -> Random:
        """The dice of one client, or of the nemesis."""
        return Random(f"{self.seed}/{of}")

    def store(self, found: str) -> Path:
        """Keep this plan as a seed that has found something.

        A plan that is kept already stays where it is. It never becomes shorter: what is played
        again is cut short, and its file has to go on telling how long it took at first.
        """
        SEEDS.mkdir(exist_ok=True)
        kept = next((one for one in sorted(SEEDS.glob("*.json")) if self._is_in(one)), None)
        if kept is not None and Plan.stored(kept).seconds >= self.seconds:
            return kept
        place = kept or SEEDS / f"{self.seed}-{self._mark()}.json"
        told = asdict(self) | {"found": found}
        place.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
        return place

    def _is_in(self, place: Path) -> bool:
        """Whether that file keeps this plan, whatever its length."""
        return Plan.stored(place)._alike() == self._alike()

    def _alike(self) -> "Plan":
        """The plan without what may differ between two runs of it."""
        return replace(self, seconds=0, found="")

    def _mark(self) -> str:
        """A few letters that another plan with the same seed does not have."""
        told = asdict(self._alike())
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]

    @classmethod
    def stored(cls, place: Path) -> Self:
        """A seed that was kept."""
        told = json.loads(place.read_text(encoding="utf-8"))
        for name in ("victims", "pause", "down"):
            told[name] = tuple(told[name])
        return cls(**told)


def wished_seconds(usual: float) -> float:
    """How long to run: CHAOS_SECONDS, or what is usual."""
    return float(os.environ.get("CHAOS_SECONDS") or usual)


def wished_seed(usual: int) -> int:
    """Which seed: CHAOS_SEED, `random` for any, or the usual one."""
    told = os.environ.get("CHAOS_SEED") or str(usual)
    return Random().randrange(1, 10**6) if told == "random" else int(told)
