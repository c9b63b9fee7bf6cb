"""Cases for tests: playbooks in a few words, the team, and a world in which weeks pass at once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from domain.clock_plans import first_clocks
from domain.policy import STANDARD
from domain.sla_clock import plan
from models.actor import Actor, ActorKind, Role, Scope
from models.command import (
    AddNote,
    Author,
    Channel,
    Direction,
    RecordMessage,
    Visibility,
)
from models.edition import NEWEST
from models.escalation import EscalationType, Source
from models.messages import Book, ClockQuestion, HouseRules, Opening
from models.money import CreditLimits, Money
from models.playbook import Playbook, PlaybookRef
from models.severity import Severity
from models.sla import ClockPlan
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
    "approval": {"approver": "manager", "question": "May we?"},
    "credit": {"at_most": {"minor": 100_000, "currency": "USD"}},
    "webhook": {"target": "crm"},
}
_BY_ITSELF = ("notify", "webhook")


def step(kind: str, name: str, *outcomes: str, **given: Any) -> Step:
    """A step. An outcome such as `reached!` has contact; `no -> call after 30m` leads somewhere.

    `fixed -> resolve` ends the case, `lost -> up to senior` hands it up, and `yes+` grants what
    was asked for. Everything else is as in a playbook's document.
    """
    ids: list[dict[str, Any]] = []
    jumps: dict[str, Any] = {}
    for told in outcomes or (() if kind in _BY_ITSELF else ("done",)):
        name_of, _, leads = told.partition(" -> ")
        outcome = name_of.rstrip("!+")
        signs = name_of.removeprefix(outcome)
        ids.append(
            {"id": outcome, "label": outcome, "contact": "!" in signs, "grants": "+" in signs}
        )
        target, _, delay = leads.partition(" after ")
        if target == "resolve":
            jumps[outcome] = {"resolve": True}
        elif target.startswith("up to "):
            jumps[outcome] = {"escalate_to": target.removeprefix("up to ")}
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


LIMITS = CreditLimits(currency="USD", agent=5_000, senior=20_000, manager=50_000)
RULES = HouseRules(credit_limits=LIMITS, edition=NEWEST)


def book_of(book: Playbook, rules: HouseRules = RULES) -> Book:
    """What a case of 0.1.0 is pinned to."""
    return Book(playbook=book, policy=STANDARD, rules=rules)


def usd(minor: int) -> Money:
    """So many cents."""
    return Money(minor=minor, currency="USD")


def deadlines(
    book: Book, severity: Severity, received_at: datetime, reopened_at: datetime | None = None
) -> tuple[ClockPlan, ...]:
    """The deadlines, as the API computes them; for a case of 0.1.0, as the workflow had them."""
    if book.hours is not None:
        return first_clocks(book, severity, received_at)
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


def message(
    direction: Direction = Direction.OUTBOUND,
    author: Author = Author.HUMAN,
    visibility: Visibility = Visibility.PUBLIC,
    channel: Channel = Channel.EMAIL,
    *,
    thanks: bool = False,
) -> RecordMessage:
    """A message; a person's answer to the customer when nothing else is said."""
    return RecordMessage(
        direction=direction,
        author=author,
        visibility=visibility,
        channel=channel,
        content_id=WORDS,
        thanks=thanks,
    )


NOTE = AddNote(content_id=WORDS)
