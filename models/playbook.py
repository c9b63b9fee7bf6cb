"""A playbook: what to do for one kind of trouble, step by step. A version of it never changes."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from models.actor import Role
from models.duration import Duration
from models.frozen import Frozen
from models.predicate import Predicate, bounded
from models.step import (
    ENGINE_RUN,
    Approval,
    Credit,
    Due,
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
        """The step of that id, the built-in ones included. Raises KeyError."""
        for step in self.steps:
            if step.id == step_id:
                return step
            if isinstance(step, Credit) and credit_approval_id(step.id) == step_id:
                return credit_approval(step)
        if step_id == LAST_STEP:
            return self.last_step
        raise KeyError(step_id)

    @property
    def built_in(self) -> tuple[Step, ...]:
        """The steps that every case may need and no playbook has."""
        asking = (step for step in self.steps if isinstance(step, Credit))
        return (*(credit_approval(step) for step in asking), self.last_step)

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

    def anchors(self, step: Step) -> tuple[str, ...]:
        """The steps after which this one opens: none after which a built-in one does."""
        return next((anchors for one, anchors in self.anchored() if one.id == step.id), ())

    def anchored(self) -> Iterator[tuple[Step, tuple[str, ...]]]:
        """Every step with the steps after which it opens.

        It opens after the one above it. Steps of one group open together, after what stands above
        the group; and what stands below a group opens after all of it.
        """
        return _anchored(self.steps)

    @property
    def first_steps(self) -> tuple[Step, ...]:
        """The steps that a case begins with: the first one, or the whole first group."""
        return tuple(step for step, anchors in self.anchored() if not anchors)


def _anchored(steps: tuple[Step, ...]) -> Iterator[tuple[Step, tuple[str, ...]]]:
    above: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    group: str | None = None
    for step in steps:
        if step.group is None or step.group != group:
            above, together, group = together, (), step.group
        yield step, (step.after.step,) if step.after and step.after.step else above
        together = (*together, step.id)


LAST_STEP = "how-does-it-end"
"""The id of the built-in last step; no playbook may use it."""

_APPROVAL = "-approval"
_LONGEST_CREDIT = 60 - len(_APPROVAL)


def credit_approval_id(step_id: str) -> str:
    """The id of the built-in approval of a credit step."""
    return f"{step_id}{_APPROVAL}"


def credit_approval(step: Credit) -> Approval:
    """What opens when somebody asks for more money than their own limit. No playbook has it."""
    return Approval(
        kind=StepKind.APPROVAL,
        id=credit_approval_id(step.id),
        title="Say yes or no to the money",
        why="It is more than the one who asked may give alone.",
        question="May this money go to the customer?",
        approver=Role.MANAGER,
        owner=Role.MANAGER,
        outcomes=(
            Outcome(id="yes", label="Yes, give it", grants=True),
            Outcome(id="no", label="No, not this much"),
        ),
        on_outcome={},
        due=Due(within=step.approve_within),
        skip=SkipRule.NEVER,
        minutes=2,
    )


def _doubled(ids: list[str]) -> Iterator[Misfit]:
    for index, name in enumerate(ids):
        if name.endswith(_APPROVAL) and name.removesuffix(_APPROVAL) in ids:
            what = f"the id `{name}` may be needed for an approval; take another"
            yield Misfit(("steps", index, "id"), what)
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
    if isinstance(step, Credit) and len(step.id) > _LONGEST_CREDIT:
        yield Misfit(("id",), f"the id of a credit step has at most {_LONGEST_CREDIT} letters")
    if isinstance(step, Approval) and step.expires_as and step.expires_as not in outcomes:
        what = f"{where} expires as `{step.expires_as}`, which is not an outcome"
        yield Misfit(("expires_as",), what)
    if step.kind not in ENGINE_RUN and not outcomes:
        yield Misfit((), f"{where} needs at least one outcome: how can it end?")
    if step.when:
        try:
            bounded(step.when)
        except ValueError as error:
            yield Misfit(("when",), str(error))


def _circle(steps: tuple[Step, ...]) -> Iterator[Misfit]:
    """A step that waits for itself, over whatever way, would wait for ever."""
    waits_for = {step.id: anchors for step, anchors in _anchored(steps)}
    for index, start in enumerate(waits_for):
        way = _way_back(start, waits_for)
        if way:
            named = " waits for ".join(f"`{name}`" for name in way)
            what = f"steps wait for each other in a circle: {named}"
            yield Misfit(("steps", index, "after"), what)
            return


def _way_back(start: str, waits_for: dict[str, tuple[str, ...]]) -> list[str]:
    """The way from a step over those it waits for to one that is on the way already, if any."""
    ways = [[start]]
    safe: set[str] = set()
    while ways:
        way = ways.pop()
        for name in waits_for.get(way[-1], ()):
            if name in way:
                return [*way, name]
            if name not in safe:
                safe.add(name)
                ways.append([*way, name])
    return []


class PlaybookRef(Frozen):
    """A playbook version by name: `missed-appointment@3`."""

    slug: Slug
    version: Annotated[int, Field(ge=1)]
    hash: Line
    """SHA-256 of the document, so that a version can be shown never to have changed."""

    def __str__(self) -> str:
        return f"{self.slug}@{self.version}"


class Origin(StrEnum):
    """Where a version came from."""

    FILE = "file"
    WEB = "web"


class PlaybookVersion(Frozen):
    """One version of a playbook. What it says never changes; it can be published, and again."""

    ref: PlaybookRef
    playbook: Playbook
    status: Literal["published", "draft"] = "published"
    origin: Origin = Origin.FILE
    author_id: UUID | None = None
    """Who wrote it; empty for a file's."""

    created_at: AwareDatetime | None = None
    published_at: AwareDatetime | None = None
    """When it was published last. Of the published ones the latest is current."""
