"""An escalation as callers see it: in a list, and whole."""

import contextlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from api.dependencies import Caller
from api.parts import Parts
from api.views.alert import AlertView, shown_alerts
from api.views.insight import NOTHING_BESIDES, Besides, InsightView, insight_view
from api.views.line import PersonView, assignee_view, own_now
from api.views.step import Around, StepView, step_view
from domain.script import Values, render
from domain.script_values import values_of
from domain.standing import light
from models.actor import Role
from models.customer import Customer
from models.escalation import (
    EscalationState,
    EscalationType,
    Light,
    Source,
    Status,
    StepRun,
    number_text,
)
from models.frozen import Frozen
from models.money import CreditLimits
from models.playbook import LAST_STEP, Playbook, PlaybookVersion, credit_approval_id
from models.severity import Severity
from models.sla import Clock, ClockKind
from models.standing import EscalationWhole
from models.step import Step
from models.store.repositories import contents, customers, people


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
    paused_at: AwareDatetime | None
    """Since when it stands still."""

    calendar: str
    policy: str
    why: str
    """How the deadline came about."""


class PauseView(Frozen):
    """A case on hold."""

    from_at: AwareDatetime
    until: AwareDatetime
    """When it goes on by itself."""

    by: str | None
    reason: str | None


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
    handed_to: Role | None
    """The role that the case was handed up to. While nobody has it, it waits for one of these."""

    playbook: PlaybookView
    reasons: ReasonsView | None
    clocks: tuple[ClockView, ...]
    pause: PauseView | None
    """Why it is on hold, if it is."""

    steps: tuple[StepView, ...]
    touches: int
    reopened: int
    reopened_from: UUID | None
    merged_into: str | None
    """The case in which this one goes on."""

    absorbed: tuple[str, ...]
    """The cases that were merged into this one. What happened there is in their timelines."""

    ai: InsightView
    """What was read in the customer's words."""

    alerts: tuple[AlertView, ...]
    """What the team is alerted of now, whomever it concerns."""

    appointment_at: AwareDatetime | None
    received_at: AwareDatetime
    opened_at: AwareDatetime
    first_response_at: AwareDatetime | None
    resolved_at: AwareDatetime | None
    closes_at: AwareDatetime | None
    now: AwareDatetime
    """The case's own time, to count down from."""


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
        limits: CreditLimits,
        earlier: tuple[Playbook, ...] = (),
    ) -> None:
        self.whole = whole
        self.version = version
        self.customer = customer
        self.names = names
        self.words = words
        self.values = values
        self.limits = limits
        self.earlier = earlier
        """The playbooks that it went by before, the first one first."""

    def step_of(self, run: StepRun) -> Step | None:
        """The words of a run that the playbook does not have: those of the latest that had it."""
        for playbook in reversed(self.earlier):
            with contextlib.suppress(KeyError):
                return playbook.step(run.step)
        return None

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
    limits = parts.house.rules.credit_limits
    earlier = (
        [await parts.playbook(one.slug, one.version) for one in state.earlier] if state else []
    )
    before = tuple(one.playbook for one in earlier)
    return Picture(whole, version, customer, names, words, values, limits, before)


def _people(state: EscalationState | None) -> set[UUID]:
    if state is None:
        return set()
    found = {run.ended_by.id for run in state.steps if run.ended_by} | {state.assignee_id}
    found |= {one for run in state.steps for one in (run.asked_by, run.asked_of)}
    found.add(state.pause.by if state.pause else None)
    return {one for one in found if one is not None}


def _words(state: EscalationState | None) -> set[UUID]:
    if state is None:
        return set()
    found = {state.description_id, state.reasons_id, *(run.note_id for run in state.steps)}
    found.add(state.pause.reason_id if state.pause else None)
    return {one for one in found if one is not None}


