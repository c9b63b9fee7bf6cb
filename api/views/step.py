"""A step as its card shows it."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.script import Values, missing, render
from models.escalation import StepRun, StepStatus
from models.frozen import Frozen
from models.step import (
    EmailStep,
    FieldKind,
    Notify,
    OfferStep,
    SkipRule,
    Step,
    StepKind,
    Task,
)


class OutcomeView(Frozen):
    """One way in which the step can end."""

    id: str
    label: str


class FieldView(Frozen):
    """Something to write down."""

    id: str
    label: str
    kind: FieldKind
    required: bool


class ScriptView(Frozen):
    """What to say, filled in."""

    opening: str
    key_points: tuple[str, ...]
    closing: str | None


class LetterView(Frozen):
    """The letter, filled in; what is not known is a blank such as `[appointment day]`."""

    subject: str
    body: str
    blanks: tuple[str, ...]
    """What must be filled in before it can leave."""


class StepView(Frozen):
    """One step of a case."""

    id: Annotated[str, Field(examples=["call-now"])]
    """The run: `call-now`, or `call-now#2` when it runs again."""

    step: str
    kind: StepKind
    title: str
    why: str | None
    status: StepStatus
    owner: str
    """The role that may do it, at least."""

    minutes: int
    skip: SkipRule
    promised: bool
    outcomes: tuple[OutcomeView, ...]
    fields: tuple[FieldView, ...]
    script: ScriptView | None
    letter: LetterView | None
    offer: str | None
    instructions: tuple[str, ...]
    opens_at: AwareDatetime | None
    opened_at: AwareDatetime | None
    due_at: AwareDatetime | None
    overdue: bool
    ended_at: AwareDatetime | None
    ended_by: str | None
    outcome: str | None
    note: str | None


def step_view(
    step: Step,
    run: StepRun | None,
    values: Values,
    *,
    now: AwareDatetime,
    ended_by: str | None = None,
    note: str | None = None,
) -> StepView:
    """A step, filled in. Without a run its turn has not come: it is shown as waiting."""
    status = run.status if run else StepStatus.WAITING
    due_at = run.due_at if run else None
    overdue = status is StepStatus.OPEN and due_at is not None and due_at < now
    return StepView(
        id=run.id if run else step.id,
        step=step.id,
        kind=step.kind,
        title=render(step.title, values),
        why=render(step.why, values) if step.why else None,
        status=status,
        owner=step.owner,
        minutes=step.minutes,
        skip=step.skip,
        promised=step.promised,
        outcomes=tuple(OutcomeView(id=one.id, label=one.label) for one in step.outcomes),
        fields=tuple(
            FieldView(id=one.id, label=one.label, kind=one.kind, required=one.required)
            for one in step.fields
        ),
        script=_script(step, values),
        letter=letter_view(step, values),
        offer=render(step.offer, values) if isinstance(step, OfferStep) else None,
        instructions=tuple(render(one, values) for one in step.instructions)
        if isinstance(step, Task)
        else (),
        opens_at=run.opens_at if run else None,
        opened_at=run.opened_at if run else None,
        due_at=due_at,
        overdue=overdue,
        ended_at=run.ended_at if run else None,
        ended_by=ended_by,
        outcome=run.outcome if run else None,
        note=note,
    )


def _script(step: Step, values: Values) -> ScriptView | None:
    if step.script is None:
        return None
    closing = step.script.closing
    return ScriptView(
        opening=render(step.script.opening, values),
        key_points=tuple(render(one, values) for one in step.script.key_points),
        closing=render(closing, values) if closing else None,
    )


def letter_view(step: Step, values: Values) -> LetterView | None:
    """The letter of an e-mail or notify step, filled in."""
    if not isinstance(step, EmailStep | Notify):
        return None
    letter = step.letter
    blanks = missing(f"{letter.subject}\n{letter.body}", values)
    return LetterView(
        subject=render(letter.subject, values),
        body=render(letter.body, values),
        blanks=tuple(str(one) for one in blanks),
    )
