"""The development mailbox: letters that would have left, kept where people can read them."""

from dataclasses import dataclass

from models.delivery import Mail
from models.store.repositories import mail as mailbox
from models.store.session import Store


@dataclass(frozen=True)
class Mailbox:
    """A PostOffice that keeps every letter in the database. The same letter arrives once."""

    store: Store

    async def hand_over(self, mail: Mail) -> None:
        """Drop the letter in."""
        async with self.store.transaction() as connection:
            await mailbox.drop_in(connection, mail)
