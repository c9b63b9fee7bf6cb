"""A step as its card shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.script import Values, missing, render
from models.escalation import StepRun, StepStatus
from models.frozen import Frozen
from models.money import CreditLimits, Money
from models.step import (
    Approval,
    Credit,
    EmailStep,
    FieldKind,
    Notify,
    OfferStep,
    Outcome,
    Schedule,
    SkipRule,
    Step,
    StepKind,
    Task,
    Webhook,
    doer,
)


class OutcomeView(Frozen):
    """One way in which the step can end."""

    id: str
    label: str
    grants: bool
    """On an approval it means yes; on a credit step the money goes out."""

    without_fields: bool
    """Nothing has to be filled in for it, nor a time found."""


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


class QuestionView(Frozen):
    """What an approval asks."""

    text: str
    approver: str
    """The role that may answer, at least; never the one who asked."""

    asked_by: str | None
    asked_of: str | None
    """The person it was handed to, if it was."""

    asked_by_id: UUID | None
    amount: Money | None
    """How much money it is about."""

    expires_at: AwareDatetime | None
    then: str | None
    """What it counts as when nobody answers."""


class CreditView(Frozen):
    """The money that a credit step can give."""

    at_most: Money
    amount: Money | None
    """How much was asked for."""

    limits: CreditLimits
    """How much each role gives alone today; for more a manager is asked. A case keeps those of the
    day on which it was opened."""


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
    offer_at_most: Money | None
    """What the offer may cost at most."""

    question: QuestionView | None
    credit: CreditView | None
    appointment_lasts_minutes: int | None
    """How long the appointment takes that a schedule step finds."""

    system: str | None
    """The other system that a webhook step tells."""

    group: str | None
    """Steps of one group can be done in any order."""

    instructions: tuple[str, ...]
    opens_at: AwareDatetime | None
    opened_at: AwareDatetime | None
    due_at: AwareDatetime | None
    overdue: bool
    snoozed_until: AwareDatetime | None
    """It was put off: not to be done before. Its due time and the clocks go on."""

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
    around: Around | None = None,
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
        owner=doer(step),
        minutes=step.minutes,
        skip=step.skip,
        promised=step.promised,
        outcomes=tuple(_outcome(one) for one in step.outcomes),
        fields=tuple(
            FieldView(id=one.id, label=one.label, kind=one.kind, required=one.required)
            for one in step.fields
        ),
        script=_script(step, values),
        letter=letter_view(step, values),
        offer=render(step.offer, values) if isinstance(step, OfferStep) else None,
        offer_at_most=step.at_most if isinstance(step, OfferStep) else None,
        question=_question(step, run, values, around or Around()),
        credit=_credit(step, run, around or Around()),
        appointment_lasts_minutes=_minutes(step),
        system=step.target if isinstance(step, Webhook) else None,
        group=step.group,
        instructions=_instructions(step, values),
        opens_at=run.opens_at if run else None,
        opened_at=run.opened_at if run else None,
        due_at=due_at,
        overdue=overdue,
        snoozed_until=run.snoozed_until if run else None,
        ended_at=run.ended_at if run else None,
        ended_by=ended_by,
        outcome=run.outcome if run else None,
        note=note,
    )


def _outcome(one: Outcome) -> OutcomeView:
    told = one.model_dump(include=set(OutcomeView.model_fields))
    return OutcomeView(**told)


@dataclass(frozen=True)
class Around:
    """What stands around a step in its case."""

    names: Mapping[UUID, str] = field(default_factory=dict)
    limits: CreditLimits = field(default_factory=CreditLimits)
    asking: Money | None = None
    """The amount that an approval is about."""

    def name(self, person_id: UUID | None) -> str | None:
        """A person's name."""
        return self.names.get(person_id, "Somebody") if person_id else None


def _question(
    step: Step, run: StepRun | None, values: Values, around: Around
) -> QuestionView | None:
    if not isinstance(step, Approval):
        return None
    return QuestionView(
        text=render(step.question, values),
        approver=step.approver,
        asked_by=around.name(run.asked_by if run else None),
        asked_of=around.name(run.asked_of if run else None),
        asked_by_id=run.asked_by if run else None,
        amount=around.asking,
        expires_at=run.due_at if run else None,
        then=step.expiry.label if step.expiry else None,
    )


def _credit(step: Step, run: StepRun | None, around: Around) -> CreditView | None:
    if not isinstance(step, Credit):
        return None
    amount = run.amount if run else None
    return CreditView(at_most=step.at_most, amount=amount, limits=around.limits)


def _instructions(step: Step, values: Values) -> tuple[str, ...]:
    told = step.instructions if isinstance(step, Task) else ()
    return tuple(render(one, values) for one in told)


def _minutes(step: Step) -> int | None:
    if not isinstance(step, Schedule) or step.lasts is None:
        return None
    return int(step.lasts.total_seconds()) // 60


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
