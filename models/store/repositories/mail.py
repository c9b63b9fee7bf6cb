"""The development mailbox, and which mail belongs to which escalation."""

from collections.abc import Iterable
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.delivery import Mail
from models.frozen import Frozen
from models.store.tables.mail import MAIL_THREADS, MAILBOX


class ArrivedMail(Frozen):
    """A message in the development mailbox."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    text: str
    about: UUID | None
    arrived_at: AwareDatetime


async def drop_in(connection: AsyncConnection, mail: Mail) -> None:
    """Put a letter into the mailbox. The same Message-ID arrives once."""
    told = mail.model_dump(
        include={"message_id", "sender", "recipient", "subject", "text", "about"}
    )
    await connection.execute(insert(MAILBOX).values(**told).on_conflict_do_nothing())


async def latest(
    connection: AsyncConnection, limit: int, *, about: UUID | None = None
) -> list[ArrivedMail]:
    """The newest letters first; only those about one escalation, when it is given."""
    query = select(MAILBOX).order_by(MAILBOX.c.arrived_at.desc()).limit(limit)
    if about is not None:
        query = query.where(MAILBOX.c.about == about)
    return [ArrivedMail(**row) for row in (await connection.execute(query)).mappings()]


async def join_thread(
    connection: AsyncConnection, message_ids: Iterable[str], escalation_id: UUID
) -> None:
    """Remember that these messages belong to this escalation. The first one to say so is right."""
    rows = [{"message_id": one, "escalation_id": escalation_id} for one in message_ids]
    if rows:
        await connection.execute(insert(MAIL_THREADS).on_conflict_do_nothing(), rows)


async def thread_of(connection: AsyncConnection, message_ids: Iterable[str]) -> UUID | None:
    """The escalation that one of these messages belongs to, the first of them that is known."""
    wanted = list(message_ids)
    if not wanted:
        return None
    query = select(MAIL_THREADS).where(MAIL_THREADS.c.message_id.in_(wanted))
    known = {row.message_id: row.escalation_id for row in await connection.execute(query)}
    return next((known[one] for one in wanted if one in known), None)
