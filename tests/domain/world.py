"""One case that lives in memory: its clock, its postman, and everybody who works on it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.adopting import book_after
from domain.decide import begin, decide
from domain.due import due
from domain.evolve import evolve, fold
from models.actor import ENGINE, Actor
from models.command import (
    Change,
    ChangePlaybook,
    Command,
    CompleteStep,
    EndEffect,
    Reopen,
    SkipStep,
    Tick,
)
from models.delivery import DeliveryStatus, EffectKind, PendingEffect
from models.escalation import EscalationState, Status, StepRun, StepStatus
from models.event import AnyFact, EffectPlanned, Event
from models.messages import Book, HouseRules
from models.playbook import Playbook
from models.sla import Clock, ClockKind
from models.step import Step
from tests.domain.cases import (
    BODY,
    NOON,
    REASON,
    RESCUE,
    RULES,
    SARAH,
    SUBJECT,
    book_of,
    deadlines,
    opening_of,
    playbook,
)

Postman = Callable[[PendingEffect], DeliveryStatus | None]


def all_arrive(effect: PendingEffect) -> DeliveryStatus | None:
    """Every delivery arrives at once."""
    return DeliveryStatus.SENT


def none_end(effect: PendingEffect) -> DeliveryStatus | None:
    """Deliveries begin, and nobody hears of their end."""
    return None


class World:
    """One case, its clock, and a postman. Time passes only when a test says so."""

    def __init__(
        self,
        *steps: Step,
        book: Playbook = RESCUE,
        rules: HouseRules = RULES,
        postman: Postman = all_arrive,
        now: datetime = NOON,
        pinned: Book | None = None,
        **opened: Any,
    ) -> None:
        self.book = pinned or book_of(playbook(*steps) if steps else book, rules)
        self.operations = 0
        self.now = now
        self.postman = postman
        self.opening = opening_of(self.book, **opened)
        self.events: list[Event] = list(begin(self.book, self.opening, now))
        self.state: EscalationState = fold(self.events)
        self.catch_up()

    # -- what people do ------------------------------------------------------------------------

    def do(
        self, command: Command, by: Actor = SARAH, *, version: int | None = None
    ) -> list[AnyFact]:
        """Apply a command, then let happen what is due at once. Returns what the command told."""
        self.operations += 1
        told = self._decide(self._with_clocks(command), by, version, self.op_id)
        self.catch_up()
        return told

    def done(
        self, run: str, outcome: str = "done", by: Actor = SARAH, **given: Any
    ) -> list[AnyFact]:
        """Finish a step; an e-mail step with its letter."""
        letter = {"subject_id": SUBJECT, "body_id": BODY}
        return self.do(CompleteStep(step=run, outcome=outcome, **{**letter, **given}), by)

    def skipped(self, run: str, by: Actor = SARAH) -> list[AnyFact]:
        """Skip a step, with a reason."""
        return self.do(SkipStep(step=run, reason_id=REASON), by)

    @property
    def op_id(self) -> UUID:
        """The latest operation."""
        return UUID(int=100_000 + self.operations)

    # -- time ----------------------------------------------------------------------------------

    def sleep(self, length: timedelta) -> None:
        """Let time pass; whatever is due happens at its time."""
        self.sleep_until(self.now + length)

    def sleep_until(self, at: datetime) -> None:
        """The same, up to an instant, which is included."""
        while (deadline := due(self.state)) is not None and deadline.at <= at:
            self.now = max(self.now, deadline.at)
            self.catch_up()
        self.now = max(self.now, at)

    def outage(self, length: timedelta) -> None:
        """Time passes and nothing is done about it, as when no worker runs."""
        self.now += length

    def catch_up(self) -> None:
        """Do whatever is due now, and deliver what begins."""
        for _ in range(200):
            deadline = due(self.state)
            if deadline is not None and deadline.at <= self.now:
                self._decide(Tick(), ENGINE, None)
            elif not self._deliver():
                return
        raise AssertionError(f"time stands still: {due(self.state)}")

    def end(self, effect: PendingEffect, status: DeliveryStatus) -> list[AnyFact]:
        """A delivery ends."""
        told = self._decide(EndEffect(key=effect.key, status=status), ENGINE, None)
        self.catch_up()
        return told

    def _deliver(self) -> bool:
        for effect in self.state.effects:
            status = self.postman(effect) if effect.begun else None
            if status is not None:
                self._decide(EndEffect(key=effect.key, status=status), ENGINE, None)
                return True
        return False

    def _decide(
        self, command: Command, by: Actor, version: int | None, op_id: UUID | None = None
    ) -> list[AnyFact]:
        events = decide(
            self.book, self.state, command, self.now, by, expected_version=version, op_id=op_id
        )
        for event in events:
            self.state = evolve(self.state, event)
        if isinstance(command, ChangePlaybook):
            self.book = book_after(self.book, command.document, self.state)
        self.events.extend(events)
        return [event.fact for event in events]

    def _with_clocks(self, command: Command) -> Command:
        """As the workflow does it for a case of 0.1.0: deadlines come before the rules."""
        state = self.state
        if self.book.hours is not None:
            return command
        if isinstance(command, Reopen):
            plans = deadlines(self.book, state.severity, state.received_at, self.now)
        elif isinstance(command, Change) and command.severity is not None:
            plans = deadlines(self.book, command.severity, state.received_at, state.reopened_at)
        else:
            return command
        return command.model_copy(update={"clocks": plans})

    # -- what one can see ----------------------------------------------------------------------

    def run(self, run_id: str) -> StepRun:
        """A run that must be there."""
        found = self.state.run(run_id)
        assert found is not None, f"no run {run_id} among {[run.id for run in self.state.steps]}"
        return found

    def stands(self, status: Status) -> bool:
        """Whether the case stands so."""
        return self.state.status is status

    def clock(self, kind: ClockKind) -> Clock:
        """A clock that must be there."""
        return next(clock for clock in self.state.clocks if clock.kind is kind)

    def with_status(self, *statuses: StepStatus) -> list[str]:
        """The runs that stand so."""
        return [run.id for run in self.state.steps if run.status in statuses]

    @property
    def open(self) -> list[str]:
        """What is to be done now, or what the engine is at."""
        return self.with_status(StepStatus.OPEN, StepStatus.RUNNING)

    @property
    def waiting(self) -> list[str]:
        """What opens later."""
        return self.with_status(StepStatus.WAITING)

    def facts(self, *kinds: type[AnyFact]) -> list[Any]:
        """Every fact of these kinds, in order."""
        return [event.fact for event in self.events if isinstance(event.fact, kinds)]

    def times(self, kind: type[AnyFact], since: datetime = NOON) -> list[timedelta]:
        """When facts of this kind happened, counted from noon."""
        return [event.at - since for event in self.events if isinstance(event.fact, kind)]

    def planned(self, *kinds: EffectKind) -> list[str]:
        """Whom deliveries of these kinds were planned for: `sla_warning to person`."""
        found: Iterable[EffectPlanned] = self.facts(EffectPlanned)
        return [
            f"{fact.effect.kind} to {fact.effect.recipient.kind}"
            for fact in found
            if not kinds or fact.effect.kind in kinds
        ]
