"""`make mutants`: do the tests have teeth? Each mutant has to turn every test it names red."""

import sys
import time
from functools import cache

from tests.mutants.catalogue import MUTANTS, NOT_BY, NOT_YET
from tests.mutants.workshop import copy_of_the_tree, is_green, put_in


def main() -> None:
    """Try every mutant, or those whose names have the words that are given."""
    words = " ".join(sys.argv[1:])
    survivors: list[str] = []
    for mutant in [one for one in MUTANTS if words in one.name]:
        for test in mutant.caught_by:
            _require_green(test)
            began = time.monotonic()
            with copy_of_the_tree() as place:
                put_in(mutant, place)
                survived = is_green(test, place)
            took = time.monotonic() - began
            verdict = "SURVIVED" if survived else "caught"
            print(f"{verdict:8}  {mutant.name}\n          {test} ({took:.0f} s)", flush=True)
            if survived:
                survivors.append(f"{mutant.name}: {test}")
    for name, why in NOT_YET.items():
        print(f"not yet   {name}: {why}")
    for name, why in NOT_BY.items():
        print(f"not by    {name}: {why}")
    if survivors:
        sys.exit("\nThese tests have no teeth:\n" + "\n".join(survivors))


@cache
def _require_green(test: str) -> None:
    """A test that is red without any mutant would prove nothing."""
    with copy_of_the_tree() as place:
        if not is_green(test, place):
            sys.exit(f"Without any mutant this is red: {test}")


if __name__ == "__main__":
    main()
