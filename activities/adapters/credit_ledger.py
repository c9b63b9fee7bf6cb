"""Money for customers, in a ledger of our own; whoever really pays it out can be told."""

from dataclasses import dataclass
from datetime import datetime

from activities.ports import Call, NotTaken, SystemCaller, SystemUnknown
from models.escalation import number_text
from models.messages import RequestOrder
from models.store.repositories import credits as ledger
from models.store.session import Store
from models.webhook import call_id


@dataclass(frozen=True)
class CreditLedger:
    """A CreditIssuer that writes each credit down once, and tells the paying system, if any."""

    store: Store
    caller: SystemCaller
    target: str | None = None
    """The name of the system that pays. Left out: the ledger is all, and a person looks at it."""

    async def issue(self, order: RequestOrder, now: datetime) -> None:
        """Write the credit down, have it paid, and note that it was. Raises NotTaken.

        One that is noted as paid is not asked for again: the answer of that note was lost.
        """
        async with self.store.transaction() as connection:
            due = await ledger.begin(connection, order)
        if due and self.target is not None:
            try:
                await self.caller.call(self.target, _payment(order), now)
            except SystemUnknown as error:
                raise NotTaken(str(error), for_good=True) from error
        async with self.store.transaction() as connection:
            await ledger.issued(connection, order.effect.key)


def _payment(order: RequestOrder) -> Call:
    amount = order.effect.amount
    if amount is None:
        raise ValueError("a credit has an amount")
    return Call(
        id=call_id(order.effect.key),
        body={
            "type": "escalation.credit",
            "timestamp": order.at.isoformat(),
            "data": {
                "id": str(order.escalation_id),
                "number": number_text(order.number),
                "customer_id": str(order.customer_id),
                "amount": amount.model_dump(),
                "key": order.effect.key,
            },
        },
    )
