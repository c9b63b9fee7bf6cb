"""Mail comes in: it opens a case, joins one, or is set aside, and says which."""

import asyncio
import hashlib
from typing import Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from activities.adapters.mail_parser import MailReader
from api.acceptance import OperationAnswer, Wish, in_words, operate, repeat
from api.dependencies import (
    Asked,
    Caller,
    CallerDep,
    PartsDep,
    body_hash,
    load_escalation,
)
from api.late_mail import file_anew, title_of
from api.limits import MAIL_BYTES, SECONDS
from api.opening import Matter, open_matter
from api.parts import Parts
from api.problems import documented
from api.routes.escalations import with_status
from domain import permissions
from domain.lifecycle import OVER
from domain.thanks import only_thanks
from models.actor import Actor, ActorKind
from models.command import (
    Author,
    Channel,
    CommandKind,
    Direction,
    RecordMessage,
    Visibility,
)
from models.content import Content, ContentKind
from models.customer import CustomerIn
from models.errors import EngineUnavailable, EscalationClosed, MailUnreadable, TooLarge
from models.escalation import Source, number_text
from models.frozen import Frozen
from models.ids import new_id
from models.inbound_mail import InboundMail
from models.mail_address import MailAddress, comparable
from models.operation import InboxRow
from models.standing import EscalationWhole
from models.store.repositories import (
    customers,
    escalations,
    mail as mailbox,
    merges,
    operations,
)
from models.text import can_be_seen

router = APIRouter(tags=["mail"])

_log = structlog.get_logger("mail")

_OPEN = "mail"
_ADDRESS: TypeAdapter[str] = TypeAdapter(MailAddress)


_EXAMPLE = """\
From: Doug Carter <doug@carterfamily.example>
To: support@brightair.example
Message-ID: <1@carterfamily.example>
Subject: Third time nobody showed up

I want to cancel. Nobody came, and nobody called.
"""


class MailAnswer(Frozen):
    """What became of a mail."""

    status: Literal["opened", "filed", "set_aside"]
    reasons: tuple[str, ...]
    """Why, in plain sentences."""

    operation: OperationAnswer | None


@router.post(
    "/inbound/email",
    responses={
        **documented(409, 415),
        201: {"model": MailAnswer, "description": "A new case."},
        202: {"model": MailAnswer, "description": "Safe; it will be opened, or filed."},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "message/rfc822": {
                    "schema": {"type": "string", "format": "binary"},
                    "examples": {"a mail": {"value": _EXAMPLE}},
                }
            },
        }
    },
    summary="A mail came in",
)
async def receive_mail(
    parts: PartsDep, who: CallerDep, request: Request, response: Response
) -> MailAnswer:
    """Take a mail (RFC 5322, 25 MB at most). The same mail again changes nothing.

    A reply joins its case when we know the mail it answers and it comes from that case's
    customer; the address proves nothing, so a stranger's reply opens a case of its own. Automatic
    replies and our own mail never open anything: `GET /mailbox/set-aside` shows them. With 202 the
    mail is safe, and its case will have it: Location says where to look.
    """
    permissions.may_open(who.actor)
    mail, digest = await _read(request, parts)
    asked = Asked(key=f"mail-{mail.message_id or digest}"[:255], expected_version=None)
    if mail.own:
        return await _set_aside(parts, asked, mail, mail.reasons)
    before = await _brought_before(parts, who, asked, mail)
    if isinstance(before, str):
        known = f"We have this mail already: it is in {before}."
        return await _set_aside(parts, asked, mail, (known,))
    if before is not None and before.kind is CommandKind.RECORD_MESSAGE:
        try:
            answer = await in_words(parts, await repeat(parts, before, body_hash(_sameness(mail))))
        except EscalationClosed:
            return await _file_anew(parts, asked, before, mail, response)
        await _remember(parts, mail, before.escalation_id)
        return _filed(response, answer, mail)
    # A mail that opened a case goes there again, whatever else has come in since.
    case = await _thread(parts, who, mail) if before is None else None
    joins = case is not None and case.line.status not in OVER
    if not joins and mail.author is not Author.HUMAN:
        return await _set_aside(parts, asked, mail, mail.reasons)
    if case is not None and joins:
        try:
            answer = await _file(parts, who, asked, case, mail)
        except EscalationClosed:
            refused = await _refused(parts, who, asked, case)
            return await _file_anew(parts, asked, refused, mail, response)
        return _filed(response, answer, mail)
    answer = with_status(response, await _open(parts, who, asked, case, mail), 201)
    return MailAnswer(status="opened", reasons=("It is a new matter.",), operation=answer)


