"""What a deed is told: an effect, and what the case says about it at that moment."""

from datetime import datetime

from models.delivery import PendingEffect
from models.escalation import EscalationState
from models.messages import Book, DeliveryOrder, JoinOrder, RequestOrder
from models.step import Notify


def delivery(
    state: EscalationState, book: Book, effect: PendingEffect, now: datetime
) -> DeliveryOrder:
    """A letter or a notice."""
    run = state.run(effect.step) if effect.step else None
    step = book.find(run.step) if run else None
    kind = (effect.clock or "").partition("#")[0]
    clock = next((one for one in state.clocks if one.kind == kind), None)
    return DeliveryOrder(
        escalation_id=state.id,
        number=state.number,
        effect=effect,
        customer_id=state.customer_id,
        assignee_id=state.assignee_id,
        title_id=state.title_id,
        severity=state.severity,
        step_title=step.title if step else None,
        letter=step.letter if isinstance(step, Notify) else None,
        due_at=clock.due_at if clock else (run.due_at if run else None),
        at=now,
        version=state.version,
    )


def request(state: EscalationState, effect: PendingEffect, now: datetime) -> RequestOrder:
    """Money, or news of the case."""
    return RequestOrder(
        escalation_id=state.id,
        number=state.number,
        effect=effect,
        customer_id=state.customer_id,
        type=state.type,
        severity=state.severity,
        status=state.status,
        playbook=str(state.playbook),
        at=now,
        version=state.version,
    )


def join(state: EscalationState, effect: PendingEffect, now: datetime) -> JoinOrder:
    """A merged case, for the one in which it goes on."""
    if state.merged_into is None:
        raise ValueError("only a merged case goes on in another one")
    return JoinOrder(
        escalation_id=state.id,
        number=state.number,
        effect=effect,
        into_id=state.merged_into,
        received_at=state.received_at,
        customer_waits=state.customer_spoke_last,
        breached=tuple(one.kind for one in state.clocks if one.breached_at is not None),
        signals=state.signals,
        unread=state.unread,
        churn_risk=state.churn_risk,
        sentiment=state.sentiment,
        mood=state.mood,
        at=now,
    )
