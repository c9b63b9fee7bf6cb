"""Cases for tests: playbooks in a few words, the team, and a world in which weeks pass at once."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from domain.decide import begin, decide
from domain.due import due
from domain.evolve import evolve, fold
from domain.policy import STANDARD
from domain.sla_clock import plan
from models.actor import ENGINE, Actor, ActorKind, Role, Scope
from models.command import (
    AddNote,
    Author,
    Change,
    Channel,
    Command,
    CompleteStep,
    Direction,
    EndEffect,
    RecordMessage,
    Reopen,
    SkipStep,
    Tick,
    Visibility,
)
from models.delivery import DeliveryStatus, EffectKind, PendingEffect
from models.escalation import EscalationState, EscalationType, Source, Status, StepRun, StepStatus
from models.event import AnyFact, EffectPlanned, Event
from models.messages import Book, ClockQuestion, Opening
from models.playbook import Playbook, PlaybookRef
from models.severity import Severity
from models.sla import Clock, ClockKind, ClockPlan
from models.step import Step

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
LONG_AGO, FAR_AWAY = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
SUBJECT, BODY, WORDS, REASON = (UUID(int=700 + n) for n in range(4))


def _person(number: int, role: Role) -> Actor:
    return Actor(kind=ActorKind.PERSON, id=UUID(int=number), role=role)


SARAH, BEN = _person(1, Role.AGENT), _person(2, Role.AGENT)
MARCUS = _person(3, Role.SENIOR)
PRIYA = _person(4, Role.MANAGER)
ALEX = _person(5, Role.ADMIN)
CUSTOMER = Actor(kind=ActorKind.CUSTOMER)
SYSTEM = Actor(kind=ActorKind.SERVICE, id=UUID(int=6), scopes=(Scope.EVENT,))
READER = Actor(kind=ActorKind.SERVICE, id=UUID(int=7), scopes=(Scope.READ,))

_STEP: TypeAdapter[Step] = TypeAdapter(Step)
_OF_ITS_OWN: dict[str, dict[str, Any]] = {
    "email": {"letter": {"subject": "We are sorry", "body": "It is mended."}},
    "offer": {"offer": "One free month."},
    "follow_up": {"after": {"delay": "24h"}},
    "notify": {"to": "managers", "letter": {"subject": "Look", "body": "Please."}},
}


def step(kind: str, name: str, *outcomes: str, **given: Any) -> Step:
    """A step. An outcome such as `reached!` has contact; `no -> call after 30m` leads somewhere.

    `fixed -> resolve` ends the case. Everything else is as in a playbook's document.
    """
    ids: list[dict[str, Any]] = []
    jumps: dict[str, Any] = {}
    for told in outcomes or (() if kind == "notify" else ("done",)):
        name_of, _, leads = told.partition(" -> ")
        outcome = name_of.rstrip("!")
        ids.append({"id": outcome, "label": outcome, "contact": name_of.endswith("!")})
        target, _, delay = leads.partition(" after ")
        if target == "resolve":
            jumps[outcome] = {"resolve": True}
        elif target:
            jumps[outcome] = {"go_to": target, "delay": delay or None}
    document = {"id": name, "kind": kind, "title": f"Do {name}", "outcomes": ids}
    return _STEP.validate_python(
        {**document, "on_outcome": jumps, **_OF_ITS_OWN.get(kind, {}), **given}
    )


def task(name: str, *outcomes: str, **given: Any) -> Step:
    """A task, which is done with `done` when nothing else is said."""
    return step("task", name, *outcomes, **given)


def playbook(*steps: Step, **given: Any) -> Playbook:
    """A playbook of these steps."""
    document = {
        "slug": "rescue",
        "name": "Rescue",
        "summary": "Save the customer.",
        "triggers": {"when": {"always": True}},
        "win_condition": "They stay.",
        "what_not_to_do": ["Do not argue."],
        "success": {"successes": 9, "trials": 10, "source": "a test"},
        "resolution_hours": 2,
        "steps": steps,
    }
    return Playbook.model_validate({**document, **given})


RESCUE = playbook(
    step(
        "call",
        "call-now",
        "reached!",
        "no-answer -> call-now after 30m",
        due={"within": "15m"},
        skip="never",
        repeat={"limit": 3},
    ),
    step("notify", "tell-managers"),
    task("check-bill", "right", "wrong -> write-letter", due={"within": "1h"}, skip="free"),
    step("offer", "make-offer", "accepted", "declined -> check-bill", due={"within": "30m"}),
    step("email", "write-letter", "sent! -> resolve", "later", due={"within": "30m"}, skip="never"),
    step("follow_up", "ask-24h", "happy!", "no-answer -> ask-24h after 2h", due={"within": "4h"}),
    step("follow_up", "ask-7d", "happy!", after={"step": "ask-24h", "delay": "6d"}),
)
"""Each kind of step once: jumps forward, back and to itself, and two promises."""

REF = PlaybookRef(slug="rescue", version=1, hash="0" * 64)


def book_of(book: Playbook) -> Book:
    """What a case is pinned to."""
    return Book(playbook=book, policy=STANDARD)


def deadlines(
    book: Book, severity: Severity, received_at: datetime, reopened_at: datetime | None = None
) -> tuple[ClockPlan, ...]:
    """The deadlines, as the workflow has them computed."""
    within = book.playbook.resolve_within
    return plan(
        ClockQuestion(
            policy=book.policy,
            severity=severity,
            resolve_within_seconds=int(within.total_seconds()) if within else None,
            received_at=received_at,
            reopened_at=reopened_at,
        )
    )


def opening_of(
    book: Book,
    *,
    severity: Severity = Severity.HIGH,
    received_at: datetime = NOON,
    appointment_at: datetime | None = None,
    assignee: Actor | None = SARAH,
    actor: Actor = SARAH,
) -> Opening:
    """An opening, in which nothing is left to chance."""
    return Opening(
        escalation_id=UUID(int=9000),
        number=1042,
        op_id=UUID(int=9001),
        actor=actor,
        type=EscalationType.CANCEL_THREAT,
        severity=severity,
        source=Source.PHONE,
        team="front-line",
        customer_id=UUID(int=9002),
        title_id=UUID(int=9003),
        description_id=None,
        reasons_id=None,
        received_at=received_at,
        appointment_at=appointment_at,
        reopened_from=None,
        assignee_id=assignee.id if assignee else None,
        playbook=REF,
        clocks=deadlines(book, severity, received_at),
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
        postman: Postman = all_arrive,
        now: datetime = NOON,
        **opened: Any,
    ) -> None:
        self.book = book_of(playbook(*steps) if steps else book)
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
        told = self._decide(self._with_clocks(command), by, version)
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
        return self.do(EndEffect(key=effect.key, status=status), ENGINE)

    def _deliver(self) -> bool:
        for effect in self.state.effects:
            status = self.postman(effect) if effect.begun else None
            if status is not None:
                self._decide(EndEffect(key=effect.key, status=status), ENGINE, None)
                return True
        return False

    def _decide(self, command: Command, by: Actor, version: int | None) -> list[AnyFact]:
        events = decide(
            self.book, self.state, command, self.now, by, expected_version=version, op_id=None
        )
        for event in events:
            self.state = evolve(self.state, event)
        self.events.extend(events)
        return [event.fact for event in events]

    def _with_clocks(self, command: Command) -> Command:
        """As the workflow does it: deadlines are computed before the rules run."""
        state = self.state
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


def message(
    direction: Direction = Direction.OUTBOUND,
    author: Author = Author.HUMAN,
    visibility: Visibility = Visibility.PUBLIC,
    channel: Channel = Channel.EMAIL,
) -> RecordMessage:
    """A message; a person's answer to the customer when nothing else is said."""
    return RecordMessage(
        direction=direction,
        author=author,
        visibility=visibility,
        channel=channel,
        content_id=WORDS,
    )


NOTE = AddNote(content_id=WORDS)
