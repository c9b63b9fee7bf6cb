"""Random lives: any playbook, any command, any outage; and what must be true after each of them."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.decide import decide
from domain.due import due
from domain.evolve import evolve, fold
from domain.lifecycle import OVER
from domain.standing import light, standing
from domain.timeline import Teller
from models import event as ev
from models.actor import ENGINE, OPERATOR, Actor, Role
from models.command import (
    AddNote,
    Assign,
    Author,
    Cancel,
    Change,
    CompleteStep,
    Direction,
    EndEffect,
    MoveClock,
    Open,
    Operation,
    Reopen,
    Requested,
    Resolve,
    SkipStep,
    Tick,
    Visibility,
)
from models.delivery import DeliveryStatus, EffectKind
from models.errors import RightnowError
from models.escalation import EscalationState, EscalationType, Status, StepStatus
from models.event import Event
from models.messages import Book, EscalationStart, Life
from models.playbook import LAST_STEP, Playbook
from models.severity import Severity
from models.step import Step
from tests.domain import cases
from tests.domain.cases import DAY, FAR_AWAY, HOUR, LONG_AGO, MINUTE, NOON, SECOND
from workflows.life import LivingCase
from workflows.story_board import details

PEOPLE = (cases.SARAH, cases.BEN, cases.MARCUS, cases.PRIYA, cases.ALEX)
ANYBODY = (*PEOPLE, cases.CUSTOMER, cases.SYSTEM, cases.READER, ENGINE, OPERATOR)
KINDS = ("call", "email", "offer", "follow_up", "task", "notify")
CONDITIONS: tuple[dict[str, Any] | None, ...] = (
    *([None] * 9),
    {"field": "severity", "op": "one_of", "value": ["high", "critical"]},
    {"field": "appointment.known", "op": "is", "value": True},
    {"field": "touches", "op": "at_least", "value": 2},
    {"not": {"field": "reopened", "op": "at_least", "value": 1}},
)
MOMENTS = (None, NOON + 2 * HOUR, NOON + 3 * DAY, NOON - DAY, LONG_AGO, FAR_AWAY)


@st.composite
def outcomes_of(draw: st.DrawFn, names: list[str]) -> list[str]:
    """One to three outcomes; some have contact, some lead somewhere."""
    leads = ["", "", "", " -> resolve", *(f" -> {name}" for name in names)]
    leads += [f" -> {name} after {wait}" for name in names for wait in ("0s", "10m", "2d")]
    count = draw(st.integers(1, 3))
    return [
        f"o{n}{draw(st.sampled_from(['', '!']))}{draw(st.sampled_from(leads))}"
        for n in range(count)
    ]


@st.composite
def steps_of(draw: st.DrawFn, names: list[str], place: int) -> Step:
    """One step, with whatever a playbook may say of it."""
    kind = draw(st.sampled_from(KINDS))
    afters: list[dict[str, Any] | None] = [None, None, None, {"delay": "0s"}, {"delay": "20m"}]
    afters += [{"delay": "24h"}, {"before_appointment": "1h"}]
    if place:
        earlier = draw(st.sampled_from(names[:place]))
        afters += [{"step": earlier}, {"step": earlier, "delay": "1h"}]
        afters += [{"step": earlier, "before_appointment": "30m"}]
    limit = draw(st.sampled_from([None, 1, 2]))
    told = () if kind == "notify" else tuple(draw(outcomes_of(names)))
    return cases.step(
        kind,
        names[place],
        *told,
        after=draw(st.sampled_from(afters)),
        when=draw(st.sampled_from(CONDITIONS)),
        promised=draw(st.booleans()),
        skip=draw(st.sampled_from(["free", "with_reason", "never"])),
        owner=draw(st.sampled_from([Role.AGENT, Role.AGENT, Role.SENIOR, Role.MANAGER])),
        due=draw(st.sampled_from([None, {"within": "0s"}, {"within": "10m"}])),
        repeat={"limit": limit} if limit else None,
        on_timeout={
            "remind_times": draw(st.integers(0, 2)),
            "remind_every": draw(st.sampled_from(["1m", "30m"])),
            "escalate_to": draw(st.sampled_from([None, Role.MANAGER])),
        },
    )


@st.composite
def playbooks(draw: st.DrawFn) -> Playbook:
    """One to eight steps of the kinds that can be run."""
    names = [f"s{n}" for n in range(draw(st.integers(1, 8)))]
    steps = [draw(steps_of(names, place)) for place in range(len(names))]
    return cases.playbook(*steps, resolve_within=draw(st.sampled_from([None, "0s", "1h"])))


LENGTHS = st.sampled_from(
    [SECOND, 10 * SECOND, MINUTE, 11 * MINUTE, HOUR, 5 * HOUR, DAY, 8 * DAY, 15 * DAY]
)
MOSTLY_A_MANAGER = st.one_of(st.just(cases.PRIYA), st.just(cases.PRIYA), st.sampled_from(ANYBODY))


class Rescue(RuleBasedStateMachine):
    """One case and everybody who works on it. Its replica is folded from the events' JSON."""

    case: LivingCase
    replica: EscalationState

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.events: list[Event] = []
        self.behind = False
        self.operations = 0
        self.noticed: Counter[tuple[str, str, int]] = Counter()
        self.effects: dict[str, str] = {}
        self.overdue: Counter[str] = Counter()

    @property
    def state(self) -> EscalationState:
        """The state as the workflow has it."""
        return self.case.state

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
        self.replica = fold(self.events[:1])
        for one in self.events[1:]:
            self._look_at(one)
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
        assert self.replica == self.state
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

    # -- how it is done ------------------------------------------------------------------------

    def _names(self) -> list[str]:
        runs = [run.id for run in self.state.steps]
        steps = [step.id for step in self.case.book.playbook.steps]
        return [*runs, *steps, LAST_STEP, "never-heard-of", "s0#99"]

    def _open(self) -> list[str]:
        return [run.id for run in self.state.steps if run.status is StepStatus.OPEN]

    def _complete(self, data: st.DataObject, run: str, by: Actor) -> None:
        known = self.state.run(run)
        step = self.case.book.playbook.step(known.step) if known else None
        ids = [one.id for one in step.outcomes] if step else []
        command = CompleteStep(
            step=run,
            outcome=data.draw(st.sampled_from([*ids, "o0"])),
            subject_id=cases.SUBJECT,
            body_id=cases.BODY,
            appointment_at=data.draw(st.sampled_from((None, None, *MOMENTS))),
        )
        self._do(command, by)

    def _do(self, command: Requested, by: Actor, *, version: int | None = None) -> None:
        """Take an operation as the workflow does: refused ones change nothing, twice is once."""
        if isinstance(command, Reopen):
            plans = self._plans(self.state.severity, reopened_at=self.now)
            command = command.model_copy(update={"clocks": plans})
        elif isinstance(command, Change) and command.severity is not None:
            plans = self._plans(command.severity, reopened_at=self.state.reopened_at)
            command = command.model_copy(update={"clocks": plans})
        self.operations += 1
        op_id = UUID(int=5000 + self.operations)
        operation = Operation(op_id=op_id, actor=by, command=command, expected_version=version)
        before = self.case.carried()
        refused: str | None = None
        try:
            receipt = self.case.take(operation, self.now)
        except RightnowError as error:
            refused = error.code
        if refused is not None:
            assert refused != "error", "a refusal has a code of its own"
            assert self.case.carried() == before, "a refused command changes nothing"
            self._catch_up()
            return
        new = self._absorb(before.state)
        again = decide(self.case.book, before.state, command, self.now, by, op_id=op_id)
        assert again == new, "the same inputs give the same events"
        assert self.case.take(operation, self.now) == receipt
        assert self.state.version == before.state.version + len(new)
        self._catch_up()

    def _plans(self, severity: Severity, *, reopened_at: datetime | None) -> Any:
        return cases.deadlines(self.case.book, severity, self.state.received_at, reopened_at)

    def _drive(self, command: Tick | EndEffect) -> tuple[Event, ...]:
        before = self.state
        again = decide(self.case.book, before, command, self.now, ENGINE)
        self.case.drive(command, ENGINE, self.now)
        new = self._absorb(before)
        assert again == new
        return new

    def _catch_up(self) -> None:
        """Ring until nothing is due. Each ring must do something."""
        self.behind = False
        while (deadline := due(self.state)) is not None and deadline.at <= self.now:
            assert self._drive(Tick()), f"a tick did nothing about: {deadline}"
        assert not self._drive(Tick()), "a tick without need did something"

    def _absorb(self, before: EscalationState) -> tuple[Event, ...]:
        count = self.state.version - before.version
        new = tuple(self.case.outbox[len(self.case.outbox) - count :])
        for one in new:
            self._look_at(Event.model_validate_json(one.model_dump_json()))
            assert Event.model_validate_json(one.model_dump_json()) == one
        self.events.extend(new)
        return new

    def _look_at(self, told: Event) -> None:
        """Nothing before its time, nothing twice; then fold it into the replica."""
        before, fact = self.replica, told.fact
        Teller(self.case.book.playbook, {}, {}).sentence(told)
        assert before.status not in OVER or isinstance(
            fact, ev.StepEnded | ev.EffectPlanned | ev.EffectBegun | ev.EffectEnded
        ), f"{fact.fact} after the end"
        match fact:
            case ev.ClockWarned() | ev.ClockBreached():
                self._clock_rang(before, told)
            case ev.ClockMet():
                clock = next(one for one in before.clocks if one.kind is fact.clock)
                assert clock.running
                assert fact.late == (told.at >= clock.due_at) == (clock.breached_at is not None)
            case ev.StepOpened() | ev.StepReminded() | ev.StepEnded():
                self._step_moved(before, told)
            case ev.EffectPlanned() | ev.EffectBegun() | ev.EffectEnded():
                self._effect_moved(before, told)
            case ev.Closed():
                assert before.closes_at is not None
                assert before.closes_at <= told.at
                assert all(run.ended for run in before.steps)
            case _:
                pass
        self.replica = evolve(before, told)

    def _clock_rang(self, before: EscalationState, told: Event) -> None:
        fact = told.fact
        assert isinstance(fact, ev.ClockWarned | ev.ClockBreached)
        clock = next(one for one in before.clocks if one.kind is fact.clock)
        assert clock.running
        assert clock.epoch == fact.epoch
        assert told.at >= (clock.warn_at if isinstance(fact, ev.ClockWarned) else clock.due_at)
        key = (fact.fact, fact.clock.value, fact.epoch)
        self.noticed[key] += 1
        assert self.noticed[key] == 1, key

    def _step_moved(self, before: EscalationState, told: Event) -> None:
        fact = told.fact
        assert isinstance(fact, ev.StepOpened | ev.StepReminded | ev.StepEnded)
        run = before.run(fact.run)
        assert run is None or not run.ended, f"{fact.run} had ended"
        if isinstance(fact, ev.StepOpened) and run is not None and told.op_id is None:
            assert run.status is StepStatus.WAITING
            assert run.opens_at is not None
            assert run.opens_at <= told.at
        if isinstance(fact, ev.StepReminded):
            assert run is not None
            assert run.remind_at is not None
            assert run.remind_at <= told.at
            rule_ = self.case.book.playbook.step(run.step).on_timeout
            assert fact.count <= rule_.remind_times + (1 if rule_.escalate_to else 0)

    def _effect_moved(self, before: EscalationState, told: Event) -> None:
        fact = told.fact
        match fact:
            case ev.EffectPlanned(effect=effect):
                assert effect.key not in self.effects
                self.effects[effect.key] = "planned"
                if effect.clock is not None:
                    clock = next(o for o in before.clocks if effect.clock == f"{o.kind}#{o.epoch}")
                    assert clock.running, "a page for a clock that has stopped"
                if effect.kind is EffectKind.STEP_OVERDUE and effect.fallback_of is None:
                    self.overdue[effect.step or ""] += 1
                    assert self.overdue[effect.step or ""] == 1
            case ev.EffectBegun(key=key):
                effect = next(one for one in before.effects if one.key == key)
                assert self.effects[key] == "planned"
                assert effect.not_before <= told.at
                self.effects[key] = "begun"
            case ev.EffectEnded(key=key, status=status):
                assert self.effects[key] != "ended"
                assert (status is DeliveryStatus.CANCELLED) == (self.effects[key] == "planned")
                self.effects[key] = "ended"
            case _:
                raise AssertionError(fact)


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
