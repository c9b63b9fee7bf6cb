"""An escalation as callers see it: in a list, and whole."""

import json
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from api.dependencies import Caller
from api.parts import Parts
from api.views.step import StepView, step_view
from domain.script import Values, placeholders, render
from domain.script_values import line_values, values_of
from domain.standing import light
from models.customer import Customer
from models.escalation import (
    EscalationState,
    EscalationType,
    Light,
    Source,
    Status,
    number_text,
)
from models.frozen import Frozen
from models.money import Money
from models.playbook import LAST_STEP, Playbook, PlaybookVersion
from models.severity import Severity
from models.sla import Clock, ClockKind
from models.standing import EscalationLine, EscalationWhole
from models.step import StepKind
from models.store.repositories import contents, customers, people


class PersonView(Frozen):
    """Somebody of the team."""

    id: UUID
    name: str


class StepNowView(Frozen):
    """The step to do now."""

    id: str
    kind: StepKind
    title: str
    due_at: AwareDatetime | None


class LineView(Frozen):
    """One case in a list."""

    id: UUID
    number: Annotated[str, Field(examples=["E-1042"])]
    version: int
    status: Status
    light: Light
    type: EscalationType
    severity: Severity
    title: str
    customer_name: str
    customer_annual_value: Money | None
    assignee: PersonView | None
    playbook: str
    step: StepNowView | None
    due_at: AwareDatetime | None
    """The tightest SLA deadline that still runs."""

    opened_at: AwareDatetime
    now: AwareDatetime
    """The case's own time, to count down from."""


class ClockView(Frozen):
    """One clock with its deadline, and how that came about."""

    kind: ClockKind
    light: Light
    started_at: AwareDatetime
    due_at: AwareDatetime
    warn_at: AwareDatetime
    met_at: AwareDatetime | None
    breached_at: AwareDatetime | None
    stopped_at: AwareDatetime | None
    calendar: str
    policy: str
    why: str
    """How the deadline came about."""


class PriorView(Frozen):
    """What was believed before anything was measured. A guess, not a measurement."""

    successes: float
    trials: float
    source: str
    measured: bool = False


class PlaybookView(Frozen):
    """The playbook version that the case is pinned to."""

    slug: str
    version: int
    name: str
    win_condition: str
    what_not_to_do: tuple[str, ...]
    success: PriorView


class ReasonsView(Frozen):
    """Why the case was taken for what it is."""

    type: str
    severity: str
    playbook: str


class EscalationView(Frozen):
    """The whole picture of one case."""

    id: UUID
    number: Annotated[str, Field(examples=["E-1042"])]
    version: int
    status: Status
    light: Light
    type: EscalationType
    severity: Severity
    source: Source
    team: str
    title: str
    description: str | None
    customer: Customer | None
    assignee: PersonView | None
    playbook: PlaybookView
    reasons: ReasonsView | None
    clocks: tuple[ClockView, ...]
    steps: tuple[StepView, ...]
    touches: int
    reopened: int
    reopened_from: UUID | None
    appointment_at: AwareDatetime | None
    received_at: AwareDatetime
    opened_at: AwareDatetime
    first_response_at: AwareDatetime | None
    resolved_at: AwareDatetime | None
    closes_at: AwareDatetime | None
    now: AwareDatetime
    """The case's own time, to count down from."""


def own_now(line: EscalationLine) -> datetime:
    """What time it is for this case: a demonstration may have moved its clock ahead."""
    return datetime.now(UTC) + line.clock_offset  # noqa: TID251 (the edge reads the clock)


async def line_view(parts: Parts, line: EscalationLine) -> LineView:
    """A case for a list."""
    version = await parts.playbook(line.playbook_slug, line.playbook_version)
    now = own_now(line)
    step = None
    if line.step is not None:
        title = version.playbook.step(line.step.step).title
        if placeholders(title):
            title = render(title, line_values(parts.house.company, line))
        step = StepNowView(
            id=line.step.run, kind=line.step.kind, title=title, due_at=line.step.due_at
        )
    assignee = None
    if line.assignee_id is not None:
        assignee = PersonView(id=line.assignee_id, name=line.assignee_name or "Somebody")
    return LineView(
        id=line.id,
        version=line.version,
        status=line.status,
        type=line.type,
        severity=line.severity,
        title=line.title,
        customer_name=line.customer_name,
        due_at=line.due_at,
        opened_at=line.opened_at,
        number=number_text(line.number),
        light=light(line.due_at, line.warn_at, now),
        customer_annual_value=line.customer_annual_value,
        assignee=assignee,
        playbook=f"{line.playbook_slug}@{line.playbook_version}",
        step=step,
        now=now,
    )


