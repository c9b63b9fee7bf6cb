"""Rates of small numbers, honestly: with the interval in which the truth lies, in plain words.

The interval of a rate is Wilson's score interval, that of a difference Newcombe's, made of two of
Wilson's (Newcombe 1998, method 10). Both stay within what is possible and are right for few cases,
also when none or all of them were so.
"""

from datetime import timedelta
from math import sqrt

from models.duration import say_duration
from models.performance import Comparison, Rate, Times, Verdict

ENOUGH = 20
"""Below so many nothing is said but the counts."""

ENOUGH_FOR_TAIL = 30
"""Below so many the slowest tenth is one or two cases."""

NO_WORSE_BY = 0.10
"""A difference of up to ten points of a hundred is "no worse"."""

TOO_FEW = "too few to say"
_Z = 1.959963984540054
"""Of 95 %, on both sides."""


def interval(times: int, of: int) -> tuple[float, float]:
    """Between what the truth lies with 95 %, by Wilson. Of nothing, it is anywhere.

    `interval(17, 20)` is about (0.64, 0.95). Raises ValueError for more times than cases.
    """
    if not 0 <= times <= of:
        raise ValueError(f"{times} of {of} cannot be")
    if of == 0:
        return 0.0, 1.0
    share, square = times / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    low = 0.0 if times == 0 else max(0.0, middle - half)
    high = 1.0 if times == of else min(1.0, middle + half)
    return low, high


def rate(times: int, of: int) -> Rate:
    """How often something was so, with its interval and in words."""
    low, high = interval(times, of)
    enough = of >= ENOUGH
    said = f"{times} of {of}"
    if enough:
        likely = f"likely between {percent(low)} and {percent(high)}"
        words = f"{said} ({percent(times / of)}), {likely}"
    else:
        words = f"{said}: {TOO_FEW}" if of else "none yet"
    share = times / of if enough else None
    return Rate(times=times, of=of, rate=share, low=low, high=high, words=words)


def times(of: int, p50: timedelta | None, p90: timedelta | None) -> Times:
    """How long something took, as far as so many can tell."""
    half = p50 if of >= ENOUGH else None
    most = p90 if of >= ENOUGH_FOR_TAIL else None
    if half is None:
        return Times(of=of, p50=None, p90=None, words=TOO_FEW if of else "none yet")
    words = f"half within {say_duration(half)}"
    if most is not None:
        words += f", nine of ten within {say_duration(most)}"
    return Times(of=of, p50=half, p90=most, words=words)


def compare(skipped: tuple[int, int], done: tuple[int, int]) -> Comparison:
    """How often cases were mended without a step, and with it: each as (mended, cases).

    The interval of the difference decides, never the two rates: when it holds a loss that matters
    and also none, it is too few to say.
    """
    low, high = difference(skipped, done)
    if min(skipped[1], done[1]) < ENOUGH:
        verdict = Verdict.TOO_FEW
    elif high < 0:
        verdict = Verdict.WORSE
    elif low > 0:
        verdict = Verdict.BETTER
    elif low >= -NO_WORSE_BY:
        verdict = Verdict.NO_WORSE
    else:
        verdict = Verdict.TOO_FEW
    return Comparison(skipped=rate(*skipped), done=rate(*done), low=low, high=high, verdict=verdict)


def difference(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float]:
    """Between what the first rate minus the second one lies with 95 %, by Newcombe."""
    if not first[1] or not second[1]:
        return -1.0, 1.0
    (low_1, high_1), (low_2, high_2) = interval(*first), interval(*second)
    share_1, share_2 = first[0] / first[1], second[0] / second[1]
    middle = share_1 - share_2
    low = middle - sqrt((share_1 - low_1) ** 2 + (high_2 - share_2) ** 2)
    high = middle + sqrt((high_1 - share_1) ** 2 + (share_2 - low_2) ** 2)
    return max(-1.0, low), min(1.0, high)


def percent(share: float) -> str:
    """`87 %`. Nearly all is not all, and nearly nothing is not nothing."""
    whole = round(share * 100)
    if whole == 100 and share < 1:
        whole = 99
    if whole == 0 and share > 0:
        whole = 1
    return f"{whole} %"
