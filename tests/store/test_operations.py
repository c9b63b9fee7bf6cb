"""The inbox: one operation gets one answer, whichever door brings it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text

from models.command import AddNote, CommandKind, Operation
from models.ids import new_id
from models.messages import Receipt
from models.operation import Envelope, InboxRow, OperationStatus
from models.store.repositories import operations
from models.store.session import Store
from tests.conftest import Colleague
from tests.desk import Desk

AT_ONCE = timedelta(seconds=20)
NO_PAGE_THE_LESS = {
    CommandKind.OPEN,
    CommandKind.ADD_NOTE,
    CommandKind.REOPEN,
    CommandKind.ABSORB,
    CommandKind.RESUME,
    CommandKind.MOVE_CLOCK,
    CommandKind.TICK,
    CommandKind.END_EFFECT,
    CommandKind.ACKNOWLEDGE,
    CommandKind.SNOOZE_ALERT,
    CommandKind.NOTE_READING,
}
"""After these everyone who was to be paged still is."""


def test_of_every_kind_of_operation_it_is_said_whether_it_can_make_a_page_needless() -> None:
    assert set(operations.ENDS_A_WAIT) | NO_PAGE_THE_LESS == set(CommandKind)
    assert not set(operations.ENDS_A_WAIT) & NO_PAGE_THE_LESS


async def _kept(store: Store, sarah: Desk, colleagues: dict[str, Colleague]) -> UUID:
    """An operation that was accepted and that nobody has brought to the engine."""
    opened = await sarah.open_case()
    await sarah.case(opened["number"], at=opened["version"])
    actor = colleagues["sarah"].actor
    operation = Operation(op_id=new_id(), actor=actor, command=AddNote(content_id=uuid4()))
    envelope = Envelope(
        op_id=operation.op_id,
        actor_key=actor.key,
        route="notes",
        key=uuid4().hex,
        body_hash="0" * 64,
        escalation_id=UUID(opened["escalation_id"]),
        kind=operation.command.kind,
        payload=operation,
    )
    async with store.transaction() as connection:
        assert await operations.put(connection, envelope, datetime.now(UTC))
    return operation.op_id


async def _row(store: Store, op_id: UUID) -> InboxRow:
    async with store.transaction() as connection:
        found = await operations.get(connection, op_id)
    assert found is not None
    return found


async def _refuse(store: Store, op_id: UUID) -> None:
    refusal = Receipt(op_id=op_id, status="rejected", version=0, code="step-not-open", detail="No")
    async with store.transaction() as connection:
        await operations.refuse(connection, refusal)


async def _answer(store: Store, op_id: UUID) -> None:
    async with store.transaction() as connection:
        receipt = Receipt(op_id=op_id, status="applied", version=7)
        await operations.answer(connection, [receipt])


async def test_a_refusal_is_the_answer_of_an_operation_that_went_no_other_way(
    store: Store, sarah: Desk, colleagues: dict[str, Colleague]
) -> None:
    op_id = await _kept(store, sarah, colleagues)
    await _refuse(store, op_id)
    refused = await _row(store, op_id)
    assert refused.status is OperationStatus.REJECTED
    assert refused.answer is not None
    assert refused.answer.code == "step-not-open"
    await _refuse(store, op_id)
    assert await _row(store, op_id) == refused


async def test_what_was_applied_counts_though_it_was_refused_a_moment_before(
    store: Store, sarah: Desk, colleagues: dict[str, Colleague]
) -> None:
    op_id = await _kept(store, sarah, colleagues)
    await _refuse(store, op_id)
    await _answer(store, op_id)
    applied = await _row(store, op_id)
    assert applied.status is OperationStatus.APPLIED
    await _refuse(store, op_id)
    assert await _row(store, op_id) == applied


async def test_a_refusal_is_not_written_over_an_operation_that_another_door_delivered(
    store: Store, sarah: Desk, colleagues: dict[str, Colleague]
) -> None:
    op_id = await _kept(store, sarah, colleagues)
    async with store.transaction() as connection:
        claimed, _ = await operations.claim_waiting(connection, datetime.now(UTC), AT_ONCE, 50)
    assert op_id in [row.op_id for row in claimed]
    await _refuse(store, op_id)
    waiting = await _row(store, op_id)
    assert (waiting.status, waiting.answer) == (OperationStatus.ACCEPTED, None)
    assert waiting.attempts == 1
    await _answer(store, op_id)
    await _refuse(store, op_id)
    assert (await _row(store, op_id)).status is OperationStatus.APPLIED


async def test_what_cannot_be_read_is_named_and_holds_up_nobody(
    store: Store, sarah: Desk, colleagues: dict[str, Colleague]
) -> None:
    strange = await _kept(store, sarah, colleagues)
    other = await _kept(store, sarah, colleagues)
    async with store.transaction() as connection:
        newer = "UPDATE operations SET payload = payload || '{\"newer\": 1}' WHERE op_id = :op"
        await connection.execute(text(newer), {"op": strange})
    try:
        async with store.transaction() as connection:
            readable, unreadable = await operations.claim_waiting(
                connection, datetime.now(UTC), AT_ONCE, 50
            )
        assert strange in unreadable
        assert other in [row.op_id for row in readable]
    finally:
        async with store.transaction() as connection:
            gone = "DELETE FROM operations WHERE op_id = ANY(:ops)"
            await connection.execute(text(gone), {"ops": [strange, other]})


async def test_an_operation_that_nobody_took_is_looked_at_again_soon(
    store: Store, sarah: Desk, colleagues: dict[str, Colleague]
) -> None:
    op_id = await _kept(store, sarah, colleagues)
    now = datetime.now(UTC)
    async with store.transaction() as connection:
        await operations.claim_waiting(connection, now, timedelta(hours=1), 50)
        await operations.look_again(connection, [op_id], now)
        claimed, _ = await operations.claim_waiting(connection, now, timedelta(hours=1), 50)
        assert op_id in [row.op_id for row in claimed]
        gone = "DELETE FROM operations WHERE op_id = :op"
        await connection.execute(text(gone), {"op": op_id})