async def _set_aside(
    parts: Parts, asked: Asked, mail: InboundMail, reasons: tuple[str, ...]
) -> MailAnswer:
    """It changes nothing; whoever misses it finds out why. No log has its id: it may be a name."""
    async with parts.store.transaction() as connection:
        await mailbox.set_aside(connection, asked.key, mail.message_id, reasons)
    _log.info("mail set aside", reasons=list(reasons))
    return MailAnswer(status="set_aside", reasons=reasons, operation=None)


def _filed(response: Response, answer: OperationAnswer, mail: InboundMail) -> MailAnswer:
    with_status(response, answer)
    why = (f"It answers a mail of {answer.number}.", *mail.reasons)
    return MailAnswer(status="filed", reasons=why, operation=answer)


async def _read(request: Request, parts: Parts) -> tuple[InboundMail, str]:
    """Read the body piece by piece. Raises TooLarge, MailUnreadable, or a 415."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("message/rfc822", "application/octet-stream", "text/plain", ""):
        raise HTTPException(415, "Send the mail as it is, as message/rfc822.")
    reader = MailReader(own_addresses=parts.house.own_addresses)
    digest = hashlib.sha256()
    size = 0
    try:
        async with asyncio.timeout(SECONDS * 4):
            async for piece in request.stream():
                size += len(piece)
                if size > MAIL_BYTES:
                    raise TooLarge("A mail may have 25 MB. Ask for it without its attachments.")
                digest.update(piece)
                reader.feed(piece)
    except ClientDisconnect:
        raise MailUnreadable("Only a part of the mail arrived. Send it again.") from None
    except TimeoutError:
        raise MailUnreadable("The mail took too long to arrive. Send it again.") from None
    if size == 0:
        raise MailUnreadable("There is no mail in the request. Send it as the body.")
    return await asyncio.to_thread(reader.close), digest.hexdigest()


async def _brought_before(
    parts: Parts, who: Caller, asked: Asked, mail: InboundMail
) -> InboxRow | str | None:
    """What this caller's earlier arrival of the mail became; None when the mail is new.

    When another gateway brought it, or an older token: the number of the case that has it.
    """
    async with parts.store.transaction() as connection:
        found = await mailbox.thread_of(connection, [mail.message_id] if mail.message_id else [])
        # A reply without an id of its own is known by the case into which it was filed.
        answers = await mailbox.thread_of(connection, _answered(mail))
        routes = [_OPEN, _into(found)] if found else []
        if answers:
            routes += [_into(answers), _into(await merges.survivor_of(connection, answers))]
        for route in routes:
            earlier = await operations.find(connection, who.actor.key, route, asked.key)
            if earlier is not None:
                return earlier
        case = await escalations.get(connection, found) if found else None
    return number_text(case.line.number) if case else None


def _answered(mail: InboundMail) -> list[str]:
    """The mails that this one may answer: In-Reply-To, then References (trap 54)."""
    return [one for one in (mail.in_reply_to, *reversed(mail.references)) if one]


def _into(case_id: UUID) -> str:
    return f"{_OPEN}/{case_id}"


async def _thread(parts: Parts, who: Caller, mail: InboundMail) -> EscalationWhole | None:
    """The case that a mail belongs to, when it comes from that case's customer.

    Mail for a merged case goes to the one in which it goes on.
    """
    async with parts.store.transaction() as connection:
        found = await mailbox.thread_of(connection, _answered(mail))
    if found is None:
        return None
    case = await load_escalation(parts, who, str(found))
    async with parts.store.transaction() as connection:
        customer = await customers.get(connection, case.line.customer_id)
        survivor = await merges.survivor_of(connection, found)
    known = customer.email if customer else None
    if known is None or comparable(known) != comparable(mail.sender_address):
        return None
    return case if survivor == found else await load_escalation(parts, who, str(survivor))


async def _file(
    parts: Parts, who: Caller, asked: Asked, case: EscalationWhole, mail: InboundMail
) -> OperationAnswer:
    text = mail.text.strip() or mail.subject or "(an empty mail)"
    words = Content(id=new_id(), kind=ContentKind.MESSAGE, text=text)
    wish = Wish(
        route=_into(case.line.id),
        body=_sameness(mail),
        escalation_id=case.line.id,
        number=case.line.number,
        command=RecordMessage(
            direction=Direction.INBOUND,
            author=mail.author,
            visibility=Visibility.PUBLIC,
            channel=Channel.EMAIL,
            content_id=words.id,
            sent_at=mail.sent_at,
            thanks=only_thanks(mail.text),
            signals=parts.signals(mail.text),
        ),
        words=[words],
        actor=Actor(kind=ActorKind.CUSTOMER, id=case.line.customer_id),
    )
    answer = await operate(parts, who, asked, wish)
    await _remember(parts, mail, case.line.id)
    return answer


async def _refused(parts: Parts, who: Caller, asked: Asked, case: EscalationWhole) -> InboxRow:
    """What the case refused just now. It is in the inbox, as everything that was asked."""
    async with parts.store.single() as connection:
        row = await operations.find(connection, who.actor.key, _into(case.line.id), asked.key)
    if row is None:
        raise EngineUnavailable("The mail could not be filed. Send it again.")
    return row


async def _file_anew(
    parts: Parts, asked: Asked, refused: InboxRow, mail: InboundMail, response: Response
) -> MailAnswer:
    """The case ended while the mail was on its way to it."""
    if mail.author is not Author.HUMAN:
        return await _set_aside(parts, asked, mail, mail.reasons)
    ids = [mail.message_id] if mail.message_id else []
    answer = await file_anew(parts, refused, ids)
    await _remember(parts, mail, answer.escalation_id)
    async with parts.store.single() as connection:
        became = await operations.get(connection, answer.op_id)
    why = f"{number_text(refused.number)}, which it answers, has ended."
    if became is not None and became.kind is CommandKind.RECORD_MESSAGE:
        with_status(response, answer)
        goes_on = f"It goes on in {answer.number}."
        return MailAnswer(status="filed", reasons=(why, goes_on, *mail.reasons), operation=answer)
    with_status(response, answer, 201)
    return MailAnswer(status="opened", reasons=(why, "It is a new matter."), operation=answer)


async def _remember(parts: Parts, mail: InboundMail, case_id: UUID) -> None:
    """Which case has this mail, so that answers to it find their way."""
    if mail.message_id:
        async with parts.store.transaction() as connection:
            await mailbox.join_thread(connection, [mail.message_id], case_id)


async def _open(
    parts: Parts, who: Caller, asked: Asked, case: EscalationWhole | None, mail: InboundMail
) -> OperationAnswer:
    customer, customer_id = await _customer(parts, mail)
    text = mail.text.strip()
    matter = Matter(
        title=title_of(mail.subject, text),
        description=text or None,
        type=None,
        severity=None,
        source=Source.EMAIL,
        received_at=parts.now(),  # a mail's own Date may be anything
        customer=customer,
        customer_id=customer_id,
        reopened_from=case.line.id if case else None,
        message_ids=[mail.message_id] if mail.message_id else [],
    )
    return await open_matter(parts, who, asked, matter, route=_OPEN, body=_sameness(mail))


async def _customer(parts: Parts, mail: InboundMail) -> tuple[CustomerIn | None, UUID | None]:
    """The customer whose address it is; a known one keeps the name that we know."""
    names = (mail.sender_name.strip(), mail.sender_address.partition("@")[0])
    name = next((one for one in names if can_be_seen(one)), "Somebody")
    try:
        address = _ADDRESS.validate_python(mail.sender_address)
    except ValidationError:
        return CustomerIn(name=name[:200]), None
    async with parts.store.transaction() as connection:
        known = await customers.find_by_email(connection, address)
    if known is not None:
        return None, known.id
    return CustomerIn(name=name[:200], email=address), None


def _sameness(mail: InboundMail) -> str:
    """What makes two arrivals the same mail: relays change the headers, not the words."""
    return "\n".join((mail.sender_address, mail.subject, mail.text))
