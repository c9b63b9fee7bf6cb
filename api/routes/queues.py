"""The queue, and the one thing to do now."""

import asyncio
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.acceptance import OperationAnswer, Wish, operate, repeat
from api.dependencies import (
    Asked,
    AskedDep,
    Caller,
    CallerDep,
    PartsDep,
    as_uuid,
    invalid,
    load_escalation,
    require_person,
)
from api.parts import Parts
from api.problems import documented
from api.routes.escalations import MAX_PAGE
from api.views.escalation import (
    ClockView,
    clock_view,
    escalation_view,
    picture,
)
from api.views.line import LinePage, LineView, answer_page, line_view, own_now
from api.views.step import StepView
from domain.standing import due_first, mind_of, tightest
from domain.talking import WITHIN, in_the_middle
from domain.urgency import explain, urgency
from models.actor import Person
from models.command import Assign
from models.customer import Customer, first_name
from models.duration import say_duration
from models.errors import Busy, Conflict, NotAllowed
from models.escalation import EscalationState, Light
from models.frozen import Frozen
from models.operation import InboxRow
from models.standing import EscalationLine
from models.store.repositories import escalations, lately, operations

router = APIRouter(prefix="/cs", tags=["queue"])

CLAIM_LAPSES = timedelta(minutes=45)
"""Longer than any call: who took a case and did nothing with it by then has gone home."""

PATIENCE = 3.0
"""Seconds for which a claim looks again while others are about to take whatever is free."""

_LOOK_EVERY = 0.05
_CLAIM = "claim"
_LATELY = 3
"""Cases of a person's own that moved just now, and are looked at: nobody talks in more at once."""

_MIDDLE = "You are in the middle of it."
_SAFE = "The engine is away. You get this one as soon as it is back."
_CROWDED = "Others are taking every free case right now. Try again in a few seconds."
_MOMENT = TypeAdapter(datetime)


class NextAction(Frozen):
    """The one thing to do now."""

    headline: str
    """What to do: `Call Doug now`."""

    reason: str
    """Why this comes first, in one sentence."""

    urgency: Annotated[int, Field(ge=0, le=100)]
    """How much it presses: 100 from its turn on, 0 a day and more before it."""

    escalation: LineView
    step: StepView
    clock: ClockView | None
    """The tightest clock that still runs."""

    light: Light
    """Of the tightest clock; at least yellow when the step itself is late."""

    due_at: AwareDatetime | None
    """The sooner of the step's due time and the tightest deadline."""

    time_left: str
    """Until then, in words: `46 minutes left`, `12 minutes late`."""

    customer: Customer | None
    description: str | None
    """What the customer told us."""

    win_condition: str
    what_not_to_do: tuple[str, ...]
    claimed: bool
    """It is yours."""


class Next(Frozen):
    """What to do right now; nothing when the queue is empty."""

    action: NextAction | None
    message: str
    waiting: Annotated[int, Field(ge=0)]
    """How many more wait behind it, 100 at most."""


