"""A life once more, under other SLA rules: the same people do the same, and the clocks anew.

Taken as it was: every message, step, pause, severity that a person chose, solution and reopening,
and when the engine was away. Found out anew, by the very rules that run cases: every deadline,
warning and miss, and the severity that a miss brings about. What people would have done otherwise
is not known, and nobody here pretends to know it.

With the rules that the case had, this must give what is on record. Where it does not, the case is
left out instead of being told wrongly.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain import clock_plans, clocks, outcomes, talk
from domain.countdowns import Tally, on_record
from domain.due import Deadline, due
from domain.evolve import evolve
from domain.story import Story
from domain.tracing import HARMLESS
from models import event as ev
from models.actor import ENGINE
from models.edition import Edition
from models.escalation import EscalationState, number_text
from models.event import Event, ResumeCause
from models.hours import OpenHours
from models.messages import Book
from models.rehearsal import CaseRehearsal, Countdowns, LeftOut, PastCase
from models.severity import Severity
from models.sla import ClockKind, MergeRule, ReopenRule, SlaPolicy
from models.step import Credit, StepKind


def rehearse(
    past: PastCase, policy: SlaPolicy, hours: tuple[OpenHours, ...]
) -> CaseRehearsal | LeftOut:
    """One case under a draft, beside what is on record of it."""
    number = number_text(past.opening.number)
    if any(isinstance(one.fact, ev.PlaybookChanged) for one in past.events):
        return LeftOut(number=number, why="it took up another playbook on its way")
    own = past.book.model_copy(update={"hours": past.book.hours or ()})
    recorded = on_record(past.events)
    if relive(own, past.events) != recorded:
        return LeftOut(number=number, why="its own rules, gone through again, tell another story")
    draft = own.model_copy(update={"policy": policy, "hours": hours})
    return CaseRehearsal(
        id=past.opening.escalation_id,
        number=number,
        policy_before=own.policy.ref,
        policy_after=policy.ref,
        before=recorded,
        after=relive(draft, past.events),
        long_pause=any(
            isinstance(one.fact, ev.Paused) and one.fact.until - one.at > policy.pauses.longest
            for one in past.events
        ),
    )


def relive(book: Book, events: Sequence[Event]) -> Countdowns:
    """What the clocks of a life would have done if it had been pinned to this book.

    The engine acts at the instant that something is due; but where the record shows that it was
    away, it acts when it came back, whatever the rules.
    """
    shadow = _Shadow(book, events[0])
    known = evolve(None, events[0])
    for place, event in enumerate(events[1:], 1):
        if _begins_a_turn(events, place):
            shadow.live_until(event.at, due(known))
        if _is_a_tick(events, place) or _is_time_first(book, events, place):
            shadow.tick(event.at)
        if not _is_of_a_miss(events, place):
            shadow.follow(event)
        known = evolve(known, event)
    return shadow.tally.sum()


def _begins_a_turn(events: Sequence[Event], place: int) -> bool:
    event, before = events[place], events[place - 1]
    return (event.at, event.op_id) != (before.at, before.op_id)


def _is_a_tick(events: Sequence[Event], place: int) -> bool:
    """Whether the engine looked at the clocks here.

    Not when a solution, which a delivery led to, only noted a miss in passing.
    """
    noted = (ev.ClockBreached, ev.ClockMet)
    if events[place].op_id is not None:
        return False
    if not isinstance(events[place].fact, ev.ClockWarned | ev.ClockBreached):
        return False
    after = next((one for one in events[place:] if not isinstance(one.fact, noted)), None)
    return after is None or not isinstance(after.fact, ev.Resolved)


def _is_time_first(book: Book, events: Sequence[Event], place: int) -> bool:
    """Whether the engine looked at the clocks here, because a command would hide a miss."""
    hides = isinstance(events[place].fact, ev.Paused | ev.Changed | ev.Absorbed)
    asked = events[place].op_id is not None and _begins_a_turn(events, place)
    return hides and asked and book.rules.edition >= Edition.SECOND


def _is_of_a_miss(events: Sequence[Event], place: int) -> bool:
    """Whether the case was handed up because of a miss: the draft decides that anew."""
    if events[place].op_id is not None or not isinstance(events[place].fact, ev.HandedUp):
        return False
    between = (ev.EffectPlanned, ev.HandedUp)
    earlier = (one for one in events[place::-1] if not isinstance(one.fact, between))
    return isinstance(next(earlier, events[0]).fact, ev.ClockBreached)


class _Shadow:
    """The case as it would have been: its clocks, and what they depend on. It has no steps."""

    def __init__(self, book: Book, opened: Event) -> None:
        self.tally = Tally()
        self._book = book
        self._state: EscalationState = evolve(None, opened)
        self._now = opened.at
        self._before: tuple[UUID, EscalationState] | None = None
        story = self._story(opened)
        state = self._state
        clocks.set_clocks(story, clock_plans.first_clocks(book, state.severity, state.received_at))
        self._absorb(story)

    def live_until(self, at: datetime, away: Deadline | None) -> None:
        """Let time bring about what is due until then, but for what was due from `away` on."""
        while (when := self._next_at()) is not None and when <= at:
            if away is not None and when >= away.at:
                break
            self.tick(max(when, self._now))

    def tick(self, at: datetime) -> None:
        """The engine looks at pause and clocks."""
        self._now = at
        story = Story(self._book, self._state, at, ENGINE, None)
        held = self._state.pause
        if held is not None and held.until <= at:
            _go_on(story, ResumeCause.TIME)
        clocks.tick(story)
        self._absorb(story)

    def follow(self, event: Event) -> None:
        """What happened to the case happens here, too."""
        self._now = event.at
        if isinstance(event.fact, ev.Undone):
            self._take_back(event.fact)
            return
        earlier = self._before[0] if self._before else None
        if event.op_id not in (None, earlier) and not isinstance(event.fact, HARMLESS):
            self._before = event.op_id, self._state
        story = self._story(event)
        if event.op_id is not None:
            _follow_person(story, event)
        _follow_case(story, event)
        self._absorb(story)

    def _take_back(self, fact: ev.Undone) -> None:
        """Everything stands as before, but for the numbers of events: there is no way back."""
        if self._before is not None and self._before[0] == fact.undone:
            stood, version = self._before[1], self._state.version
            self._state = stood.model_copy(update={"version": version})

    def _next_at(self) -> datetime | None:
        found = [
            at
            for clock in self._state.clocks
            if clock.running
            for at in (clock.next_warning_at, None if clock.breached_at else clock.due_at)
            if at is not None
        ]
        held = self._state.pause
        return min([*found, *([held.until] if held else [])], default=None)

    def _story(self, event: Event) -> Story:
        return Story(self._book, self._state, event.at, event.actor, event.op_id)

    def _absorb(self, story: Story) -> None:
        for event in story.events:
            self.tally.look_at(self._state, event)
            self._state = evolve(self._state, event)


def _follow_person(story: Story, event: Event) -> None:
    """What an operation did that clocks depend on."""
    fact = event.fact
    match fact:
        case ev.MessageRecorded():
            if talk.answers(fact):
                clocks.answered(story)
            if talk.wants_something(fact):
                _customer_waits(story)
        case ev.StepEnded():
            if fact.why is None and fact.kind is not StepKind.APPROVAL:
                outcomes.take_over(story)
            if fact.contact:
                clocks.answered(story)
        case ev.StepStarted() if _reaches_the_customer(story.book, fact):
            clocks.answered(story)
        case ev.StepSnoozed():
            outcomes.take_over(story)
        case ev.Changed(severity=Severity() as severity) if severity != story.state.severity:
            story.tell(fact.model_copy(update={"previous_severity": story.state.severity}))
            clocks.set_for_severity(story, ())
        case _:
            return


def _follow_case(story: Story, event: Event) -> None:
    """What happened to the case as a whole, whoever brought it about."""
    fact, policy = event.fact, story.book.policy
    match fact:
        case ev.Paused():
            clocks.note_misses(story)
            story.tell(fact.model_copy(update={"stops": policy.pauses.stops}))
        case ev.Resumed(cause=cause):
            if cause is not ResumeCause.REPLY and story.state.pause is not None:
                _go_on(story, cause)
        case ev.Resolved():
            outcomes.take_over(story)
            clocks.meet(story, ClockKind.RESOLUTION)
            clocks.note_misses(story)
            story.tell(fact)
        case ev.Reopened():
            resumes = policy.reopen is ReopenRule.RESUME
            story.tell(fact.model_copy(update={"resumes": resumes}))
            clocks.set_for_reopening(story, ())
            if fact.customer_waits:
                clocks.customer_waits(story)
        case ev.Cancelled() | ev.Merged():
            clocks.note_misses(story)
            story.tell(fact)
        case ev.Absorbed():
            _absorb(story, fact)
        case ev.Closed() | ev.Assigned() | ev.ClaimLapsed() | ev.HandedUp():
            story.tell(fact)
        case _:
            return


def _absorb(story: Story, fact: ev.Absorbed) -> None:
    """Another case was taken in; whether the clocks count from the earlier one, the draft says."""
    before = story.state.received_at
    counts = story.book.policy.merge is MergeRule.EARLIEST and fact.received_at is not None
    story.tell(fact if counts else fact.model_copy(update={"received_at": None}))
    if counts:
        clocks.count_from(story, before, fact.breached)
    if fact.customer_waits:
        _customer_waits(story)


def _customer_waits(story: Story) -> None:
    """The customer wants something of a case that is not over."""
    if story.state.status not in talk.ASKED_IN:
        return
    if story.state.pause is not None and story.book.policy.pauses.ends_on_reply:
        _go_on(story, ResumeCause.REPLY)
    clocks.customer_waits(story)


def _go_on(story: Story, cause: ResumeCause) -> None:
    held = story.state.pause
    if held is not None:
        story.tell(ev.Resumed(cause=cause, ended_at=min(held.until, story.now)))
        clocks.go_on(story, held.stops)


def _reaches_the_customer(book: Book, fact: ev.StepStarted) -> bool:
    step = next((one for one in book.playbook.steps if one.id == fact.step), None)
    known = step.outcomes if isinstance(step, Credit) else ()
    return any(one.id == fact.outcome and one.contact for one in known)
