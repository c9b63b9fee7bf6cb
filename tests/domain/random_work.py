"""What happens to a random case: any command, by anybody, at any time; outages; deliveries."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
)

from domain.adopting import preview
from domain.due import due
from domain.evolve import fold
from domain.lifecycle import OVER
from models.actor import ENGINE, OPERATOR, Actor, ActorKind, Role
from models.command import (
    Absorb,
    AddNote,
    Assign,
    Author,
    Cancel,
    Change,
    ChangePlaybook,
    Delegate,
    Direction,
    EndEffect,
    HandUp,
    Merge,
    MoveClock,
    Open,
    Pause,
    Reopen,
    Resolve,
    Resume,
    SkipStep,
    SnoozeStep,
    Undo,
    Visibility,
)
from models.delivery import DeliveryStatus, Effect
from models.escalation import EscalationState, EscalationType, Status, StepStatus
from models.event import EffectBegun, EffectPlanned, Undone
from models.messages import EscalationStart, Life
from models.playbook import Playbook, credit_approval_id
from models.playbook_change import Fate
from models.severity import Severity
from models.sla import ClockKind
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MINUTE, NOON, SECOND
from tests.domain.random_life import RandomLife
from tests.domain.random_playbooks import MOMENTS, playbooks
from workflows.life import LivingCase

PEOPLE = (cases.SARAH, cases.BEN, cases.MARCUS, cases.PRIYA, cases.ALEX)
MONA = Actor(kind=ActorKind.PERSON, id=UUID(int=14), role=Role.MANAGER)


def _occasion(effect: Effect) -> tuple[object, ...]:
    """What a delivery is about, whatever its number."""
    return effect.kind, effect.recipient, effect.step, effect.clock, effect.target


WORKERS = st.sampled_from((cases.SARAH, cases.PRIYA, MONA))
ANYBODY = (*PEOPLE, cases.CUSTOMER, cases.SYSTEM, cases.READER, ENGINE, OPERATOR)
LENGTHS = st.sampled_from(
    [SECOND, 10 * SECOND, MINUTE, 11 * MINUTE, HOUR, 5 * HOUR, DAY, 8 * DAY, 15 * DAY]
)
MOSTLY_A_MANAGER = st.one_of(st.just(cases.PRIYA), st.just(cases.PRIYA), st.sampled_from(ANYBODY))


class RandomWork(RandomLife):
    """The rules. How it begins, and what must be true, are the test's."""

    # -- commands ------------------------------------------------------------------------------

    @precondition(lambda self: self._open())
    @rule(data=st.data())
    def work(self, data: st.DataObject) -> None:
        """Finish a step that can be finished, by somebody who may."""
        who = data.draw(st.sampled_from((cases.PRIYA, cases.PRIYA, MONA, cases.SARAH)))
        self._complete(data, data.draw(st.sampled_from(self._open())), who)

    @precondition(lambda self: self._open())
    @rule(data=st.data(), to=st.sampled_from((cases.MARCUS, MONA)), by=MOSTLY_A_MANAGER)
    def delegate(self, data: st.DataObject, to: Actor, by: Actor) -> None:
        """Ask somebody else for a yes or a no."""
        run = data.draw(st.sampled_from(self._open()))
        assert to.id is not None
        assert to.role is not None
        self._do(Delegate(step=run, to_id=to.id, to_role=to.role), by)

    @rule(by=MOSTLY_A_MANAGER, to=st.sampled_from([None, *Role]))
    def hand_up(self, by: Actor, to: Role | None) -> None:
        """Give the case to a higher role."""
        self._do(HandUp(reason_id=cases.REASON, to=to), by)

    @rule(length=st.sampled_from([0 * SECOND, SECOND, 10 * SECOND, 11 * SECOND]), by=WORKERS)
    def undo(self, length: timedelta, by: Actor) -> None:
        """Take back what was done last; when it may be, everything stands as before."""
        trace = self.state.trace
        self.sleep(length)
        before = self.state
        undone = trace.op_id if trace else self.op_id
        self._do(Undo(undone=undone), by)
        told = next((one.fact for one in self.events[before.version :]), None)
        if not isinstance(told, Undone):
            return
        same = {"steps", "clocks", "status", "assignee_id", "touches", "resolved_at", "closes_at"}
        same |= {"pauses"}
        now, then = fold(self.events[: before.version + 1]), self.stood[undone]
        assert now.model_dump(include=same) == then.model_dump(include=same)
        owed = {_occasion(one) for one in then.effects if not one.begun}
        assert owed <= self._planned(since=before) | self._left(before) | self._begun(then)

    def _planned(self, since: EscalationState) -> set[tuple[object, ...]]:
        """The occasions of what was planned since then, whether or not it is still of use."""
        new = (one.fact for one in self.events[since.version :])
        return {_occasion(one.effect) for one in new if isinstance(one, EffectPlanned)}

    def _left(self, since: EscalationState) -> set[tuple[object, ...]]:
        """The occasions that nobody had withdrawn by then."""
        return {_occasion(one) for one in since.effects}

    def _begun(self, since: EscalationState) -> set[tuple[object, ...]]:
        """The occasions whose hand-over has begun since then."""
        keys = {one.fact.key for one in self.events if isinstance(one.fact, EffectBegun)}
        return {_occasion(one) for one in since.effects if one.key in keys}

    @invariant()
    def whatever_the_engine_does_comes_to_an_end(self) -> None:
        """A step that is under way has a delivery, or a question, that will end it."""
        busy = {one.step for one in self.state.effects}
        for run in self.state.steps:
            if run.status is StepStatus.RUNNING and self.state.status not in OVER:
                name = credit_approval_id(run.step)
                asked = [one for one in self.state.steps if one.step == name]
                assert run.id in busy or any(not one.ended for one in asked), run

    @precondition(lambda self: self._open())
    @rule(data=st.data(), length=LENGTHS)
    def work_later(self, data: st.DataObject, length: timedelta) -> None:
        """The same, some time later."""
        run = data.draw(st.sampled_from(self._open()))
        self.sleep(length)
        self._complete(data, run, cases.PRIYA)

    @rule(data=st.data(), by=st.sampled_from(ANYBODY))
    def meddle(self, data: st.DataObject, by: Actor) -> None:
        """Finish any step, by anybody; open again; move the clock; act on an old version."""
        self._complete(data, data.draw(st.sampled_from(self._names())), by)
        self._do(Open(), by)
        self._do(MoveClock(offset=DAY), by)
        self._do(AddNote(content_id=cases.WORDS), by, version=3)

    @rule(data=st.data(), by=MOSTLY_A_MANAGER, reason=st.sampled_from([None, cases.REASON]))
    def skip(self, data: st.DataObject, by: Actor, reason: UUID | None) -> None:
        """Leave a step out."""
        run = data.draw(st.sampled_from(self._open() or self._names()))
        self._do(SkipStep(step=run, reason_id=reason), by)

    @precondition(lambda self: self._open())
    @rule(
        data=st.data(),
        by=MOSTLY_A_MANAGER,
        length=LENGTHS,
        reason=st.sampled_from([None, cases.REASON, cases.REASON]),
    )
    def snooze(
        self, data: st.DataObject, by: Actor, length: timedelta, reason: UUID | None
    ) -> None:
        """Put a step off."""
        run = data.draw(st.sampled_from(self._open()))
        self._do(SnoozeStep(step=run, until=self.now + length, reason_id=reason), by)

    @rule(
        direction=st.sampled_from(Direction),
        author=st.sampled_from(Author),
        visibility=st.sampled_from(Visibility),
        by=MOSTLY_A_MANAGER,
        thanks=st.booleans(),
    )
    def write(
        self,
        direction: Direction,
        author: Author,
        visibility: Visibility,
        by: Actor,
        thanks: bool,
    ) -> None:
        """A message or a note."""
        self._do(cases.message(direction, author, visibility, thanks=thanks), by)
        self._do(AddNote(content_id=cases.WORDS), by)

    @rule(
        by=MOSTLY_A_MANAGER,
        to=st.sampled_from([None, *PEOPLE]),
        claim=st.booleans(),
    )
    def assign(self, by: Actor, to: Actor | None, claim: bool) -> None:
        """Hand it on, or claim it."""
        self._do(Assign(assignee_id=to.id if to else None, only_if_free=claim), by)

    @rule(
        by=MOSTLY_A_MANAGER,
        severity=st.sampled_from([None, *Severity]),
        kind=st.sampled_from([None, *EscalationType]),
        appointment_at=st.sampled_from(MOMENTS),
    )
    def change(
        self,
        by: Actor,
        severity: Severity | None,
        kind: EscalationType | None,
        appointment_at: datetime | None,
    ) -> None:
        """Correct facts."""
        self._do(Change(severity=severity, type=kind, appointment_at=appointment_at), by)

    @rule(by=MOSTLY_A_MANAGER)
    def resolve(self, by: Actor) -> None:
        """It is mended."""
        self._do(Resolve(), by)

    @precondition(lambda self: self.state.status is Status.RESOLVED)
    @rule(by=MOSTLY_A_MANAGER)
    def reopen(self, by: Actor) -> None:
        """It was not."""
        self._do(Reopen(), by)

    @rule(
        by=MOSTLY_A_MANAGER,
        length=st.sampled_from([None, timedelta(0), HOUR, 2 * DAY, 30 * DAY]),
        reason=st.sampled_from([cases.REASON, cases.REASON, None]),
    )
    def pause(self, by: Actor, length: timedelta | None, reason: UUID | None) -> None:
        """Put it on hold."""
        until = self.now + length if length is not None else None
        self._do(Pause(reason_id=reason, until=until), by)

    @precondition(lambda self: self.state.status is Status.PAUSED)
    @rule(by=MOSTLY_A_MANAGER)
    def resume(self, by: Actor) -> None:
        """Let it go on."""
        self._do(Resume(), by)

    @precondition(lambda self: len(self.events) > 60)
    @rule(by=MOSTLY_A_MANAGER)
    def cancel(self, by: Actor) -> None:
        """Everything stops; not too early, or no case would grow old."""
        self._do(Cancel(), by)

    @precondition(lambda self: len(self.events) > 60)
    @rule(by=MOSTLY_A_MANAGER, to=st.sampled_from([9002, 9002, 9003]), why=st.booleans())
    def merge(self, by: Actor, to: int, why: bool) -> None:
        """It goes on in another case."""
        command = Merge(
            into_id=UUID(int=77),
            into_number=77,
            into_customer_id=UUID(int=to),
            reason_id=cases.REASON if why else None,
        )
        self._do(command, by)

    @rule(
        number=st.integers(min_value=1, max_value=3),
        earlier=st.sampled_from([timedelta(0), HOUR, 9 * HOUR, 30 * DAY]),
        by=st.sampled_from([ENGINE, ENGINE, cases.PRIYA]),
        waits=st.booleans(),
        told=st.sampled_from([None, (), (ClockKind.FIRST_RESPONSE,)]),
    )
    def absorb(
        self,
        number: int,
        earlier: timedelta,
        by: Actor,
        waits: bool,
        told: tuple[ClockKind, ...] | None,
    ) -> None:
        """Another case goes on in this one. No deadline comes later by it, or before its start.

        A pause may end by it: then what was stopped goes on, and is due later by as much.
        """
        before = {clock.kind: clock.due_at for clock in self.state.clocks if not clock.ended}
        stopped = self.state.pause.stops if self.state.pause else ()
        command = Absorb(
            from_id=UUID(int=number),
            from_number=number,
            received_at=NOON + HOUR - earlier,
            customer_waits=waits,
            breached=told,
        )
        self._do(command, by)
        for clock in self.state.clocks:
            if clock.kind in before and not clock.ended:
                assert clock.started_at <= clock.due_at
                assert clock.kind in stopped or clock.due_at <= before[clock.kind]

    @precondition(lambda self: len(self.events) > 20)
    @rule(document=playbooks(), by=MOSTLY_A_MANAGER, swaps=st.booleans(), fresh=st.booleans())
    def change_playbook(self, document: Playbook, by: Actor, swaps: bool, fresh: bool) -> None:
        """Go on by another playbook or version: just what the preview says, or not at all."""
        if swaps:  # names of its own, or a promise of the same name would stand in the way
            told = document.model_dump_json(by_alias=True)
            document = Playbook.model_validate_json(re.sub(r'"s(\d+)"', r'"t\1"', told))
        here = self.state.playbook
        slug = "another" if (here.slug == "rescue") is swaps else "rescue"
        ref = here.model_copy(update={"slug": slug, "version": here.version + 1})
        command = ChangePlaybook(playbook=ref, document=document, seen="another")
        plan = preview(self.case.book, self.state, command, self.now)
        before = self.state
        if fresh:
            command = command.model_copy(update={"seen": plan.token})
        self._do(command, by)
        changed = self.state.playbook == ref
        assert not changed or (fresh and plan.possible)
        if not changed:
            return
        for fate in plan.fates:
            was, now = before.run(fate.step), self.state.run(fate.step)
            if fate.fate is Fate.STAYS:
                assert was == now
            if fate.fate is Fate.VANISHES:
                assert now is not None
                assert now.ended
        promises = [run for run in before.steps if run.promised and not run.ended]
        for run in promises:
            kept = self.state.run(run.id)
            assert kept is not None
            assert run.status is StepStatus.RUNNING or not kept.ended or kept.ended_at == self.now

    # -- time and deliveries -------------------------------------------------------------------

    @rule(length=LENGTHS)
    def sleep(self, length: timedelta) -> None:
        """Time passes, and the timer rings whenever it is set to."""
        until = self.now + length
        while (deadline := due(self.state)) is not None and deadline.at <= until:
            self.now = max(self.now, deadline.at)
            self._catch_up()
        self.now = until

    @rule(length=LENGTHS)
    def outage(self, length: timedelta) -> None:
        """Time passes and no timer rings. What comes next may be a command."""
        self.now += length
        self.behind = True

    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        """A delivery ends, some way or other."""
        begun = [effect.key for effect in self.state.effects if effect.begun]
        key = data.draw(st.sampled_from(begun or ["no/1/step_letter/such"]))
        ends = (DeliveryStatus.SENT, DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN)
        status = data.draw(st.sampled_from((*ends, DeliveryStatus.SUPPRESSED)))
        self._drive(EndEffect(key=key, status=status))
        self._catch_up()

    @rule()
    def deliver_all(self) -> None:
        """Everything that is on its way arrives."""
        while begun := [effect.key for effect in self.state.effects if effect.begun]:
            self._drive(EndEffect(key=begun[0], status=DeliveryStatus.SENT))
            self._catch_up()

    @rule()
    def continue_as_new(self) -> None:
        """Another run of the workflow takes over from JSON, and nothing is different."""
        carried = self.case.carried()
        life = Life.model_validate_json(carried.model_dump_json())
        assert life == carried
        self.case = LivingCase(EscalationStart(book=life.book, life=life), self.now)
        self.case.written(self.case.batch())