@router.get("/queue", response_model=LinePage, responses=documented(), summary="Ranked work")
async def queue(
    parts: PartsDep,
    who: CallerDep,
    cursor: Annotated[str | None, Query(max_length=120)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Response:
    """Your cases and free ones that you may work on, most urgent first."""
    person = require_person(who)
    after = _cursor(cursor)
    lines = await _ranked(parts, person, after, limit + 1)
    page = lines[:limit]
    more = None
    if len(lines) > limit and page[-1].rank_at is not None:
        at = page[-1].rank_at.isoformat().replace("+00:00", "Z")
        more = f"{at}~{page[-1].id}"
    return await answer_page(parts, page, more)


@router.get("/next", responses=documented(), summary="What do I do right now?")
async def preview_next(parts: PartsDep, who: CallerDep) -> Next:
    """The one thing to do now. Looking does not take it.

    Whoever talks to a customer gets the next step of that case, whatever else presses.
    """
    person = require_person(who)
    lines = await _in_turn(parts, person)
    for line in lines:
        action = await _action(parts, who, line)
        if action is not None:
            return _next(action, len(lines) - 1)
    return _next(None, 0)


@router.post(
    "/next",
    responses={**documented(409, 412), 202: {"model": Next, "description": "Safe; later."}},
    summary="Take the next case",
)
async def claim_next(parts: PartsDep, who: CallerDep, asked: AskedDep, response: Response) -> Next:
    """Take the most urgent case and get the one thing to do. Two people never get the same."""
    person = require_person(who)
    if person.role.rank == 0:
        raise NotAllowed("An admin does not work on cases.")
    claiming = _Claiming(parts, who, asked)
    taken = await claiming.taken_before()
    if taken is not None:
        lines = await _ranked(parts, person, None, MAX_PAGE)
        return _next(await _action(parts, who, taken), max(0, len(lines) - 1))
    end = time.monotonic() + PATIENCE
    while True:
        lines = await _in_turn(parts, person)
        told = await claiming.first_of(lines, response)
        if told is not None:
            return told
        if not any(claiming.may_become_mine(line) for line in lines):
            return _next(None, 0)
        if time.monotonic() > end:
            raise Busy(_CROWDED)
        await asyncio.sleep(_LOOK_EVERY)


class _SpokenFor(Exception):
    """Somebody else has the case, or is about to: nothing was kept."""


@dataclass
class _Claiming:
    """One request on its way through the queue, until it has a case or none is free."""

    parts: Parts
    who: Caller
    asked: Asked
    attempt: int = 0
    """How many of its claims were refused: each has a key of its own, for the inbox has one
    answer a key. A claim that was not even kept has used none; a copy of this request may."""

    refused: set[UUID] = field(default_factory=set)

    async def taken_before(self) -> EscalationLine | None:
        """The case that a request with this key took: its repetition takes no second one."""
        while (earlier := await self._earlier()) is not None:
            try:
                # Not yet written down is not the same as not taken: the engine knows.
                answer = await repeat(self.parts, earlier, earlier.body_hash)
            except Conflict:
                self.attempt += 1
                continue
            async with self.parts.store.single() as connection:
                return await escalations.line_by_id(connection, answer.escalation_id)
        return None

    def may_become_mine(self, line: EscalationLine) -> bool:
        """Whether nobody has the case, as far as we know."""
        return line.assignee_id is None and line.id not in self.refused

    async def first_of(self, lines: list[EscalationLine], response: Response) -> Next | None:
        """The first that is the caller's own, or that they can take. None: others are faster."""
        others = len(lines) - 1
        for line in lines:
            if self.may_become_mine(line):
                claim = await self._claim(line)
                if claim is None:
                    continue
                if claim.status == "accepted":
                    response.status_code = 202
                return await _taken(self.parts, self.who, line, claim, others)
            if line.assignee_id is not None:
                action = await _action(self.parts, self.who, line)
                if action is not None:
                    return _next(action, others)
        return None

    async def _claim(self, line: EscalationLine) -> OperationAnswer | None:
        """Take a free case; or hear which one this same request has just taken, sent twice at once.

        None when somebody was faster.
        """
        who = self.who

        async def guard(connection: AsyncConnection) -> None:
            if await operations.is_spoken_for(connection, line.id, _CLAIM, who.actor):
                raise _SpokenFor

        wish = Wish(
            route=_CLAIM,
            body="{}",
            escalation_id=line.id,
            number=line.number,
            command=Assign(assignee_id=who.actor.id, only_if_free=True, lapses_after=CLAIM_LAPSES),
            guard=guard,
        )
        try:
            return await operate(self.parts, who, replace(self.asked, key=self._key), wish)
        except _SpokenFor:
            return None
        except Conflict:
            earlier = await self._earlier()  # of a copy of this request it is another case
            self.refused |= {earlier.escalation_id} if earlier else set()
            self.attempt += 1
            return None

    @property
    def _key(self) -> str:
        return f"{self.asked.key}/{self.attempt}"

    async def _earlier(self) -> InboxRow | None:
        async with self.parts.store.single() as connection:
            return await operations.find(connection, self.who.actor.key, _CLAIM, self._key)


async def _taken(
    parts: Parts, who: Caller, line: EscalationLine, claim: OperationAnswer, others: int
) -> Next:
    """What to do in the case that was taken, at the version that taking it led to.

    It is the only one that this request takes, even when somebody else has done its step by now.
    """
    mine: EscalationLine | None = line
    if claim.escalation_id != line.id:  # the same request, sent twice at once, took another one
        async with parts.store.single() as connection:
            mine = await escalations.line_by_id(connection, claim.escalation_id)
    action = await _action(parts, who, mine) if mine else None
    if claim.status == "accepted":
        return Next(action=action, message=_SAFE, waiting=others)
    if action is None:
        return _next(None, others)
    told = {**action.escalation, "version": claim.version}
    return _next(action.model_copy(update={"claimed": True, "escalation": told}), others)


async def _ranked(
    parts: Parts, person: Person, after: tuple[datetime, UUID] | None, limit: int
) -> list[EscalationLine]:
    async with parts.store.single() as connection:
        return await escalations.ranked(
            connection, person_id=person.id, rank=person.role.rank, after=after, limit=limit
        )


async def _in_turn(parts: Parts, person: Person) -> list[EscalationLine]:
    """Cases in their turn; the one whose customer they talk to before all others."""
    lines = await _ranked(parts, person, None, MAX_PAGE)
    async with parts.store.single() as connection:
        moved = await lately.own_cases(
            connection, person.id, rank=person.role.rank, within=WITHIN, limit=_LATELY
        )
    for line in moved:
        async with parts.store.single() as connection:
            state = await escalations.state_of(connection, line.id)
        if state is not None and await _talking(parts, line, state, person.id):
            return [line, *(one for one in lines if one.id != line.id)]
    return lines


async def _talking(
    parts: Parts, line: EscalationLine, state: EscalationState, person_id: UUID
) -> bool:
    version = await parts.playbook(line.playbook_slug, line.playbook_version)
    return in_the_middle(state, version.playbook, person_id, own_now(line))


async def _action(parts: Parts, who: Caller, line: EscalationLine) -> NextAction | None:
    if line.step is None:
        return None
    whole = await load_escalation(parts, who, str(line.id))
    seen = await picture(parts, who, whole)
    view = escalation_view(seen)
    shown = whole.line.step
    step = next((one for one in view.steps if shown and one.id == shown.run), None)
    if step is None or whole.state is None:
        return None
    clock = tightest(whole.state)
    due_at = due_first(step.due_at, clock)
    pressing = urgency(whole.state, due_at or whole.state.received_at, mind_of(whole.state))
    told = await line_view(parts, whole.line)
    reason = explain(
        pressing,
        view.now,
        name=first_name(whole.line.customer_name),
        value=whole.line.customer_annual_value,
    )
    if who.actor.id and await _talking(parts, whole.line, whole.state, who.actor.id):
        reason = f"{_MIDDLE} {reason}"
    return NextAction(
        headline=step.title,
        reason=reason,
        urgency=pressing.score(view.now),
        escalation=told,
        step=step,
        clock=clock_view(clock, view.now) if clock else None,
        light=Light.YELLOW if step.overdue and view.light is Light.GREEN else view.light,
        due_at=due_at,
        time_left=_time_left(due_at, view.now),
        customer=view.customer,
        description=view.description,
        win_condition=view.playbook.win_condition,
        what_not_to_do=view.playbook.what_not_to_do,
        claimed=line.assignee_id == who.actor.id,
    )


def _time_left(due_at: datetime | None, now: datetime) -> str:
    if due_at is None:
        return "no time limit"
    if due_at >= now:
        return f"{say_duration(due_at - now)} left"
    return f"{say_duration(now - due_at)} late"


def _next(action: NextAction | None, waiting: int) -> Next:
    words = action.headline if action else "Nothing to do right now. Take a breath."
    return Next(action=action, message=words, waiting=waiting)


def _cursor(text: str | None) -> tuple[datetime, UUID] | None:
    if text is None:
        return None
    at, _, row = text.partition("~")
    row_id = as_uuid(row)
    try:
        rank_at = _MOMENT.validate_python(at)
    except ValidationError:
        row_id = None
    if row_id is None or rank_at.tzinfo is None:
        raise invalid("cursor", "is not one of ours", "Use next_cursor of the page before.")
    return rank_at, row_id
