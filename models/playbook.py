"""A playbook: what to do for one kind of trouble, step by step. A version of it never changes."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field, model_validator

from models.actor import Role
from models.duration import Duration
from models.frozen import Frozen
from models.predicate import Predicate, bounded
from models.step import (
    ENGINE_RUN,
    RUNNABLE,
    Jump,
    Outcome,
    SkipRule,
    Step,
    StepKind,
    Task,
)
from models.text import Line, Slug, Text

Place = tuple[str | int, ...]
"""A way into a document: `("steps", 2, "due")`."""


class Misfit(NamedTuple):
    """A part of a document that does not fit the others."""

    place: Place
    what: str


class Misfits(ValueError):
    """Everything in a document that does not fit together, each with its place."""

    def __init__(self, found: tuple[Misfit, ...]) -> None:
        super().__init__("; ".join(misfit.what for misfit in found))
        self.found = found


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
        found = [*_doubled(ids)]
        for index, step in enumerate(self.steps):
            found += [Misfit(("steps", index, *place), what) for place, what in _check(step, ids)]
        if found := found or [*_circle(self.steps)]:
            raise Misfits(tuple(found))
        return self

    def step(self, step_id: str) -> Step:
        """The step of that id, the built-in last one included. Raises KeyError."""
        for step in self.steps:
            if step.id == step_id:
                return step
        if step_id == LAST_STEP:
            return self.last_step
        raise KeyError(step_id)

    @property
    def last_step(self) -> Step:
        """What opens when all steps have ended and the case is still open: no case is forgotten."""
        return Task(
            kind=StepKind.TASK,
            id=LAST_STEP,
            title="Say how it ends",
            why="All steps are done, and the case is still open.",
            outcomes=(
                Outcome(id="solved", label="It is mended"),
                Outcome(id="again", label="Not yet: begin again"),
            ),
            on_outcome={
                "solved": Jump(resolve=True),
                "again": Jump(go_to=self.steps[0].id),
            },
            skip=SkipRule.NEVER,
            minutes=2,
        )

    def anchor(self, step: Step) -> str | None:
        """The step after which this one opens: the declared one, or the one above it."""
        for one, anchor in self.anchored():
            if one.id == step.id:
                return anchor
        raise ValueError(f"{step.id} is not a step of {self.slug}")

    def anchored(self) -> Iterator[tuple[Step, str | None]]:
        """Every step with the step after which it opens."""
        above = None
        for step in self.steps:
            yield step, step.after.step if step.after and step.after.step else above
            above = step.id


LAST_STEP = "how-does-it-end"
"""The id of the built-in last step; no playbook may use it."""


def _doubled(ids: list[str]) -> Iterator[Misfit]:
    for index, name in enumerate(ids):
        if name == LAST_STEP:
            yield Misfit(("steps", index, "id"), f"the id `{LAST_STEP}` is built in; take another")
        if name in ids[:index]:
            what = f"step ids must be unique; `{name}` is there twice"
            yield Misfit(("steps", index, "id"), what)


def _check(step: Step, ids: list[str]) -> Iterator[Misfit]:
    where = f"step `{step.id}`"
    named: list[tuple[Place, str | None]] = [
        (("on_outcome", outcome, "go_to"), jump.go_to) for outcome, jump in step.on_outcome.items()
    ]
    named += [(("on_timeout", "go_to"), step.on_timeout.go_to)]
    named += [(("after", "step"), step.after.step if step.after else None)]
    for place, name in named:
        if name and name not in ids:
            yield Misfit(place, f"{where} names the step `{name}`, which does not exist")
    outcomes = [outcome.id for outcome in step.outcomes]
    if len(set(outcomes)) != len(outcomes):
        yield Misfit(("outcomes",), f"{where} has two outcomes with the same id")
    for name in step.on_outcome:
        if name not in outcomes:
            what = f"{where} has on_outcome for `{name}`, which is not an outcome"
            yield Misfit(("on_outcome", name), what)
    if step.kind not in ENGINE_RUN and not outcomes:
        yield Misfit((), f"{where} needs at least one outcome: how can it end?")
    if step.when:
        try:
            bounded(step.when)
        except ValueError as error:
            yield Misfit(("when",), str(error))


def _circle(steps: tuple[Step, ...]) -> Iterator[Misfit]:
    """A step that waits for itself, over whatever way, would wait for ever."""
    waits_for = {
        step.id: (step.after.step if step.after and step.after.step else None)
        or (steps[index - 1].id if index else None)
        for index, step in enumerate(steps)
    }
    for index, start in enumerate(waits_for):
        seen = [start]
        while (following := waits_for[seen[-1]]) is not None:
            if following in seen:
                way = " waits for ".join(f"`{name}`" for name in [*seen, following])
                what = f"steps wait for each other in a circle: {way}"
                yield Misfit(("steps", index, "after"), what)
                return
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
        if step.on_timeout.escalate_to not in (None, Role.MANAGER):
            found.append(f"step `{step.id}`: on_timeout.escalate_to tells only managers so far")
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
