"""What tests of the auditor begin with, and what they ask of it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from models.audit import FindingKind
from models.command import CommandKind
from models.messages import EscalationStart
from models.operation import Envelope
from models.store.repositories import operations
from tests.audit.house import House


async def worked(house: House, **given: Any) -> dict[str, Any]:
    """A case with some steps done, written down."""
    answer = await house.sarah.open_case(**given)
    for _ in range(2):
        answer = await house.sarah.work(answer)
    await house.clock.settled(answer["escalation_id"])
    return answer


async def found(house: House, kind: FindingKind, about: str | None = None, **more: Any) -> str:
    """What the next audit says of one kind; it has not passed."""
    result = await house.audit(**more)
    assert not result.passed
    told = [one.detail for one in await house.wrong() if one.kind is kind]
    assert told, await house.wrong()
    assert about is None or about in told[0]
    return told[0]


async def started(house: House, **given: Any) -> EscalationStart:
    """The start of a case that was opened just now, and cancelled."""
    opened = await house.sarah.open_case(**given)
    path = f"/cs/escalations/{opened['number']}/cancellation"
    await house.priya.post(path, {"reason": "A duplicate"})
    async with house.store.transaction() as connection:
        row = await operations.get(connection, UUID(opened["op_id"]))
    assert row is not None
    assert isinstance(row.payload, EscalationStart)
    return row.payload


async def keep_opening(house: House, start: EscalationStart) -> None:
    """Put an opening into the inbox, as the API does."""
    opening = start.opening
    assert opening is not None
    envelope = Envelope(
        op_id=opening.op_id,
        actor_key=opening.actor.key,
        route="POST /cs/escalations",
        key=str(opening.op_id),
        body_hash="x",
        escalation_id=opening.escalation_id,
        kind=CommandKind.OPEN,
        payload=start,
    )
    async with house.store.transaction() as connection:
        await operations.put(connection, envelope, datetime.now(UTC))
