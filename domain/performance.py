"""What a version of a playbook did, from its counts: rates with intervals, and plain sentences."""

from collections.abc import Mapping
from typing import assert_never

from domain.rate import ENOUGH, ENOUGH_FOR_TAIL, compare, percent, rate, times
from domain.script import render
from models.performance import (
    CaseTally,
    Comparison,
    Guess,
    PlaybookPerformance,
    StepPerformance,
    StepTally,
    Verdict,
    VersionPerformance,
)
from models.playbook import Playbook, PlaybookVersion
from models.step import Step

NOTES = (
    "Measured are cases that are over and went by the version to the end. Running cases, and"
    " those that can still be reopened, are counted apart and are in no rate.",
    "A case counts for the version that it goes by now. One that began by another is counted here"
    " as one that left, and not there: of a version that cases left, these are missing.",
    "A range after `likely between` holds the truth in 95 of 100 such cases. Below"
    f" {ENOUGH} cases nothing is said; of the slowest tenth, below {ENOUGH_FOR_TAIL}.",
    "It says what happened, not why: people skip a step in cases that are different anyway.",
)


def performance(
    looked_at: PlaybookVersion,
    tally: CaseTally,
    steps: Mapping[str, StepTally],
    others: list[tuple[PlaybookVersion, CaseTally]],
) -> PlaybookPerformance:
    """One version step by step, and the newest versions beside it."""
    return PlaybookPerformance(
        slug=looked_at.ref.slug,
        version=of_version(looked_at, tally),
        steps=of_steps(looked_at.playbook, steps),
        versions=tuple(of_version(one, counted) for one, counted in others),
        enough=ENOUGH,
        notes=NOTES,
    )


def of_version(version: PlaybookVersion, tally: CaseTally) -> VersionPerformance:
    """The cases of a version. What was guessed stands beside what was measured, never in it."""
    prior = version.playbook.success
    return VersionPerformance(
        version=str(version.ref),
        **tally.model_dump(
            include={
                "cases", "older", "running", "settling", "left", "unmeasured", "measured",
            }
        ),
        mended=rate(tally.mended, tally.measured),
        first_contact=rate(tally.first_contact, tally.measured),
        sla_kept=rate(tally.sla_kept, tally.measured),
        resolution=times(tally.measured, tally.p50, tally.p90),
        guess=Guess(rate=prior.successes / prior.trials, source=prior.source),
    )  # fmt: skip


def of_steps(playbook: Playbook, tallies: Mapping[str, StepTally]) -> tuple[StepPerformance, ...]:
    """Every step in the order of the playbook; of the built-in ones those that ever ran."""
    built_in = (step for step in playbook.built_in if step.id in tallies)
    return tuple(
        of_step(step, tallies.get(step.id, StepTally(step=step.id)))
        for step in (*playbook.steps, *built_in)
    )


def of_step(step: Step, tally: StepTally) -> StepPerformance:
    """One step. Skipping is a choice: what the playbook leaves out is no part of its rate."""
    chosen = tally.done + tally.skipped + tally.failed
    compared = compare(
        (tally.mended_skipped, tally.cases_skipped), (tally.mended_done, tally.cases_done)
    )
    counts = {"runs", "done", "skipped", "left_out", "failed", "dropped", "late", "reasons"}
    return StepPerformance(
        step=step.id,
        title=render(step.title, {})[:200],
        **{name: getattr(tally, name) for name in counts},
        skipping=rate(tally.skipped, chosen),
        to_done=times(tally.done, tally.p50, tally.p90),
        compared=compared,
        words=_words(tally, chosen, compared),
    )


def _words(tally: StepTally, chosen: int, compared: Comparison) -> str:
    if chosen == 0:
        return "Nobody has got to it yet."
    if tally.skipped == 0:
        return f"Nobody skipped it in {_count(chosen)}."
    share = percent(tally.skipped / chosen)
    often = f"{share} of the time ({tally.skipped} of {chosen})"
    if chosen < ENOUGH:
        often = f"{tally.skipped} of {_count(chosen)}"
    return f"Skipped {often}; {_outcome(compared)}."


def _outcome(compared: Comparison) -> str:
    without = f"{compared.skipped.times} of {compared.skipped.of} were mended without it"
    both = f"{without}, {compared.done.times} of {compared.done.of} with it"
    match compared.verdict:
        case Verdict.BETTER:
            return f"outcomes better: {both}"
        case Verdict.NO_WORSE:
            return f"outcomes no worse: {both}"
        case Verdict.WORSE:
            return f"outcomes worse: {both}"
        case Verdict.TOO_FEW:
            return f"too few to say how it went: {both}"
        case never:
            assert_never(never)


def _count(number: int) -> str:
    return f"{number} time" if number == 1 else f"{number} times"
