"""One random life: how commands and time are brought to it, and what every turn must keep."""

from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from domain.decide import decide
from domain.due import due
from models.actor import ENGINE, Actor
from models.command import (
    Change,
    CompleteStep,
    EndEffect,
    NoteReading,
    Operation,
    Reopen,
    Requested,
    Tick,
)
from models.errors import RightnowError
from models.escalation import EscalationState, StepStatus
from models.event import Event
from models.playbook import LAST_STEP
from models.severity import Severity
from tests.domain import cases
from tests.domain.cases import NOON
from tests.domain.random_playbooks import MOMENTS
from tests.domain.witness import Witness
from workflows.life import LivingCase

AMOUNTS = (cases.usd(1), cases.usd(5_000), cases.usd(60_000), cases.usd(200_000))


class RandomLife(RuleBasedStateMachine):
    """One case. Whatever happens to it happens twice and through JSON, and must be the same."""

    case: LivingCase
    witness: Witness

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.events: list[Event] = []
        self.behind = False
        self.operations = 0
        self.stood: dict[UUID, EscalationState] = {}

    @property
    def state(self) -> EscalationState:
        """The state as the workflow has it."""
        return self.case.state

    @property
    def op_id(self) -> UUID:
        """The latest operation."""
        return UUID(int=5000 + self.operations)

    def _names(self) -> list[str]:
        runs = [run.id for run in self.state.steps]
        steps = [step.id for step in self.case.book.playbook.steps]
        return [*runs, *steps, LAST_STEP, "never-heard-of", "s0#99"]

    def _open(self) -> list[str]:
        return [run.id for run in self.state.steps if run.status is StepStatus.OPEN]

    def _complete(self, data: st.DataObject, run: str, by: Actor) -> None:
        known = self.state.run(run)
        step = self.case.book.find(known.step) if known else None
        ids = [one.id for one in step.outcomes] if step else []
        command = CompleteStep(
            step=run,
            outcome=data.draw(st.sampled_from([*ids, "o0"])),
            subject_id=cases.SUBJECT,
            body_id=cases.BODY,
            appointment_at=data.draw(st.sampled_from((None, None, *MOMENTS))),
            amount=data.draw(st.sampled_from((None, *AMOUNTS))),
        )
        self._do(command, by)

    def _do(self, command: Requested, by: Actor, *, version: int | None = None) -> None:
        """Take an operation as the workflow does: refused ones change nothing, twice is once."""
        if self.case.book.hours is not None:
            pass
        elif isinstance(command, Reopen):
            plans = self._plans(self.state.severity, reopened_at=self.now)
            command = command.model_copy(update={"clocks": plans})
        elif isinstance(command, Change) and command.severity is not None:
            plans = self._plans(command.severity, reopened_at=self.state.reopened_at)
            command = command.model_copy(update={"clocks": plans})
        self.operations += 1
        op_id = self.op_id
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
        self.stood[op_id] = before.state
        new = self._absorb(before.state)
        again = decide(before.book, before.state, command, self.now, by, op_id=op_id)
        assert again == new, "the same inputs give the same events"
        assert self.case.take(operation, self.now) == receipt
        assert self.state.version == before.state.version + len(new)
        self._catch_up()

    def _plans(self, severity: Severity, *, reopened_at: datetime | None) -> Any:
        return cases.deadlines(self.case.book, severity, self.state.received_at, reopened_at)

    def _drive(self, command: Tick | EndEffect | NoteReading) -> tuple[Event, ...]:
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
            self.witness.look_at(Event.model_validate_json(one.model_dump_json()))
            assert Event.model_validate_json(one.model_dump_json()) == one
        self.events.extend(new)
        return new
