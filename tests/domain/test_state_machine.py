"""Random lives: any playbook, any command, any outage; and what must be true after each of them."""

from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.due import due
from domain.evolve import fold
from domain.lifecycle import OVER
from domain.standing import light, standing
from models.actor import ENGINE, OPERATOR, Actor
from models.command import (
    AddNote,
    Assign,
    Author,
    Cancel,
    Change,
    Direction,
    EndEffect,
    MoveClock,
    Open,
    Reopen,
    Resolve,
    SkipStep,
    Visibility,
)
from models.delivery import DeliveryStatus, EffectKind
from models.escalation import EscalationState, EscalationType, Status, StepStatus
from models.messages import Book, EscalationStart, Life
from models.playbook import Playbook
from models.severity import Severity
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MINUTE, NOON, SECOND
from tests.domain.random_life import RandomLife
from tests.domain.random_playbooks import MOMENTS, playbooks
from tests.domain.witness import Witness
from workflows.life import LivingCase
from workflows.story_board import details

PEOPLE = (cases.SARAH, cases.BEN, cases.MARCUS, cases.PRIYA, cases.ALEX)
ANYBODY = (*PEOPLE, cases.CUSTOMER, cases.SYSTEM, cases.READER, ENGINE, OPERATOR)
LENGTHS = st.sampled_from(
    [SECOND, 10 * SECOND, MINUTE, 11 * MINUTE, HOUR, 5 * HOUR, DAY, 8 * DAY, 15 * DAY]
)
MOSTLY_A_MANAGER = st.one_of(st.just(cases.PRIYA), st.just(cases.PRIYA), st.sampled_from(ANYBODY))


class Rescue(RandomLife):
    """One case and everybody who works on it. Its replica is folded from the events' JSON."""

    @initialize(
        playbook=playbooks(),
        severity=st.sampled_from(list(Severity)),
        late=st.sampled_from([timedelta(0), timedelta(0), HOUR, 9 * HOUR]),
        appointment_at=st.sampled_from(MOMENTS),
        assignee=st.sampled_from([None, cases.SARAH]),
    )
    def opened(
        self,
        playbook: Playbook,
        severity: Severity,
        late: timedelta,
        appointment_at: datetime | None,
        assignee: Actor | None,
    ) -> None:
        """The case begins."""
        book = cases.book_of(playbook)
        opening = cases.opening_of(
            book,
            severity=severity,
            received_at=NOON - late,
            appointment_at=appointment_at,
            assignee=assignee,
        )
        start = EscalationStart(book=book, opening=opening)
        assert LivingCase(start, self.now).carried() == LivingCase(start, self.now).carried()
        self.case = LivingCase(start, self.now)
        self.events = list(self.case.outbox)
        self.witness = Witness(playbook, self.events[0])
        for one in self.events[1:]:
            self.witness.look_at(one)
        self._catch_up()

    # -- commands ------------------------------------------------------------------------------

    @precondition(lambda self: self._open())
    @rule(data=st.data())
    def work(self, data: st.DataObject) -> None:
        """Finish a step that can be finished, by somebody who may."""
        self._complete(data, data.draw(st.sampled_from(self._open())), cases.PRIYA)

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

    @rule(
        direction=st.sampled_from(Direction),
        author=st.sampled_from(Author),
        visibility=st.sampled_from(Visibility),
        by=MOSTLY_A_MANAGER,
    )
    def write(
        self, direction: Direction, author: Author, visibility: Visibility, by: Actor
    ) -> None:
        """A message or a note."""
        self._do(cases.message(direction, author, visibility), by)
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

    @precondition(lambda self: len(self.events) > 60)
    @rule(by=MOSTLY_A_MANAGER)
    def cancel(self, by: Actor) -> None:
        """Everything stops; not too early, or no case would grow old."""
        self._do(Cancel(), by)

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

    # -- what must always be true --------------------------------------------------------------

    @invariant()
    def the_state_is_the_fold_of_the_events(self) -> None:
        """Also when state and events have been through JSON."""
        assert self.witness.replica == self.state
        assert EscalationState.model_validate_json(self.state.model_dump_json()) == self.state
        assert [one.seq for one in self.events[-3:]] == list(
            range(self.state.version - len(self.events[-3:]) + 1, self.state.version + 1)
        )

    @invariant()
    def the_next_deadline_lies_ahead(self) -> None:
        """Otherwise the workflow would be busy for ever."""
        deadline = due(self.state)
        assert self.behind or deadline is None or deadline.at > self.now

    @invariant()
    def a_step_has_one_run_at_a_time(self) -> None:
        """And no two runs have the same id."""
        ids = [run.id for run in self.state.steps]
        assert len(ids) == len(set(ids))
        live = [run.step for run in self.state.steps if not run.ended]
        assert len(live) == len(set(live)), live

    @invariant()
    def no_case_is_a_dead_end(self) -> None:
        """A person can do something, or time will, or a delivery is on its way."""
        status = self.state.status
        if status in OVER:
            return
        something = (
            due(self.state) is not None
            or any(run.status is StepStatus.OPEN for run in self.state.steps)
            or any(effect.begun for effect in self.state.effects)
        )
        assert something, f"nobody will ever do anything: {self.state}"
        unended = [run for run in self.state.steps if not run.ended]
        if status is Status.OPEN:
            assert unended, "an open case always has a step to do, or one that opens later"
        for run in unended:
            if run.status is StepStatus.RUNNING:
                assert any(effect.step == run.id for effect in self.state.effects), run
            if run.status is StepStatus.WAITING:
                assert run.opens_at is not None, run

    @invariant()
    def what_is_over_stays_quiet(self) -> None:
        """After resolve no clock runs and only promises go on; at the end nothing is open."""
        state = self.state
        if state.status is Status.OPEN:
            return
        assert not [clock for clock in state.clocks if clock.running]
        unended = [run for run in state.steps if not run.ended]
        if state.status is Status.RESOLVED:
            assert all(run.promised for run in unended)
            return
        assert not unended
        told = {EffectKind.LETTER_FAILED, EffectKind.PROMISE_MISSED}
        assert all(effect.begun or effect.kind in told for effect in state.effects)

    @invariant()
    def everything_can_be_told(self) -> None:
        """Standing, light and Temporal's page never fail."""
        where = standing(self.state, self.case.book.playbook)
        light(where.due_at, where.warn_at, self.now)
        details(self.state, self.case.book, due(self.state))

    def teardown(self) -> None:
        """At the end, the whole life once more from the start."""
        if not self.events:
            return
        assert fold(self.events) == self.state
        carried = self.case.carried()
        assert Life.model_validate_json(carried.model_dump_json()) == carried
        assert Book.model_validate_json(carried.book.model_dump_json()) == carried.book
        event(f"ends {self.state.status}, reopened {min(self.state.reopened, 2)}")


def test_every_life_keeps_the_promises_of_the_engine() -> None:
    run_state_machine_as_test(
        Rescue,
        settings=settings(
            max_examples=180,
            stateful_step_count=35,
            deadline=None,
            derandomize=True,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
