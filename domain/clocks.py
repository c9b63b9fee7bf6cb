"""SLA clocks as they run: warned once a level, breached once, met once, each for its own epoch."""

from datetime import datetime

from domain import breaches, clock_plans
from domain.story import Story
from models.delivery import EffectKind
from models.edition import Edition
from models.event import ClockBreached, ClockMet, ClocksMoved, ClocksSet, ClockWarned
from models.sla import Clock, ClockKind, ClockPlan, ReopenRule


def set_clocks(story: Story, plans: tuple[ClockPlan, ...]) -> None:
    """Set deadlines anew. A first answer that was given stays given."""
    met = {clock.kind for clock in story.state.clocks if clock.met_at is not None}
    fresh = tuple(
        plan for plan in plans if plan.kind not in met or plan.kind is not ClockKind.FIRST_RESPONSE
    )
    note_misses(story, tuple(plan.kind for plan in fresh))
    if fresh:
        story.tell(ClocksSet(clocks=fresh))


def set_for_severity(story: Story, given: tuple[ClockPlan, ...]) -> None:
    """The deadlines of another severity. A case of 0.1.0 has them given, unless it was on hold."""
    open_ones = [clock for clock in story.state.clocks if not clock.ended]
    told = tuple(clock.kind for clock in open_ones if clock.breached_at is not None)
    as_given = story.book.hours is None and given and not story.state.pauses
    set_clocks(story, given if as_given else _anew(story, open_ones, story.now))
    if told and story.since(Edition.SECOND):
        hush(story, told)  # of a miss that was told nobody hears twice (trap 35)


def set_for_reopening(story: Story, given: tuple[ClockPlan, ...]) -> None:
    """The deadlines of a reopened case, as the policy says. Nobody is paged at once (trap 18)."""
    book, state = story.book, story.state
    match book.policy.reopen:
        case ReopenRule.FRESH:
            kind = ClockKind.RESOLUTION
            plan = clock_plans.fresh(book, state.severity, kind, story.now)
            set_clocks(story, given if book.hours is None and given else _some(plan))
        case ReopenRule.RESUME:
            _move(story, [one for one in state.clocks if one.kind is ClockKind.RESOLUTION])
        case ReopenRule.FOLLOW_UP_ONLY:
            kind = ClockKind.NEXT_RESPONSE
            set_clocks(story, _some(clock_plans.fresh(book, state.severity, kind, story.now)))
    hush(story)


def go_on(story: Story, kinds: tuple[ClockKind, ...]) -> None:
    """Clocks that stood still run again."""
    _move(story, [one for one in story.state.clocks if one.kind in kinds and not one.ended])


def count_to(story: Story, kind: ClockKind) -> None:
    """The clock counts to another target. One that has warned or was missed may do so again.

    Of a deadline that has passed already nobody hears twice.
    """
    note_misses(story, (kind,))
    clock = _clock(story, kind)
    if clock is None or clock.ended:
        return
    plan = clock_plans.anew(story.book, story.state, clock, story.now)
    spent = clock.warned_at is not None or clock.breached_at is not None
    fresh = spent and plan.due_at > story.now
    story.tell(ClocksSet(clocks=(plan,)) if fresh else ClocksMoved(clocks=(plan,)))


def count_from(
    story: Story, before: datetime, breached: tuple[ClockKind, ...] | None = None
) -> None:
    """Clocks that counted from `before` count from when the customer turned to us, as known now.

    Only deadlines that come sooner move. Of the misses in `breached` the earlier case has told, of
    all when nothing is given; what else is late by that is news.
    """
    start = story.state.received_at
    own = [one for one in story.state.clocks if not one.ended and one.started_at == before]
    note_misses(story, tuple(one.kind for one in own))
    plans = _anew(story, [_from(one, start) for one in own], story.now)
    # A clock on hold is compared as it would go on now: the one that moves counts the hold, too.
    stand = _anew(story, own, story.now) if story.since(Edition.SECOND) else own
    sooner = tuple(
        plan for plan, old in zip(plans, stand, strict=True) if start <= plan.due_at < old.due_at
    )
    if sooner:
        story.tell(ClocksMoved(clocks=sooner))
        hush(story, tuple(ClockKind) if breached is None else breached)


def _from(clock: Clock, start: datetime) -> Clock:
    """The clock as if it had begun earlier, in the same hours."""
    first = tuple(era.model_copy(update={"since": start}) for era in clock.eras[:1])
    return clock.model_copy(update={"started_at": start, "eras": (*first, *clock.eras[1:])})


def _move(story: Story, clocks: list[Clock]) -> None:
    if plans := _anew(story, clocks, story.now):
        story.tell(ClocksMoved(clocks=plans))


