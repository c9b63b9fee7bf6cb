"""The queue, and the one thing to do now."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

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
from models.errors import Conflict, NotAllowed
from models.escalation import EscalationState, Light
from models.frozen import Frozen
from models.standing import EscalationLine
from models.store.repositories import escalations, lately, operations

router = APIRouter(prefix="/cs", tags=["queue"])

CLAIM_LAPSES = timedelta(minutes=45)
"""Longer than any call: who took a case and did nothing with it by then has gone home."""

_TRIES = 5
_CLAIM = "claim"
_LATELY = 3
"""Cases of a person's own that moved just now, and are looked at: nobody talks in more at once."""

_MIDDLE = "You are in the middle of it."
_SAFE = "The engine is away. You get this one as soon as it is back."
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
    lines = await _in_turn(parts, person)
    taken = await _taken_before(parts, who, asked)
    if taken is not None:
        return _next(await _action(parts, who, taken), max(0, len(lines) - 1))
    for attempt, line in enumerate(lines[:_TRIES]):
        if line.assignee_id is None:
            claim = await _claim(parts, who, asked, line, attempt)
            if claim is None:
                continue
            if claim.status == "accepted":
                response.status_code = 202
            return await _taken(parts, who, line, claim, len(lines) - 1)
        action = await _action(parts, who, line)
        if action is not None:
            return _next(action, len(lines) - 1)
    return _next(None, max(0, len(lines) - 1))


async def _taken_before(parts: Parts, who: Caller, asked: Asked) -> EscalationLine | None:
    """The case that a request with this key took: its repetition takes no second one."""
    for attempt in range(_TRIES):
        async with parts.store.single() as connection:
            key = _key(asked, attempt)
            earlier = await operations.find(connection, who.actor.key, _CLAIM, key)
        if earlier is None:
            return None
        try:
            # Not yet written down is not the same as not taken: the engine knows.
            answer = await repeat(parts, earlier, earlier.body_hash)
        except Conflict:
            continue
        async with parts.store.single() as connection:
            return await escalations.line_by_id(connection, answer.escalation_id)
    return None


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


def _key(asked: Asked, attempt: int) -> str:
    """A key for each case that is tried, for the inbox has one answer a key."""
    return f"{asked.key}/{attempt}"


async def _claim(
    parts: Parts, who: Caller, asked: Asked, line: EscalationLine, attempt: int
) -> OperationAnswer | None:
    """Take a free case; or hear which one this same request has just taken, sent twice at once.

    None when somebody was faster.
    """
    command = Assign(assignee_id=who.actor.id, only_if_free=True, lapses_after=CLAIM_LAPSES)
    wish = Wish(
        route=_CLAIM,
        body="{}",
        escalation_id=line.id,
        number=line.number,
        command=command,
    )
    try:
        return await operate(parts, who, replace(asked, key=_key(asked, attempt)), wish)
    except Conflict:
        return None


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
