"""Mail that can be looked at: letters that would have left, and mail that was set aside."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import AboutCase, CallerDep, PartsDep, load_escalation, require_person
from api.problems import documented
from models.frozen import Frozen
from models.store.repositories import mail
from models.store.repositories.mail import ArrivedMail, SetAsideMail

router = APIRouter(prefix="/mailbox", tags=["mail"])

_Limit = Annotated[int, Query(ge=1, le=200)]


class MailboxPage(Frozen):
    """Letters that would have left, newest first."""

    items: tuple[ArrivedMail, ...]


class SetAsidePage(Frozen):
    """Mails that came in and changed nothing, newest first."""

    items: tuple[SetAsideMail, ...]


@router.get("", responses=documented(404), summary="The development mailbox")
async def read_mailbox(
    parts: PartsDep,
    who: CallerDep,
    case: AboutCase = None,
    limit: _Limit = 50,
) -> MailboxPage:
    """Letters that would have left, had a mail server been set. Newest first."""
    require_person(who)
    about = (await load_escalation(parts, who, case)).line.id if case else None
    async with parts.store.transaction() as connection:
        return MailboxPage(items=tuple(await mail.latest(connection, limit, about=about)))


@router.get("/set-aside", responses=documented(), summary="Mail that was set aside")
async def read_set_aside(parts: PartsDep, who: CallerDep, limit: _Limit = 50) -> SetAsidePage:
    """Mail of the last 30 days that came in and changed nothing, and why. Newest first.

    Automatic replies, lists, our own mail that came back, and what we had already. Its words and
    its sender are not kept: the Message-ID finds it at the mail server.
    """
    require_person(who)
    async with parts.store.single() as connection:
        return SetAsidePage(items=tuple(await mail.latest_set_aside(connection, limit)))
