"""What PostgreSQL shows of a case, against the fold of its events: projection, ledger, inbox.

Rule: a look at many cases holds nobody up, because it takes no lock: events never change, so those
up to a row's version must make that row. What looks wrong is looked at again with the row held, and
only what is wrong then is told and put right.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from activities.audit.sight import Sight
from domain.audit import DeliveryTold, NotWhole, deliveries_told, lived, requests_told, whole
from domain.standing import standing
from models.audit import FindingKind, Found
from models.delivery import DeliveryStatus, EffectClass
from models.escalation import EscalationState, number_text
from models.event import Event
from models.frozen import Frozen
from models.playbook import Playbook
from models.store.repositories import deliveries, escalations, evidence, playbooks
from models.store.session import Store

KINDS = (
    FindingKind.PROJECTION,
    FindingKind.EVENTS,
    FindingKind.DELIVERY_MISSING,
    FindingKind.ANSWER_MISSING,
)
FILLED_IN = frozenset({"next_at"})
"""Columns that 0.1.0 did not write. They are filled in without a word."""

_BATCH = 50
_LOST_ROW = "Its row was lost from the ledger. A person checks whether it left."

Story = Sequence[tuple[int, Any, str]]


@dataclass
class Wrong:
    """What is wrong with what PostgreSQL has of one case."""

    columns: list[str] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)
    """The columns as the events say them."""

    events: str | None = None
    deliveries: list[DeliveryTold] = field(default_factory=list)
    requests: set[UUID] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.columns or self.events or self.deliveries or self.requests)


def differing(stored: dict[str, Any], told: dict[str, Any]) -> list[str]:
    """The columns of a projection that are not what its events say."""
    return [name for name, value in told.items() if not _same(stored[name], value)]


def _same(stored: Any, told: Any) -> bool:
    if not isinstance(told, Frozen):
        return bool(stored == told)
    try:  # as models: what an older Rightnow wrote lacks what has a default since
        return type(told).model_validate(stored) == told
    except ValueError:
        return False


@dataclass
class FoldLook:
    """Folds cases anew, and puts right what their events say otherwise."""

    store: Store
    _playbooks: dict[str, Playbook] = field(default_factory=dict)

    async def look(self, sight: Sight, ids: Sequence[UUID]) -> None:
        """Look at these cases, fifty at a time."""
        looked = 0
        for start in range(0, len(ids), _BATCH):
            looked += await self._batch(sight, ids[start : start + _BATCH])
        sight.saw(KINDS, ids)
        sight.looked_at["folded"] = looked

    async def _batch(self, sight: Sight, ids: Sequence[UUID]) -> int:
        async with self.store.transaction() as connection:
            rows = await evidence.rows_of(connection, ids)
            stories = await evidence.stories_of(connection, ids)
            ledgers = await evidence.ledgers_of(connection, ids)
            inboxes = await evidence.inboxes_of(connection, ids)
        for case_id, row in rows.items():
            story = stories.get(case_id, [])
            ledger, inbox = ledgers.get(case_id, {}), inboxes.get(case_id, set())
            wrong = await self._judge(row, story, ledger, inbox, row["version"])
            if wrong or len(story) > row["version"]:
                await self._look_again(sight, case_id)
            await asyncio.sleep(0)  # workflows go first
        return len(rows)

    async def _judge(
        self,
        row: dict[str, Any],
        story: Story,
        ledger: dict[str, bool],
        inbox: set[UUID],
        version: int,
    ) -> Wrong:
        wrong = Wrong()
        try:
            events = whole(story[:version])
            if len(events) < version:
                raise NotWhole(f"event {len(events) + 1} is missing")
            state = lived(events)
            playbook = await self._playbook(state)
        except NotWhole as error:
            wrong.events = str(error)
            return wrong
        wrong.told = escalations.columns(state, standing(state, playbook))
        wrong.columns = differing(row, wrong.told)
        wrong.deliveries = _unlike(events, ledger)
        wrong.requests = requests_told(events) - inbox
        return wrong

    async def _playbook(self, state: EscalationState) -> Playbook:
        ref = state.playbook
        known = self._playbooks.get(str(ref))
        if known is None:
            async with self.store.single() as connection:
                version = await playbooks.get(connection, ref.slug, ref.version)
            if version is None:
                raise NotWhole(f"there is no playbook {ref}")
            known = self._playbooks[str(ref)] = version.playbook
        return known

    async def _look_again(self, sight: Sight, case_id: UUID) -> None:
        """With the row held nothing moves; what is wrong now is wrong."""
        async with self.store.transaction() as connection:
            await escalations.hold(connection, case_id)
            row = (await evidence.rows_of(connection, [case_id])).get(case_id)
            if row is None:
                return
            story = (await evidence.stories_of(connection, [case_id])).get(case_id, [])
            ledger = (await evidence.ledgers_of(connection, [case_id])).get(case_id, {})
            inbox = (await evidence.inboxes_of(connection, [case_id])).get(case_id, set())
            # More events than the version says: then it is the version that is wrong, if they
            # follow one another.
            reached = max(row["version"], len(story))
            wrong = await self._judge(row, story, ledger, inbox, reached)
            await self._put_right(connection, case_id, wrong)
        _tell(sight, case_id, row["number"], wrong)

    async def _put_right(self, connection: AsyncConnection, case_id: UUID, wrong: Wrong) -> None:
        if wrong.columns:
            await escalations.overwrite(connection, case_id, wrong.told)
        for one in wrong.deliveries:
            await _write_again(connection, case_id, one)


def _unlike(events: Sequence[Event], ledger: dict[str, bool]) -> list[DeliveryTold]:
    """The deliveries whose row is missing, or goes on though the events have its end."""
    told = deliveries_told(events)
    return [
        one
        for key, one in told.items()
        if key not in ledger or (one.status is not None and not ledger[key])
    ]


async def _write_again(connection: AsyncConnection, case_id: UUID, one: DeliveryTold) -> None:
    """Write the ledger's row from the events. A letter that may have left is not sent for it."""
    await deliveries.plan(connection, case_id, [one.effect], one.planned_at)
    if one.status is not None:
        await deliveries.end(connection, one.effect.key, one.status, one.detail)
    elif one.begun and one.effect.effect_class is EffectClass.LETTER:
        await deliveries.end(connection, one.effect.key, DeliveryStatus.UNKNOWN, _LOST_ROW)


def _tell(sight: Sight, case_id: UUID, number: int, wrong: Wrong) -> None:
    name = number_text(number)

    def tell(kind: FindingKind, detail: str, *, healed: bool) -> None:
        found = Found(
            kind=kind,
            subject=str(case_id),
            escalation_id=case_id,
            detail=f"{name}: {detail}"[:500],
            healed=healed,
        )
        sight.tell(found)

    if wrong.events:
        tell(FindingKind.EVENTS, f"its events are not whole: {wrong.events}.", healed=False)
    columns = sorted(set(wrong.columns) - FILLED_IN)
    if columns:
        shown = f"PostgreSQL showed something else than its events say: {', '.join(columns)}."
        tell(FindingKind.PROJECTION, shown, healed=True)
    if wrong.deliveries:
        keys = ", ".join(one.effect.key.partition("/")[2] for one in wrong.deliveries)
        missing = f"the ledger did not have what its events say of: {keys}."
        tell(FindingKind.DELIVERY_MISSING, missing, healed=True)
    if wrong.requests:
        gone = f"{len(wrong.requests)} of its operations are not in the inbox."
        tell(FindingKind.ANSWER_MISSING, gone, healed=False)