def customer_waits(story: Story) -> None:
    """The customer spoke: an answer is owed from now, unless one is owed already (traps 24, 25)."""
    state = story.state
    if _is_owed(story, ClockKind.NEXT_RESPONSE) or _waits_for_the_first(story):
        return
    kind = ClockKind.NEXT_RESPONSE
    gaps = clock_plans.gaps_of(state, kind, story.now)
    set_clocks(story, _some(clock_plans.fresh(story.book, state.severity, kind, story.now, gaps)))


def _waits_for_the_first(story: Story) -> bool:
    """Whether the first answer is still owed. A solution ends that, although none was given."""
    if story.since(Edition.SECOND):
        return _is_owed(story, ClockKind.FIRST_RESPONSE)
    return story.state.first_response_at is None


def _is_owed(story: Story, kind: ClockKind) -> bool:
    clock = _clock(story, kind)
    return clock is not None and not clock.ended


def answered(story: Story) -> None:
    """A person of ours reached the customer: that is the first answer, or the next one."""
    meet(story, ClockKind.FIRST_RESPONSE)
    meet(story, ClockKind.NEXT_RESPONSE)


def meet(story: Story, kind: ClockKind) -> None:
    """What the clock counts to has happened; it happens only once."""
    clock = _clock(story, kind)
    if clock is not None and not clock.ended:
        note_misses(story, (kind,))
        late = (clock.paused_at or story.now) >= clock.due_at
        story.tell(ClockMet(clock=kind, late=late))


def note_misses(story: Story, kinds: tuple[ClockKind, ...] = tuple(ClockKind)) -> None:
    """Note misses that no tick has told yet, before their clocks stop or are set anew.

    So it is after an outage, when somebody is faster than the timer. Nobody is paged: the page
    would come together with the news that it is over.
    """
    for clock in story.state.clocks:
        unnoted = clock.kind in kinds and not clock.ended and clock.breached_at is None
        if unnoted and clock.due_at <= (clock.paused_at or story.now):
            story.tell(ClockBreached(clock=clock.kind, epoch=clock.epoch, due_at=clock.due_at))


def hush(story: Story, kinds: tuple[ClockKind, ...] = tuple(ClockKind)) -> None:
    """Note what is due already without telling anybody: it is no news."""
    for kind in kinds:
        clock = _clock(story, kind)
        if clock is not None and clock.running:
            _warn(story, kind)
    note_misses(story, kinds)


def tick(story: Story) -> None:
    """Warn and breach whatever is due. After a long outage both happen, in that order.

    Each miss is acted on before one of them makes the case more severe, and moves what still runs.
    """
    missed: list[Clock] = []
    for kind in ClockKind:
        clock = _clock(story, kind)
        if clock is None or not clock.running:
            continue
        if _warn(story, kind):
            told = f"{kind}#{clock.epoch}"
            story.plan_effect(EffectKind.SLA_WARNING, story.owner, clock=told)
        if clock.breached_at is None and clock.due_at <= story.now:
            story.tell(ClockBreached(clock=kind, epoch=clock.epoch, due_at=clock.due_at))
            breaches.act(story, clock)
            if story.since(Edition.SECOND):
                missed.append(clock)
            else:
                _rise(story, clock)
    for clock in missed:
        _rise(story, clock)


def _rise(story: Story, missed: Clock) -> None:
    """Make the case more severe, if its policy says so. What is due by that is no news."""
    if breaches.severity_rises(story, missed):
        left = [one for one in story.state.clocks if not one.ended and not one.breached_at]
        set_clocks(story, _anew(story, left, story.now))
        hush(story)


def _warn(story: Story, kind: ClockKind) -> bool:
    """Tell every warning that is due. Says whether there was one: a page goes out for the last."""
    told = False
    while clock := _clock(story, kind):
        at = clock.next_warning_at
        if at is None or at > story.now:
            break
        level = max(clock.warned, 1 if clock.warned_at else 0) + 1
        story.tell(ClockWarned(clock=kind, epoch=clock.epoch, due_at=clock.due_at, level=level))
        told = True
    return told


def _anew(story: Story, clocks: list[Clock], now: datetime) -> tuple[ClockPlan, ...]:
    return tuple(clock_plans.anew(story.book, story.state, clock, now) for clock in clocks)


def _some(plan: ClockPlan | None) -> tuple[ClockPlan, ...]:
    return (plan,) if plan is not None else ()


def _clock(story: Story, kind: ClockKind) -> Clock | None:
    return next((one for one in story.state.clocks if one.kind is kind), None)
