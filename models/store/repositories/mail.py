"""The development mailbox, which mail belongs to which escalation, and which to none."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.delivery import Mail
from models.frozen import Frozen
from models.store.tables.mail import MAIL_THREADS, MAILBOX, MAILS_SET_ASIDE

SET_ASIDE_KEPT = timedelta(days=30)
"""How long it is known that a mail was set aside."""

_S = MAILS_SET_ASIDE.c


class ArrivedMail(Frozen):
    """A message in the development mailbox."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    text: str
    about: UUID | None
    arrived_at: AwareDatetime


class SetAsideMail(Frozen):
    """A mail that came in and changed nothing."""

    message_id: str | None
    """Without its angle brackets: it finds the mail at the mail server. Empty when it has none."""

    reasons: tuple[str, ...]
    """Why, in plain sentences."""

    set_aside_at: AwareDatetime
    """When it came first."""


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


async def set_aside(
    connection: AsyncConnection, key: str, message_id: str | None, reasons: Sequence[str]
) -> None:
    """Remember that a mail changed nothing, and why. The same key is one mail: the first counts."""
    row = {"key": key, "message_id": message_id, "reasons": list(reasons)}
    await connection.execute(insert(MAILS_SET_ASIDE).values(**row).on_conflict_do_nothing())


async def latest_set_aside(connection: AsyncConnection, limit: int) -> list[SetAsideMail]:
    """Mails that were set aside, the newest first."""
    wanted = select(_S.message_id, _S.reasons, _S.set_aside_at)
    query = wanted.order_by(_S.set_aside_at.desc()).limit(limit)
    rows = (await connection.execute(query)).mappings()
    return [SetAsideMail(**{**row, "reasons": tuple(row["reasons"])}) for row in rows]


async def count_set_aside(connection: AsyncConnection, *, within: timedelta) -> int:
    """How many mails were set aside lately."""
    query = select(func.count()).where(_S.set_aside_at > func.now() - within)
    counted: int = (await connection.execute(query)).scalar_one()
    return counted


async def forget_set_aside(connection: AsyncConnection, limit: int) -> int:
    """Forget up to so many mails that were set aside long ago. Returns how many."""
    old = select(_S.key).where(_S.set_aside_at < func.now() - SET_ASIDE_KEPT).limit(limit)
    locked = old.with_for_update(skip_locked=True)
    gone = await connection.execute(delete(MAILS_SET_ASIDE).where(_S.key.in_(locked)))
    return gone.rowcount
