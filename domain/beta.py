"""The beta distribution: how likely each rate is, after so many cases of either kind.

Its distribution function is the regularised incomplete beta function, by its continued fraction in
Lentz's way; its quantile is searched for by halving. Both are exact to nine places and more.
"""

from math import exp, lgamma, log, log1p

_TINY = 1e-300
_NEAR = 1e-15
_MOST = 10_000
_HALVINGS = 60


def cdf(x: float, a: float, b: float) -> float:
    """How likely a rate is at most `x`. Raises ValueError unless a and b are above 0."""
    if not (a > 0 and b > 0):
        raise ValueError(f"there is no beta distribution of {a} and {b}")
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    scale = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
    if x < (a + 1) / (a + b + 2):
        return min(1.0, exp(scale) * _fraction(x, a, b) / a)
    return max(0.0, 1.0 - exp(scale) * _fraction(1 - x, b, a) / b)


def quantile(share: float, a: float, b: float) -> float:
    """The rate below which the truth lies with this share. Raises ValueError as `cdf` does."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if cdf(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction. On this side of the mean it is near after about √(a + b) steps."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    told = d
    for m in range(1, _MOST):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for part in (even, odd):
            d = 1 / _away(1 + part * d)
            c = _away(1 + part / c)
            told *= d * c
        if abs(d * c - 1) < _NEAR:
            break
    return told


def _away(number: float) -> float:
    """Never zero, for it is divided by."""
    return number if abs(number) > _TINY else _TINY