class Picture:
    """One case with everything needed to put it into words; read in one transaction."""

    def __init__(
        self,
        whole: EscalationWhole,
        version: PlaybookVersion,
        customer: Customer | None,
        names: dict[UUID, str],
        words: dict[UUID, str],
        values: Values,
    ) -> None:
        self.whole = whole
        self.version = version
        self.customer = customer
        self.names = names
        self.words = words
        self.values = values

    @property
    def playbook(self) -> Playbook:
        """The playbook that the case is pinned to."""
        return self.version.playbook


async def picture(parts: Parts, who: Caller, whole: EscalationWhole) -> Picture:
    """Read what belongs to a case."""
    line = whole.line
    version = await parts.playbook(line.playbook_slug, line.playbook_version)
    state = whole.state
    async with parts.store.transaction() as connection:
        customer = await customers.get(connection, line.customer_id)
        known = await people.by_ids(connection, _people(state))
        words = await contents.texts(connection, _words(state))
    names = {one.id: one.name for one in known.values()}
    if who.person is not None:
        names[who.person.id] = who.person.name
    agent = line.assignee_name or (who.person.name if who.person else None)
    values = values_of(
        customer=customer,
        agent_name=agent,
        company=parts.house.company,
        number=number_text(line.number),
        title=line.title,
        now=own_now(line),
        appointment_at=state.appointment_at if state else None,
    )
    return Picture(whole, version, customer, names, words, values)


def _people(state: EscalationState | None) -> set[UUID]:
    if state is None:
        return set()
    found = {run.ended_by.id for run in state.steps if run.ended_by} | {state.assignee_id}
    return {one for one in found if one is not None}


def _words(state: EscalationState | None) -> set[UUID]:
    if state is None:
        return set()
    found = {state.description_id, state.reasons_id, *(run.note_id for run in state.steps)}
    return {one for one in found if one is not None}


def escalation_view(seen: Picture) -> EscalationView:
    """The whole picture."""
    line, state = seen.whole.line, seen.whole.state
    now = own_now(line)
    told = line.model_dump(
        include={"id", "version", "status", "type", "severity", "title", "opened_at"}
    )
    later = state.model_dump(include=_FROM_STATE) if state else _EMPTY
    assignee = None
    if line.assignee_id is not None:
        assignee = PersonView(id=line.assignee_id, name=line.assignee_name or "Somebody")
    reasons = seen.words.get(state.reasons_id) if state and state.reasons_id else None
    return EscalationView(
        **told,
        **later,
        number=number_text(line.number),
        light=light(line.due_at, line.warn_at, now),
        source=seen.whole.source,
        team=seen.whole.team,
        description=seen.words.get(state.description_id)
        if state and state.description_id
        else None,
        customer=seen.customer,
        assignee=assignee,
        playbook=_playbook_view(seen.version, seen.values),
        reasons=ReasonsView(**json.loads(reasons)) if reasons else None,
        clocks=tuple(clock_view(clock, now) for clock in state.clocks) if state else (),
        steps=tuple(_steps(seen, now)),
        received_at=seen.whole.received_at,
        now=now,
    )


_FROM_STATE = {
    "touches",
    "reopened",
    "reopened_from",
    "appointment_at",
    "first_response_at",
    "resolved_at",
    "closes_at",
}
_EMPTY = {
    **dict.fromkeys(_FROM_STATE),
    "touches": 0,
    "reopened": 0,
}


def _steps(seen: Picture, now: datetime) -> list[StepView]:
    """Runs in the order of the playbook, then those whose turn has not come, each in its place."""
    runs = seen.whole.state.steps if seen.whole.state else ()
    views = []
    last = [seen.playbook.last_step] if any(run.step == LAST_STEP for run in runs) else []
    for step in (*seen.playbook.steps, *last):
        mine = [run for run in runs if run.step == step.id]
        views += [
            step_view(
                step,
                run,
                seen.values,
                now=now,
                ended_by=_name(seen, run.ended_by.id if run.ended_by else None),
                note=seen.words.get(run.note_id) if run.note_id else None,
            )
            for run in mine
        ]
        if not mine:
            views.append(step_view(step, None, seen.values, now=now))
    return views


def _name(seen: Picture, person_id: UUID | None) -> str | None:
    return seen.names.get(person_id, "Somebody") if person_id else None


def clock_view(clock: Clock, now: datetime) -> ClockView:
    """A clock. One that is over shows how it ended, not how late it is now."""
    at = clock.met_at or clock.stopped_at or now
    told = clock.model_dump(include=set(ClockView.model_fields) - {"light"})
    return ClockView(**told, light=light(clock.due_at, clock.warn_at, at))


def _playbook_view(version: PlaybookVersion, values: Values) -> PlaybookView:
    playbook = version.playbook
    prior = playbook.success
    return PlaybookView(
        slug=version.ref.slug,
        version=version.ref.version,
        name=playbook.name,
        win_condition=render(playbook.win_condition, values),
        what_not_to_do=tuple(render(one, values) for one in playbook.what_not_to_do),
        success=PriorView(successes=prior.successes, trials=prior.trials, source=prior.source),
    )
