"""Random lives: any playbook, any command, any outage; and what must be true after each of them."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, event, settings, strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    run_state_machine_as_test,
)

from domain.clock_plans import course_of
from domain.countdowns import on_record
from domain.due import due
from domain.effects import still_true
from domain.evolve import fold
from domain.lifecycle import OVER
from domain.rehearsal import relive
from domain.sla_clock import count
from domain.standing import light, standing
from models.actor import Actor
from models.delivery import EffectKind
from models.escalation import EscalationState, Status, StepRun, StepStatus
from models.event import PlaybookChanged
from models.messages import Book, EscalationStart, HouseRules, Life
from models.playbook import Playbook, credit_approval_id
from models.severity import Severity
from models.sla import SlaPolicy
from tests.domain import cases
from tests.domain.cases import HOUR, NOON
from tests.domain.policies import HOUSE, RICH, book as pinned, policy
from tests.domain.random_alerts import RandomAlerts
from tests.domain.random_playbooks import MOMENTS, house_rules, playbooks
from tests.domain.witness import Witness
from workflows.life import LivingCase
from workflows.story_board import details

FOLLOWING = policy(reopen="follow_up_only", pauses={"ends_on_reply": False})


class Rescue(RandomAlerts):
    """One case and everybody who works on it. Its replica is folded from the events' JSON."""

    @initialize(
        playbook=playbooks(),
        rules=house_rules(),
        severity=st.sampled_from(list(Severity)),
        late=st.sampled_from([timedelta(0), timedelta(0), HOUR, 9 * HOUR]),
        appointment_at=st.sampled_from(MOMENTS),
        assignee=st.sampled_from([None, cases.SARAH]),
        terms=st.sampled_from([None, HOUSE, RICH, FOLLOWING]),
    )
    def opened(
        self,
        playbook: Playbook,
        rules: HouseRules,
        severity: Severity,
        late: timedelta,
        appointment_at: datetime | None,
        assignee: Actor | None,
        terms: SlaPolicy | None,
    ) -> None:
        """The case begins, as one of 0.1.0 or with open hours."""
        book = pinned(playbook, terms).model_copy(update={"rules": rules})
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
                on_its_way = any(effect.step == run.id for effect in self.state.effects)
                assert on_its_way or self._is_asked_about(run), run
            if run.status is StepStatus.WAITING:
                assert run.opens_at is not None, run

    def _is_asked_about(self, run: StepRun) -> bool:
        """Whether a credit step waits for an approval that is open."""
        asked = credit_approval_id(run.step)
        return any(one.step == asked and not one.ended for one in self.state.steps)

    @invariant()
    def nobody_answers_their_own_question(self) -> None:
        """Whoever asked for an approval did not end it with an answer."""
        for run in self.state.steps:
            if run.asked_by is not None and run.status is StepStatus.DONE and run.ended_by:
                assert run.ended_by.id != run.asked_by

    @invariant()
    def what_is_over_stays_quiet(self) -> None:
        """After resolve no clock runs and only promises go on; at the end nothing is open."""
        state = self.state
        if state.pause is not None:
            running = {clock.kind for clock in state.clocks if clock.running}
            assert state.status is Status.PAUSED
            assert not running & set(state.pause.stops)
        if state.status in (Status.OPEN, Status.PAUSED):
            return
        assert not [clock for clock in state.clocks if clock.running]
        unended = [run for run in state.steps if not run.ended]
        if state.status is Status.RESOLVED:
            assert all(run.promised for run in unended)
            return
        assert not unended
        told = {EffectKind.LETTER_FAILED, EffectKind.PROMISE_MISSED, EffectKind.MERGE_REFUSED}
        told |= {EffectKind.STEP_FAILED, EffectKind.STEP_GIVEN_UP}
        for effect in state.effects:
            moot = not still_true(state, effect)  # when its time comes it is not even begun
            assert effect.begun or effect.kind in told or moot, effect

    @invariant()
    def every_deadline_can_be_counted_again(self) -> None:
        """I6, I7: from the events and the hours alone, also those of a case of 0.1.0."""
        hours = self.case.book.hours or ()
        for clock in self.state.clocks:
            if clock.running:
                way = course_of(hours, self.state, clock, self.now)
                assert count(way, clock.target).due_at == clock.due_at, clock

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
        self._rehearsed()
        event(f"ends {self.state.status}, reopened {min(self.state.reopened, 2)}")

    def _rehearsed(self) -> None:
        """Gone through again, its own rules tell what is on record, and others tell something."""
        known = self.case.book
        if any(isinstance(one.fact, PlaybookChanged) for one in self.events):
            return  # such a case is left out
        for terms in (HOUSE, RICH, FOLLOWING):
            other = pinned(known.playbook, terms)
            told = relive(other, self.events).told
            assert all(one.due_at >= one.started_at for one in told)
        if known.hours is None:
            if known.playbook.resolve_within == timedelta(0):
                return  # 0.1.0 took a limit of nothing for none
            known = known.model_copy(update={"hours": ()})
        assert relive(known, self.events) == on_record(self.events)


def test_every_life_keeps_the_promises_of_the_engine() -> None:
    run_state_machine_as_test(
        Rescue,
        settings=settings(
            max_examples=180,
            stateful_step_count=35,
            deadline=None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
