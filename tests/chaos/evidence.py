"""What a checker judges: what clients heard, what PostgreSQL has, what Temporal knows, what left.

It is plain data, so that a test can doctor it and see the checker fail.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.evolve import evolve
from models.actor import Role
from models.delivery import Delivery
from models.escalation import EscalationState
from models.event import Event
from models.money import Money
from models.playbook import Playbook, PlaybookRef
from tests.chaos.log import Log
from tests.chaos.sink import Call, Copy


@dataclass(frozen=True)
class InboxLine:
    """One operation, as the inbox has it."""

    op_id: UUID
    key: str
    route: str
    escalation_id: UUID
    kind: str
    status: str
    version: int | None
    """Of its answer."""


@dataclass(frozen=True)
class StoredEvent:
    """An event as it is stored, with the hash that was stored beside it."""

    event: Event
    hash: str


@dataclass(frozen=True)
class CaseRecord:
    """One case as PostgreSQL has it."""

    id: UUID
    number: int
    columns: Mapping[str, Any]
    events: tuple[StoredEvent, ...]
    deliveries: tuple[Delivery, ...]
    playbook: Playbook
    seen_at: datetime = field(compare=False)
    """What arrived later than this the ledger cannot know of."""

    credits: tuple[tuple[Money, bool], ...] = ()
    """The money that was written down for the customer, and whether it went out."""

    books: Mapping[str, Playbook] = field(default_factory=dict)
    """Every playbook that it went by, by name and version; `playbook` is the last of them."""

    def book(self, ref: PlaybookRef | None) -> Playbook:
        """The playbook that it went by then."""
        return self.books.get(str(ref), self.playbook)

    @property
    def told(self) -> list[Event]:
        """Its events, in order."""
        return [one.event for one in self.events]


def with_states(record: CaseRecord) -> Iterator[tuple[Event, EscalationState | None]]:
    """Each event with the state before it; up to a gap, which is told of by itself."""
    state: EscalationState | None = None
    for event in record.told:
        yield event, state
        try:
            state = evolve(state, event)
        except ValueError:
            return


@dataclass(frozen=True)
class Life:
    """One case as Temporal knows it."""

    ids: tuple[str, ...]
    """The first run of each life that was ever begun under its workflow id."""

    status: str
    """Of the latest run: RUNNING, COMPLETED, or something worse."""

    state: EscalationState | None
    outbox: int
    """Events that it has not written down."""

    attempt: int
    """Of a workflow task that is under way; 0 when there is none."""

    pending: tuple[tuple[str, int], ...]
    """Activities that have not ended, each with the number of its attempt."""

    failures: tuple[str, ...]
    """Workflow tasks that failed, but for those that Temporal itself does again."""

    delivered: tuple[str, ...]
    """The key of each delivery that was scheduled."""

    history: str | None = None
    """What Temporal has of the latest run, as JSON, where it cannot be replayed or asked."""


@dataclass(frozen=True)
class Evidence:
    """Everything about one run, looked at when it was quiet again."""

    since: datetime
    """When looking began; what happens meanwhile may be seen in one place and not in another."""

    at: datetime
    """When looking ended."""

    log: Log
    inbox: tuple[InboxLine, ...]
    cases: Mapping[UUID, CaseRecord]
    contents: Counter[str]
    """How often each text is kept."""

    lives: Mapping[UUID, Life]
    copies: tuple[Copy, ...]
    lost_letters: Counter[str]
    """How often the answer to a letter was lost on purpose, by Message-ID."""

    calls: tuple[Call, ...]
    """What arrived at the other system."""

    lost_calls: Counter[str]
    """How often its answer was lost on purpose, by Webhook-Id."""

    roles: Mapping[UUID, Role]
    """What everybody of the team may do."""

    lost: int
    """How many answers of all kinds were lost on purpose."""

    strikes: int
    """How often something was killed."""


def heard(log: Log, at: datetime, **seen: Any) -> Evidence:
    """What clients heard, and nothing of the rest but what is given: for tests of one check."""
    nothing: dict[str, Any] = {
        "inbox": (), "cases": {}, "contents": Counter(), "lives": {}, "copies": (),
        "lost_letters": Counter(), "calls": (), "lost_calls": Counter(), "lost": 0, "strikes": 0,
        "roles": {},
    }  # fmt: skip
    return Evidence(since=at, at=at, log=log, **{**nothing, **seen})


@dataclass(frozen=True)
class Violation:
    """Something that must not be."""

    invariant: str
    says: str
    case: UUID | None = None
