"""SLA clocks as they run: warned once, breached once, met once, each for its own epoch."""

from domain.story import MANAGERS, Story
from models.delivery import EffectKind, RecipientKind
from models.event import ClockBreached, ClockMet, ClocksSet, ClockWarned
from models.sla import Clock, ClockKind, ClockPlan


def set_clocks(story: Story, plans: tuple[ClockPlan, ...]) -> None:
    """Set deadlines anew. A clock that was met stays met: what it counts to has happened."""
    met = {clock.kind for clock in story.state.clocks if clock.met_at is not None}
    fresh = tuple(
        plan for plan in plans if plan.kind not in met or plan.kind is ClockKind.RESOLUTION
    )
    note_misses(story, tuple(plan.kind for plan in fresh))
    if fresh:
        story.tell(ClocksSet(clocks=fresh))


def meet(story: Story, kind: ClockKind) -> None:
    """What the clock counts to has happened; it happens only once."""
    clock = _clock(story, kind)
    if clock is not None and clock.running:
        note_misses(story, (kind,))
        story.tell(ClockMet(clock=kind, late=story.now >= clock.due_at))


def note_misses(story: Story, kinds: tuple[ClockKind, ...] = tuple(ClockKind)) -> None:
    """Note misses that no tick has told yet, before their clocks stop or are set anew.

    So it is after an outage, when somebody is faster than the timer. Nobody is paged: the page
    would come together with the news that it is over.
    """
    for clock in story.state.clocks:
        unnoted = clock.kind in kinds and clock.running and clock.breached_at is None
        if unnoted and clock.due_at <= story.now:
            story.tell(ClockBreached(clock=clock.kind, epoch=clock.epoch, due_at=clock.due_at))


def tick(story: Story) -> None:
    """Warn and breach whatever is due. After a long outage both happen, in that order."""
    for kind in ClockKind:
        clock = _clock(story, kind)
        if clock and clock.running and clock.warned_at is None and clock.warn_at <= story.now:
            story.tell(ClockWarned(clock=kind, epoch=clock.epoch, due_at=clock.due_at))
            story.plan_effect(EffectKind.SLA_WARNING, story.owner, clock=f"{kind}#{clock.epoch}")
        if clock and clock.running and clock.breached_at is None and clock.due_at <= story.now:
            story.tell(ClockBreached(clock=kind, epoch=clock.epoch, due_at=clock.due_at))
            told = f"{kind}#{clock.epoch}"
            story.plan_effect(EffectKind.SLA_BREACH, MANAGERS, clock=told)
            if story.owner.kind is RecipientKind.PERSON:
                story.plan_effect(EffectKind.SLA_BREACH, story.owner, clock=told)


def _clock(story: Story, kind: ClockKind) -> Clock | None:
    return next((one for one in story.state.clocks if one.kind is kind), None)
