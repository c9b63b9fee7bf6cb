"""T11: a whole playbook, ten days of it: every alert and promise at its instant, each once."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models import event as ev
from models.delivery import DeliveryStatus, EffectKind, RecipientKind
from models.escalation import EscalationState, Status
from models.event import Event
from models.store.repositories import deliveries, events
from models.store.session import Store
from tests.desk import Desk
from tests.workflows.clockwork import Clockwork

AN_INSTANT = timedelta(seconds=60)
"""How late the engine may be under the skipping clock of a test, on a busy machine."""

ALERTS = [
    ("first_response warned", timedelta(minutes=15)),
    ("first_response breached", timedelta(minutes=30)),
    ("resolution warned", timedelta(hours=7, minutes=30)),
]
"""Of a high case: half an hour warns at its half, eight hours thirty minutes before the end."""


def _alerts(told: list[Event], since: datetime) -> list[tuple[str, timedelta]]:
    found = []
    for event in told:
        match event.fact:
            case ev.ClockWarned(clock=clock):
                found.append((f"{clock} warned", event.at - since))
            case ev.ClockBreached(clock=clock):
                found.append((f"{clock} breached", event.at - since))
            case _:
                pass
    return found


async def _promise_kept(
    sarah: Desk, answer: dict[str, Any], state: EscalationState
) -> dict[str, Any]:
    """Do the promised step that is open."""
    [run] = [one for one in state.steps if one.promised and not one.ended and one.opened_at]
    step = {"snapshot": {**answer["snapshot"], "step": {"id": run.id}}, "version": state.version}
    return await sarah.work({**answer, **step})


async def test_each_alert_and_each_promise_of_a_playbook_comes_at_its_instant_and_once(
    sarah: Desk, clockwork: Clockwork, store: Store
) -> None:
    answer = await sarah.open_case(severity="high")
    case = answer["escalation_id"]
    await clockwork.ahead(case, timedelta(minutes=31))
    state = await clockwork.ahead(case, timedelta(hours=7))
    since = state.received_at
    answer = {**answer, "version": state.version}
    for _ in range(5):
        answer = await sarah.work(answer)
    assert answer["snapshot"]["status"] == "resolved"
    state = await clockwork.ahead(case, timedelta(hours=24, minutes=1))
    answer = await _promise_kept(sarah, answer, state)
    state = await clockwork.ahead(case, timedelta(days=6, minutes=1))
    answer = await _promise_kept(sarah, answer, state)
    state = await clockwork.ahead(case, timedelta(days=3))
    assert state.status is Status.RESOLVED

    async with store.transaction() as connection:
        told = list(await events.of(connection, UUID(case)))
        ledger = await deliveries.of(connection, UUID(case))
    alerts = _alerts(told, since)
    assert [name for name, _ in alerts] == [name for name, _ in ALERTS]
    for (name, came), (_, due) in zip(alerts, ALERTS, strict=True):
        assert timedelta(0) <= came - due < AN_INSTANT, name
    [resolved] = [event.at for event in told if isinstance(event.fact, ev.Resolved)]
    opened = [
        event.at - resolved
        for event in told
        if isinstance(event.fact, ev.StepOpened) and event.fact.promised
    ]
    for came, due in zip(opened, [timedelta(hours=24), timedelta(days=7)], strict=True):
        assert timedelta(0) <= came - due < AN_INSTANT
    sla = [row for row in ledger if row.kind in (EffectKind.SLA_WARNING, EffectKind.SLA_BREACH)]
    # Nobody owned the case at those instants: each is told to the managers, once.
    assert Counter(row.kind for row in sla) == {EffectKind.SLA_WARNING: 2, EffectKind.SLA_BREACH: 1}
    assert {row.recipient.kind for row in sla} == {RecipientKind.MANAGERS}
    assert {row.status for row in ledger} == {DeliveryStatus.SENT}
    assert all(row.attempts == 1 for row in ledger)
