"""One life in a workflow's memory: state, outbox and answers, changed only by the rules."""

from datetime import datetime
from uuid import UUID

from domain.adopting import book_after
from domain.decide import begin, decide
from domain.evolve import evolve, fold
from domain.standing import step_now, tightest
from models.actor import Actor
from models.command import ChangePlaybook, Command, Operation
from models.errors import RightnowError
from models.escalation import EscalationState
from models.event import Event, OperationRejected
from models.messages import Book, EscalationStart, Life, ProjectionBatch, Receipt, Snapshot, StepNow

REMEMBERED = 500
"""How many answers a life remembers. Older duplicates are answered by the inbox in PostgreSQL."""

BATCH = 500
"""How many events are written down at once, at most."""


class LivingCase:
    """What a run of the workflow holds. It starts anew, or from the run before."""

    def __init__(self, start: EscalationStart, now: datetime) -> None:
        self.book: Book = start.book
        self._considered: tuple[Operation, int, datetime, tuple[Event, ...]] | None = None
        if start.life is not None:
            self.state: EscalationState = start.life.state
            self.outbox = list(start.life.outbox)
            self.unprojected = list(start.life.unprojected)
            self._receipts = {receipt.op_id: receipt for receipt in start.life.receipts}
            return
        if start.opening is None:
            raise ValueError("a start has an opening or a life")
        events = begin(start.book, start.opening, now)
        self.state = fold(list(events))
        self.outbox = list(events)
        self.unprojected = []
        self._receipts = {}
        self._applied(start.opening.op_id)

    def receipt(self, op_id: UUID) -> Receipt | None:
        """The answer that this operation got before."""
        return self._receipts.get(op_id)

    def consider(self, operation: Operation, now: datetime) -> None:
        """Raise what would refuse the operation; change nothing but what is remembered."""
        if operation.op_id not in self._receipts:
            self._considered = operation, self.state.version, now, self._decide(operation, now)

    def take(self, operation: Operation, now: datetime) -> Receipt:
        """Apply an operation, once. Raises the error that refuses it."""
        known = self._receipts.get(operation.op_id)
        if known is not None:
            return known
        self._absorb(self._decided(operation, now))
        if isinstance(operation.command, ChangePlaybook):
            self.book = book_after(self.book, operation.command.document, self.state)
        return self._applied(operation.op_id)

    def reject(self, operation: Operation, error: RightnowError, now: datetime) -> None:
        """Note that an operation that came by signal could not be done, with its answer."""
        if operation.op_id in self._receipts:
            return
        fact = OperationRejected(
            op_id=operation.op_id, code=error.code, detail=" ".join(error.detail.split())[:200]
        )
        seq = self.state.version + 1
        event = Event(seq=seq, at=now, actor=operation.actor, op_id=operation.op_id, fact=fact)
        self._absorb((event,))
        self._remember(
            Receipt(
                op_id=operation.op_id,
                status="rejected",
                version=self.state.version,
                code=error.code,
                detail=error.detail,
            )
        )

    def drive(self, command: Command, actor: Actor, now: datetime) -> None:
        """Apply what time or a delivery brings about."""
        self._absorb(decide(self.book, self.state, command, now, actor))

    def batch(self) -> ProjectionBatch:
        """What PostgreSQL does not have yet, oldest first."""
        events = tuple(self.outbox[:BATCH])
        reached = events[-1].seq if events else self.state.version
        return ProjectionBatch(
            escalation_id=self.state.id,
            number=self.state.number,
            events=events,
            receipts=tuple(one for one in self.unprojected if one.version <= reached),
        )

    def written(self, batch: ProjectionBatch) -> None:
        """PostgreSQL has this batch now."""
        del self.outbox[: len(batch.events)]
        del self.unprojected[: len(batch.receipts)]

    def carried(self) -> Life:
        """All that the next run needs."""
        return Life(
            state=self.state,
            book=self.book,
            outbox=tuple(self.outbox),
            receipts=tuple(self._receipts.values()),
            unprojected=tuple(self.unprojected),
        )

    def _decided(self, operation: Operation, now: datetime) -> tuple[Event, ...]:
        """What was decided while it was considered, if nothing has happened since."""
        considered, self._considered = self._considered, None
        if considered is not None and considered[:3] == (operation, self.state.version, now):
            return considered[3]
        return self._decide(operation, now)

    def _decide(self, operation: Operation, now: datetime) -> tuple[Event, ...]:
        return decide(
            self.book,
            self.state,
            operation.command,
            now,
            operation.actor,
            op_id=operation.op_id,
            expected_version=operation.expected_version,
        )

    def _absorb(self, events: tuple[Event, ...]) -> None:
        for event in events:
            self.state = evolve(self.state, event)
        self.outbox.extend(events)

    def _applied(self, op_id: UUID) -> Receipt:
        receipt = Receipt(
            op_id=op_id,
            status="applied",
            version=self.state.version,
            snapshot=snapshot(self.state, self.book),
        )
        self._remember(receipt)
        return receipt

    def _remember(self, receipt: Receipt) -> None:
        self._receipts[receipt.op_id] = receipt
        self.unprojected.append(receipt)
        while len(self._receipts) > REMEMBERED:
            del self._receipts[next(iter(self._receipts))]


def snapshot(state: EscalationState, book: Book) -> Snapshot:
    """How the escalation stands, for an answer."""
    run = step_now(state, book.playbook)
    clock = tightest(state)
    step = None
    if run is not None:
        title = book.step(run.step).title
        step = StepNow(id=run.id, kind=run.kind, title=title, due_at=run.due_at)
    return Snapshot(
        status=state.status,
        severity=state.severity,
        assignee_id=state.assignee_id,
        step=step,
        due_at=clock.due_at if clock else None,
    )
