"""What is told beside a case that is read: what may become of it, and what its words have cost."""

import time
from datetime import datetime

from activities import prospects
from api.dependencies import Caller
from api.parts import Parts
from api.views.insight import NOTHING_BESIDES, Besides
from domain.prediction import outlook
from models.actor import Role
from models.escalation import Status
from models.event import MessageRead
from models.standing import EscalationLine, EscalationWhole
from models.store.repositories import events, llm

COUNTED_FOR = 60.0
"""Seconds for which a count is told again. A case is read often, and to count takes longer than to
read it."""

_GOES_ON = (Status.OPEN, Status.PAUSED, Status.RESOLVED)
_MAY_SEE_COSTS = (Role.SENIOR, Role.MANAGER, Role.ADMIN)


async def besides_of(parts: Parts, who: Caller, whole: EscalationWhole) -> Besides:
    """Count it. Of a case that is over nothing is expected any more; agents need no bill.

    When its words were read is looked up, too.
    """
    line, state = whole.line, whole.state
    goes_on = state is not None and state.status in _GOES_ON
    sees_costs = who.person is not None and who.person.role in _MAY_SEE_COSTS
    is_read = state is not None and (state.sentiment or state.churn_risk is not None)
    if not (goes_on or sees_costs or is_read):
        return NOTHING_BESIDES
    told = spent = None
    found: list[tuple[datetime, MessageRead]] = []
    if is_read:
        async with parts.store.single() as connection:
            found = await events.newest_readings(connection, line.id)
    if state is not None and goes_on:
        told = outlook(state.churn_risk, *await _expected(parts, line))
    if sees_costs:
        async with parts.store.single() as connection:
            spent = await llm.tokens_of(connection, line.id)
    return Besides(told, spent, tuple(found))


async def _expected(parts: Parts, line: EscalationLine) -> prospects.Expected:
    kind = (line.type, line.severity)
    known = parts.expected.get(kind)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    async with parts.store.transaction() as connection:
        counted = await prospects.expected(connection, *kind)
    parts.expected[kind] = (time.monotonic() + COUNTED_FOR, counted)
    return counted
