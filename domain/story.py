"""A story: the events of one decision, told one after the other, each onto the state before it."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.evolve import evolve
from models.actor import Actor
from models.delivery import Effect, EffectClass, EffectKind, Recipient, RecipientKind
from models.escalation import EscalationState
from models.event import AnyFact, EffectPlanned, Event
from models.messages import Book

LETTER_HOLD = timedelta(seconds=10)
"""How long a letter to a customer can be taken back before it leaves."""


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
    ) -> None:
        """Plan a delivery. Its key holds its number, so the same occasion never sends twice."""
        letter = kind is EffectKind.STEP_LETTER
        state = self.state
        self.tell(
            EffectPlanned(
                effect=Effect(
                    key=f"{state.id}/{state.version + 1}/{kind}/{recipient}",
                    kind=kind,
                    effect_class=EffectClass.LETTER if letter else EffectClass.PAGE,
                    recipient=recipient,
                    not_before=self.now + LETTER_HOLD if letter else self.now,
                    step=step,
                    clock=clock,
                    subject_id=subject_id,
                    body_id=body_id,
                    fallback_of=fallback_of,
                )
            )
        )

    @property
    def owner(self) -> Recipient:
        """Whoever has the case; the managers when nobody does, so that a notice always arrives."""
        if self.state.assignee_id is None:
            return MANAGERS
        return Recipient(kind=RecipientKind.PERSON, id=self.state.assignee_id)


MANAGERS = Recipient(kind=RecipientKind.MANAGERS)
VP = Recipient(kind=RecipientKind.VP)
CUSTOMER = Recipient(kind=RecipientKind.CUSTOMER)
