"""Turn an order into a letter: whom it goes to and what it says."""

import hashlib
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.clock_words import CLOCK_WORDS
from domain.script import Values, render
from domain.script_values import values_of
from models.actor import Person
from models.customer import Customer
from models.delivery import EffectKind, Mail, RecipientKind
from models.duration import say_duration
from models.escalation import number_text
from models.house import House
from models.messages import DeliveryOrder
from models.sla import ClockKind
from models.store.repositories import contents, customers, people

_TEMPLATES = Path(__file__).parent.parent / "templates" / "mail"


class NoAddress(Exception):
    """Nobody knows where to send it."""


class LetterDesk:
    """Words letters from templates, playbooks and agents' own words."""

    def __init__(self, house: House) -> None:
        self.house = house
        # Plain text, never HTML: nothing is escaped because nothing is markup.
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701
            keep_trailing_newline=True,
        )

    async def word(self, connection: AsyncConnection, order: DeliveryOrder) -> Mail:
        """The letter of an order. Raises NoAddress when its recipient has none."""
        customer = await customers.get(connection, order.customer_id)
        owner = await _person(connection, order)
        subject, text = await self._words(connection, order, customer, owner)
        return Mail(
            message_id=self.message_id(order.effect.key),
            sender=self.house.sender,
            recipient=await self._address(connection, order, customer),
            subject=subject[:200],
            text=text,
            about=order.escalation_id,
            automatic=order.effect.kind is not EffectKind.STEP_LETTER,
        )

    def message_id(self, key: str) -> str:
        """The Message-ID of a delivery: the same on every attempt, so that copies are one."""
        digest = hashlib.sha256(key.encode("utf-8")).hexdigest()[:32]
        return f"<{digest}@{self.house.sender.rpartition('@')[2]}>"

    async def _words(
        self,
        connection: AsyncConnection,
        order: DeliveryOrder,
        customer: Customer | None,
        owner: Person | None,
    ) -> tuple[str, str]:
        effect = order.effect
        if effect.body_id is not None and effect.subject_id is not None:
            words = await contents.texts(connection, [effect.subject_id, effect.body_id])
            return words.get(effect.subject_id, "[erased]"), words.get(effect.body_id, "[erased]")
        title = (await contents.texts(connection, [order.title_id])).get(order.title_id)
        values = values_of(
            customer=customer,
            agent_name=owner.name if owner else None,
            company=self.house.company,
            number=number_text(order.number),
            title=title,
            now=order.at,
        )
        if order.letter is not None:
            return render(order.letter.subject, values), render(order.letter.body, values)
        return self._notice(order, customer, values)

    def _notice(
        self, order: DeliveryOrder, customer: Customer | None, values: Values
    ) -> tuple[str, str]:
        clock = (order.effect.clock or "").partition("#")[0]
        told = self._templates.get_template(f"{order.effect.kind}.txt.j2").render(
            number=number_text(order.number),
            customer=customer.name if customer else "The customer",
            step=render(order.step_title, values) if order.step_title else None,
            clock_words=f"our {CLOCK_WORDS[ClockKind(clock)]}" if clock else "an answer",
            due=_moment(order.due_at),
            minutes_left=_left(order),
            mine=order.assignee_id is not None and order.assignee_id == order.effect.recipient.id,
        )
        first, _, text = told.partition("\n")
        return first.removeprefix("Subject:").strip(), text

    async def _address(
        self, connection: AsyncConnection, order: DeliveryOrder, customer: Customer | None
    ) -> str:
        recipient = order.effect.recipient
        match recipient.kind:
            case RecipientKind.SENIORS:
                return self.house.seniors
            case RecipientKind.MANAGERS:
                return self.house.managers
            case RecipientKind.VP:
                return self.house.vp
            case RecipientKind.CUSTOMER:
                if customer is None or customer.email is None:
                    raise NoAddress("We know no mail address of the customer.")
                return customer.email
            case RecipientKind.SYSTEM:
                raise NoAddress("A system gets no mail.")
            case RecipientKind.PERSON:
                known = await people.by_ids(connection, [recipient.id] if recipient.id else [])
                person = next(iter(known.values()), None)
                if person is None or not person.active:
                    raise NoAddress("That person is no longer with us.")
                return person.email


async def _person(connection: AsyncConnection, order: DeliveryOrder) -> Person | None:
    if order.assignee_id is None:
        return None
    return (await people.by_ids(connection, [order.assignee_id])).get(order.assignee_id)


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "now"


def _left(order: DeliveryOrder) -> str:
    if order.due_at is None or order.due_at <= order.at:
        return "0 minutes"
    return say_duration(order.due_at - order.at)
