"""A playbook: what to do for one kind of trouble, step by step. A version of it never changes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from models.duration import Duration
from models.frozen import Frozen
from models.predicate import Predicate, bounded
from models.step import ENGINE_RUN, RUNNABLE, Step
from models.text import Line, Slug, Text


class StartMode(StrEnum):
    """What a trigger does when it matches."""

    AUTO = "auto"
    SUGGEST = "suggest"


class Triggers(Frozen):
    """Which cases a playbook is for. Among those that match, the highest priority wins."""

    when: Annotated[Predicate, AfterValidator(bounded)]
    priority: Annotated[int, Field(ge=0, le=1000)] = 100
    start: StartMode = StartMode.AUTO


class Prior(Frozen):
    """What was believed before anything was measured. A guess, and marked so where it is shown."""

    successes: Annotated[float, Field(gt=0, le=1000)]
    trials: Annotated[float, Field(gt=0, le=1000)]
    source: Line

    @model_validator(mode="after")
    def _not_over_all(self) -> Prior:
        if self.successes > self.trials:
            raise ValueError("successes must not be more than trials")
        return self


class Playbook(Frozen):
    """What to do for one kind of trouble."""

    slug: Slug
    name: Line
    summary: Text
    triggers: Triggers
    win_condition: Text
    """How you know that it worked."""

    what_not_to_do: Annotated[tuple[Text, ...], Field(min_length=1, max_length=12)]
    success: Prior
    resolution_hours: Annotated[float, Field(gt=0, le=1000)]
    """How long such a case took before anything was measured. A guess too."""

    resolve_within: Duration | None = None
    """Tightens the SLA policy's resolution target."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=30)]

    @model_validator(mode="after")
    def _holds_together(self) -> Playbook:
        ids = [step.id for step in self.steps]
        if doubled := {name for name in ids if ids.count(name) > 1}:
            raise ValueError(f"step ids must be unique; twice: {', '.join(sorted(doubled))}")
        for step in self.steps:
            _check_step(step, ids)
        _refuse_cycles(self.steps)
        return self

    def step(self, step_id: str) -> Step:
        """The step of that id. Raises KeyError when there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def anchor(self, step: Step) -> str | None:
        """The step after which this one opens: the declared one, or the one above it."""
        if step.after and step.after.step:
            return step.after.step
        index = self.steps.index(step)
        return self.steps[index - 1].id if index else None


def _check_step(step: Step, ids: list[str]) -> None:
    where = f"step `{step.id}`"
    named = {jump.go_to for jump in step.on_outcome.values()} | {step.on_timeout.go_to}
    if step.after:
        named.add(step.after.step)
    for name in sorted(name for name in named if name):
        if name not in ids:
            raise ValueError(f"{where} names the step `{name}`, which does not exist")
    outcomes = [outcome.id for outcome in step.outcomes]
    if len(set(outcomes)) != len(outcomes):
        raise ValueError(f"{where} has two outcomes with the same id")
    for name in step.on_outcome:
        if name not in outcomes:
            raise ValueError(f"{where} has on_outcome for `{name}`, which is not an outcome")
    if step.kind not in ENGINE_RUN and not outcomes:
        raise ValueError(f"{where} needs at least one outcome: how can it end?")
    if step.when:
        bounded(step.when)


def _refuse_cycles(steps: tuple[Step, ...]) -> None:
    """A step that waits for itself, over whatever way, would wait for ever."""
    waits_for = {
        step.id: (step.after.step if step.after and step.after.step else None)
        or (steps[index - 1].id if index else None)
        for index, step in enumerate(steps)
    }
    for start in waits_for:
        seen = [start]
        while (following := waits_for[seen[-1]]) is not None:
            if following in seen:
                way = " waits for ".join(f"`{name}`" for name in [*seen, following])
                raise ValueError(f"steps wait for each other in a circle: {way}")
            seen.append(following)


def not_runnable(playbook: Playbook) -> tuple[str, ...]:
    """What this version cannot run yet, one plain sentence each; empty when it can run it all."""
    found = [
        f"step `{step.id}`: kind `{step.kind}` cannot be run by this version"
        for step in playbook.steps
        if step.kind not in RUNNABLE
    ]
    for step in playbook.steps:
        if step.group or step.on_timeout.go_to:
            found.append(f"step `{step.id}`: group and on_timeout.go_to cannot be run yet")
        if any(jump.escalate_to for jump in step.on_outcome.values()):
            found.append(f"step `{step.id}`: on_outcome.escalate_to cannot be run yet")
    return tuple(found)


class PlaybookRef(Frozen):
    """A playbook version by name: `missed-appointment@3`."""

    slug: Slug
    version: Annotated[int, Field(ge=1)]
    hash: Line
    """SHA-256 of the document, so that a version can be shown never to have changed."""

    def __str__(self) -> str:
        return f"{self.slug}@{self.version}"


class PlaybookVersion(Frozen):
    """One version of a playbook. It never changes."""

    ref: PlaybookRef
    playbook: Playbook
    status: Literal["published", "draft"] = "published"
