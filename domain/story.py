"""A story: the events of one decision, told one after the other, each onto the state before it."""

from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from domain.evolve import evolve
from domain.notice_hours import leaves_at
from models.actor import Actor, Role
from models.delivery import Effect, EffectClass, EffectKind, Recipient, RecipientKind
from models.edition import Edition
from models.escalation import EscalationState
from models.event import AnyFact, EffectPlanned, Event
from models.messages import Book
from models.money import Money

HOLD = timedelta(seconds=10)
"""How long a letter, money or a question can be taken back before it leaves."""

_CLASSES = {
    EffectKind.STEP_LETTER: EffectClass.LETTER,
    EffectKind.STEP_CREDIT: EffectClass.REQUEST,
    EffectKind.STEP_WEBHOOK: EffectClass.REQUEST,
    EffectKind.CASE_JOINED: EffectClass.REQUEST,
}
_HELD = frozenset({EffectKind.STEP_LETTER, EffectKind.STEP_CREDIT, EffectKind.APPROVAL_ASKED})


class Story:
    """Collects the events of one decision. Local to one call of `decide`, so rules stay pure."""

    def __init__(
        self,
        book: Book,
        state: EscalationState | None,
        now: datetime,
        actor: Actor,
        op_id: UUID | None,
    ) -> None:
        self.book = book
        self.now = now
        self.actor = actor
        self.op_id = op_id
        self.events: list[Event] = []
        self._state = state

    @property
    def state(self) -> EscalationState:
        """The state after everything told so far."""
        if self._state is None:
            raise ValueError("the story has not begun")
        return self._state

    def since(self, edition: Edition) -> bool:
        """Whether the case goes by this edition of the rules, or a newer one."""
        return self.book.rules.edition >= edition

    def tell(self, fact: AnyFact) -> None:
        """Add one event."""
        seq = self._state.version + 1 if self._state else 1
        event = Event(seq=seq, at=self.now, actor=self.actor, op_id=self.op_id, fact=fact)
        self._state = evolve(self._state, event)
        self.events.append(event)

    def plan_effect(
        self,
        kind: EffectKind,
        recipient: Recipient,
        *,
        step: str | None = None,
        clock: str | None = None,
        subject_id: UUID | None = None,
        body_id: UUID | None = None,
        fallback_of: str | None = None,
        amount: Money | None = None,
        target: str | None = None,
    ) -> None:
        """Plan a delivery. Its key holds its number, so the same occasion never sends twice."""
        state = self.state
        self.tell(
            EffectPlanned(
                effect=Effect(
                    key=f"{state.id}/{state.version + 1}/{kind}/{recipient}",
                    kind=kind,
                    effect_class=_CLASSES.get(kind, EffectClass.PAGE),
                    recipient=recipient,
                    not_before=self._leaves_at(kind),
                    step=step,
                    clock=clock,
                    subject_id=subject_id,
                    body_id=body_id,
                    fallback_of=fallback_of,
                    amount=amount,
                    target=target,
                )
            )
        )

    def plan_again(self, effect: Effect) -> None:
        """Plan a delivery anew that was cancelled, for the same occasion and time."""
        state = self.state
        key = f"{state.id}/{state.version + 1}/{effect.kind}/{effect.recipient}"
        told = {name: getattr(effect, name) for name in Effect.model_fields}
        self.tell(EffectPlanned(effect=Effect(**{**told, "key": key})))

    def _leaves_at(self, kind: EffectKind) -> datetime:
        """What can be taken back is held; what is asked of a system leaves; notices have hours."""
        if kind in _HELD:
            return self.now + HOLD
        if _CLASSES.get(kind, EffectClass.PAGE) is EffectClass.REQUEST:
            return self.now
        return leaves_at(self.book, self.state.severity, self.now)

    @property
    def owner(self) -> Recipient:
        """Whoever has the case; the managers when nobody does, so that a notice always arrives."""
        if self.state.assignee_id is None:
            return MANAGERS
        return person(self.state.assignee_id)

    def of_role(self, role: Role) -> Recipient:
        """Whoever has this role; the owner where it is the agents' own."""
        match role:
            case Role.AGENT:
                return self.owner
            case Role.SENIOR:
                return SENIORS
            case Role.MANAGER | Role.ADMIN:
                return MANAGERS
            case never:
                assert_never(never)


def person(person_id: UUID) -> Recipient:
    """One person."""
    return Recipient(kind=RecipientKind.PERSON, id=person_id)


SENIORS = Recipient(kind=RecipientKind.SENIORS)
MANAGERS = Recipient(kind=RecipientKind.MANAGERS)
VP = Recipient(kind=RecipientKind.VP)
CUSTOMER = Recipient(kind=RecipientKind.CUSTOMER)
SYSTEM = Recipient(kind=RecipientKind.SYSTEM)
