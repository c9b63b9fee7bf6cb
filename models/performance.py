"""Performance: what a version of a playbook did, counted, and how sure one can be of it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.frozen import Frozen
from models.text import Line, Slug

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Rate(Frozen):
    """How often something was so."""

    times: Count
    of: Count
    rate: Share | None
    """`times / of`; empty when they are too few to say."""

    low: Share
    high: Share
    """With 95 % the truth lies between low and high (Wilson)."""

    words: str
    """The same in words: `17 of 20 (85 %), likely between 64 % and 95 %`."""


class Times(Frozen):
    """How long something took."""

    of: Count
    p50: timedelta | None
    """Half took no longer; empty when they are too few to say."""

    p90: timedelta | None
    """Nine of ten took no longer; empty when they are too few to say."""

    words: str


class Verdict(StrEnum):
    """How cases went in which a step was skipped, beside those in which it was done."""

    BETTER = "better"
    NO_WORSE = "no_worse"
    """At most ten points of a hundred worse, if at all."""

    WORSE = "worse"
    TOO_FEW = "too_few"
    """The difference can be anything that matters."""


class Comparison(Frozen):
    """Cases in which a step was skipped, beside those in which it was done and never skipped."""

    skipped: Rate
    """How often the former were mended."""

    done: Rate
    """How often the latter were mended."""

    low: Annotated[float, Field(ge=-1, le=1)]
    high: Annotated[float, Field(ge=-1, le=1)]
    """With 95 % the difference, skipped minus done, lies between low and high (Newcombe)."""

    verdict: Verdict


class ReasonCount(Frozen):
    """A reason for which a step was skipped."""

    words: str
    times: Count


class StepPerformance(Frozen):
    """What became of one step, run by run, in the cases that are measured."""

    step: Slug
    title: Line
    runs: Count
    done: Count
    skipped: Count
    """By somebody's own choice."""

    left_out: Count
    """By the playbook: its condition was not true."""

    failed: Count
    dropped: Count
    """No longer needed."""

    late: Count
    """Ended after they were due, however they ended."""

    skipping: Rate
    """Skipped, of those that somebody did, skipped, or failed at."""

    to_done: Times
    """From its opening to its end, of those that were done."""

    reasons: tuple[ReasonCount, ...]
    """The most frequent ones of those who skipped it, as they were written."""

    compared: Comparison
    words: str
    """What to know of it, in one sentence or two."""


class Guess(Frozen):
    """What was believed before anything was measured. It is part of no figure."""

    rate: Share
    source: Line


class VersionPerformance(Frozen):
    """What became of the cases of one version.

    Only cases that are over and went by this version to the end are measured; the others are
    counted apart.
    """

    version: Annotated[str, Field(examples=["missed-appointment@3"])]
    cases: Count
    """All that were looked at: the newest ones, 5,000 at most."""

    older: bool
    """There are more, which were not looked at."""

    running: Count
    """Not over yet."""

    settling: Count
    """Resolved, and can still be reopened."""

    left: Count
    """Cancelled, merged into another case, or begun by another playbook or version.

    A case that changed its playbook counts for the one that it goes by now, and is measured for
    none. What a version lost to others is not counted here.
    """

    unmeasured: Count
    """Over, and their result was not written down: `rightnow projections rebuild` does it."""

    measured: Count
    mended: Rate
    """Resolved and never reopened."""

    first_contact: Rate
    """Mended, and we had to turn to the customer once at most."""

    sla_kept: Rate
    """No clock was missed."""

    resolution: Times
    """From when the customer turned to us to the solution."""

    guess: Guess


class PlaybookPerformance(Frozen):
    """What a playbook did: one version step by step, and beside it the newest versions."""

    slug: Slug
    version: VersionPerformance
    steps: tuple[StepPerformance, ...]
    versions: tuple[VersionPerformance, ...]
    """The newest published ones, ten at most, the newest first."""

    enough: Count
    """Below so many a figure is too few to say."""

    notes: tuple[str, ...]
    """How to read it."""


class CaseTally(Frozen):
    """The cases of a version, counted."""

    cases: Count = 0
    older: bool = False
    running: Count = 0
    settling: Count = 0
    left: Count = 0
    unmeasured: Count = 0
    measured: Count = 0
    mended: Count = 0
    first_contact: Count = 0
    sla_kept: Count = 0
    p50: timedelta | None = None
    p90: timedelta | None = None


class StepTally(Frozen):
    """The runs of a step, counted."""

    step: Slug
    runs: Count = 0
    done: Count = 0
    skipped: Count = 0
    left_out: Count = 0
    failed: Count = 0
    dropped: Count = 0
    late: Count = 0
    p50: timedelta | None = None
    p90: timedelta | None = None
    cases_skipped: Count = 0
    mended_skipped: Count = 0
    cases_done: Count = 0
    mended_done: Count = 0
    reasons: tuple[ReasonCount, ...] = ()