def escalation_view(seen: Picture, besides: Besides = NOTHING_BESIDES) -> EscalationView:
    """The whole picture."""
    line, state = seen.whole.line, seen.whole.state
    now = own_now(line)
    later = state.model_dump(include=_FROM_STATE) if state else _EMPTY
    reasons = seen.words.get(state.reasons_id) if state and state.reasons_id else None
    return EscalationView(
        **later,
        id=line.id,
        number=number_text(line.number),
        version=line.version,
        status=line.status,
        type=line.type,
        severity=line.severity,
        title=line.title,
        opened_at=line.opened_at,
        light=light(line.due_at, line.warn_at, now),
        source=seen.whole.source,
        team=seen.whole.team,
        description=seen.words.get(state.description_id)
        if state and state.description_id
        else None,
        customer=seen.customer,
        assignee=assignee_view(line),
        playbook=_playbook_view(seen.version, seen.values),
        reasons=ReasonsView(**json.loads(reasons)) if reasons else None,
        clocks=tuple(clock_view(clock, now) for clock in state.clocks) if state else (),
        pause=_pause(seen),
        steps=tuple(_steps(seen, now)),
        merged_into=_number(state.merged_into_number) if state else None,
        absorbed=tuple(number_text(one) for one in state.absorbed) if state else (),
        ai=insight_view(state, besides),
        alerts=tuple(shown_alerts(line, state)),
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
    "handed_to",
}
_EMPTY = {
    **dict.fromkeys(_FROM_STATE),
    "touches": 0,
    "reopened": 0,
}


def _steps(seen: Picture, now: datetime) -> list[StepView]:
    """What other playbooks left, runs in the order of the playbook, then what is still to come.

    Each step whose turn has not come is in its place.
    """
    state = seen.whole.state
    runs = state.steps[state.played_from :] if state else ()
    known = _in_order(seen.playbook, {run.step for run in runs})
    views = [_run_view(seen, step, run, now) for step, run in _of_others(seen, known)]
    for step in known:
        mine = [run for run in runs if run.step == step.id]
        views += [_run_view(seen, step, run, now) for run in mine]
        if not mine:
            around = Around(limits=seen.limits)
            views.append(step_view(step, None, seen.values, now=now, around=around))
    return views


def _of_others(seen: Picture, known: list[Step]) -> Iterator[tuple[Step, StepRun]]:
    """Runs of steps that the playbook does not have, and those from before it."""
    state = seen.whole.state
    own = {step.id for step in known}
    for place, run in enumerate(state.steps if state else ()):
        before = state is not None and place < state.played_from
        step = seen.step_of(run) if before or run.step not in own else None
        if step is not None:
            yield step, run


def _run_view(seen: Picture, step: Step, run: StepRun, now: datetime) -> StepView:
    return step_view(
        step,
        run,
        seen.values,
        now=now,
        ended_by=_name(seen, run.ended_by.id if run.ended_by else None),
        note=seen.words.get(run.note_id) if run.note_id else None,
        around=_around(seen, run),
    )


def _in_order(playbook: Playbook, begun: set[str]) -> list[Step]:
    """The steps as they stand, each built-in one that was needed after the one that needed it."""
    found: list[Step] = []
    for step in playbook.steps:
        found.append(step)
        if credit_approval_id(step.id) in begun:
            found.append(playbook.step(credit_approval_id(step.id)))
    return [*found, playbook.last_step] if LAST_STEP in begun else found


def _around(seen: Picture, run: StepRun) -> Around:
    """Names, limits, and the money that an approval is about."""
    runs = seen.whole.state.steps if seen.whole.state else ()
    asking = [one for one in runs if credit_approval_id(one.step) == run.step]
    amount = asking[-1].amount if asking else None
    return Around(names=seen.names, limits=seen.limits, asking=amount)


def _pause(seen: Picture) -> PauseView | None:
    pause = seen.whole.state.pause if seen.whole.state else None
    if pause is None:
        return None
    return PauseView(
        from_at=pause.from_at,
        until=pause.until,
        by=_name(seen, pause.by),
        reason=seen.words.get(pause.reason_id) if pause.reason_id else None,
    )


def _number(number: int | None) -> str | None:
    return number_text(number) if number is not None else None


def _name(seen: Picture, person_id: UUID | None) -> str | None:
    return seen.names.get(person_id, "Somebody") if person_id else None


def clock_view(clock: Clock, now: datetime) -> ClockView:
    """A clock. One that is over shows how it ended, not how late it is now."""
    at = clock.met_at or clock.stopped_at or clock.paused_at or now
    told = {name: getattr(clock, name) for name in ClockView.model_fields if name != "light"}
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
