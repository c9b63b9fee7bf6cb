"""Break it by hand: `python -m tests.chaos [--seconds 20] [--seed 5] [--lose 0.07]`."""

import argparse
import asyncio
import sys

from tests.chaos.plan import ALL, Plan, wished_seconds, wished_seed
from tests.chaos.play import play


def main() -> None:
    """Run one plan and say what came of it."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--seconds", type=float, default=wished_seconds(20.0))
    told.add_argument("--seed", type=int, default=wished_seed(1))
    told.add_argument("--lose", type=float, default=0.0, help="the share of answers to lose")
    told.add_argument("--kill", nargs="*", default=list(ALL), help="what to kill; nothing: peace")
    given = told.parse_args()
    plan = Plan(given.seed, given.seconds, victims=tuple(given.kill), lost_answers=given.lose)
    outcome = asyncio.run(play(plan))
    if outcome.violations:
        sys.exit(outcome.lament())
    print(outcome.figures())


if __name__ == "__main__":
    main()
