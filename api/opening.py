"""Opening a case: everything that it begins with, decided and kept in one transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from pydantic import ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from api import acceptance
from api.acceptance import OperationAnswer
from api.dependencies import Asked, Caller, body_hash, invalid
from api.moments import Moment, require_appointment
from api.parts import Parts
from domain import permissions
from domain.clock_plans import first_clocks
from domain.intake import guess
from domain.matching import match_playbook
from domain.policy import match_policy
from domain.script import Values
from domain.script_values import values_of, years_with_us
from models.command import CommandKind
from models.content import Content, ContentKind
from models.customer import Customer, CustomerIn
from models.errors import RightnowError
from models.escalation import EscalationType, Source, number_text
from models.facts import Facts
from models.frozen import Frozen
from models.ids import new_id
from models.match import Match
from models.messages import (
    Book,
    CaseFacts,
    EscalationStart,
    Opening,
)
from models.operation import Envelope
from models.severity import Severity
from models.standing import OpeningRow
from models.store.repositories import customers, escalations, mail, operations, sla
from models.terms import SlaTerms
from models.text import Text, VisibleLine

TEAM = "front-line"
_OWN_WORDS = (Source.EMAIL, Source.CHAT, Source.API, Source.SURVEY)
"""Where the description is what the customer wrote; elsewhere a colleague says it."""

_SLACK = timedelta(minutes=5)


class EscalationIn(Frozen):
    """A customer matter that needs rescue."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer": {
                        "external_id": "C-2210",
                        "name": "Doug Carter",
                        "email": "doug@carterfamily.example",
                        "phone": "+1 555 0100",
                        "time_zone": "America/New_York",
                        "annual_value": {"minor": 420000, "currency": "USD"},
                        "customer_since": "2019-04-01",
                        "tier": "premium",
                    },
                    "title": "Third time nobody showed up",
                    "description": "I want to cancel. Nobody came, and nobody called.",
                    "type": "cancel_threat",
                    "severity": "high",
                    "source": "phone",
                },
                {
                    "customer": {"name": "Lena Fischer", "email": "lena@papierhaus.example"},
                    "title": "Charged twice",
                },
            ]
        }
    )

    customer: CustomerIn | None = None
    """The customer, known or new; or give `customer_id`."""

    customer_id: UUID | None = None
    title: VisibleLine
    """The matter in one line."""

    description: Text | None = None
    """What happened, in the customer's words if you have them."""

    type: EscalationType | None = None
    """Left out: it is guessed from the words by plain rules, and the reason is shown."""

    severity: Severity | None = None
    """Left out: guessed as well."""

    appointment_at: Moment | None = None
    source: Source = Source.API
    received_at: Moment | None = None
    """When the customer turned to us; the clocks count from here. Left out: now."""


@dataclass(frozen=True)
class Matter:
    """What is opened, whichever door it came by."""

    title: str
    description: str | None
    type: EscalationType | None
    severity: Severity | None
    source: Source
    received_at: datetime
    customer: CustomerIn | None = None
    customer_id: UUID | None = None
    appointment_at: datetime | None = None
    reopened_from: UUID | None = None
    message_ids: Sequence[str] = ()
    """Mails that belong to it from the start."""


async def open_from_request(
    parts: Parts, who: Caller, asked: Asked, given: EscalationIn, *, route: str
) -> OperationAnswer:
    """Open a case from a request's body."""
    now = parts.now()
    body = given.model_dump_json()
    try:
        _require_sense(given, now)
    except RightnowError as refused:
        return await acceptance.answer_again(parts, who, asked, route, body, refused)
    matter = Matter(
        title=given.title,
        description=given.description,
        type=given.type,
        severity=given.severity,
        source=given.source,
        received_at=min(given.received_at or now, now).astimezone(UTC),
        customer=given.customer,
        customer_id=given.customer_id,
        appointment_at=given.appointment_at,
    )
    return await open_matter(parts, who, asked, matter, route=route, body=body)


async def open_matter(
    parts: Parts, who: Caller, asked: Asked, matter: Matter, *, route: str, body: str
) -> OperationAnswer:
    """Keep the opening safe in one transaction, then start its workflow.

    The same key and body open one case, however often they come. Raises NotAllowed, KeyReused,
    FieldsInvalid, or StoreUnavailable; when the engine is away the answer is `accepted`.
    """
    permissions.may_open(who.actor)
    op_id = new_id()
    values = None
    async with parts.store.transaction() as connection:
        earlier = None
        if not asked.key_is_ours:
            earlier = await acceptance.find_earlier(connection, who, route, asked.key)
        if earlier is None:
            customer = await _customer(connection, matter)
            start = await _prepare(parts, connection, who, matter, op_id, customer)
            values = partial(_values, parts, matter, customer, start)
            envelope = _envelope(who, asked, route, body, op_id, start)
            await acceptance.keep(connection, envelope, ())
            if matter.message_ids:
                opened = _opened(start).escalation_id
                await mail.join_thread(connection, matter.message_ids, opened)
    if earlier is not None:
        answer = await acceptance.repeat(parts, earlier, body_hash(body))
    else:
        answer = await acceptance.ask_to_open(parts, start)
    return await acceptance.in_words(parts, answer, values)


def _values(parts: Parts, matter: Matter, customer: Customer, start: EscalationStart) -> Values:
    """What the placeholders stand for in a case that nobody works on yet."""
    opening = _opened(start)
    return values_of(
        customer=customer,
        agent_name=None,
        company=parts.house.company,
        number=number_text(opening.number),
        title=matter.title,
        now=opening.received_at,
        appointment_at=opening.appointment_at,
    )


def _require_sense(given: EscalationIn, now: datetime) -> None:
    if (given.customer is None) == (given.customer_id is None):
        raise invalid("customer", "is needed", "Give either customer or customer_id.")
    if given.received_at is not None and given.received_at > now + _SLACK:
        raise invalid("received_at", "lies in the future", "Give a time that has passed.")
    require_appointment("appointment_at", given.appointment_at, now)


async def _prepare(
    parts: Parts,
    connection: AsyncConnection,
    who: Caller,
    matter: Matter,
    op_id: UUID,
    customer: Customer,
) -> EscalationStart:
    """Words, playbook, deadlines, number: everything the workflow starts with."""
    now = parts.now()
    taken_for = guess(matter.title, matter.description or "")
    kind = matter.type or taken_for.type
    severity = matter.severity or taken_for.severity
    facts = _facts(matter, customer, kind, severity, now)
    match = match_playbook(await parts.current_playbooks(connection), facts)
    why = {
        "type": "It was given." if matter.type else taken_for.type_reason,
        "severity": "It was given." if matter.severity else taken_for.severity_reason,
        "playbook": match.why,
    }
    words = _words(matter, why)
    await acceptance.keep_words(connection, list(words.values()))
    book = await _book(parts, connection, match, facts, matter.received_at)
    opening = await _opening(
        connection, who, matter, op_id, customer, match, words, kind, severity, book, now
    )
    heard = parts.signals(f"{matter.title}\n\n{matter.description or ''}")
    opening = opening.model_copy(update={"signals": heard})
    return EscalationStart(book=book, opening=opening)


async def _book(
    parts: Parts,
    connection: AsyncConnection,
    match: Match,
    facts: Facts,
    received_at: datetime,
) -> Book:
    """What the case is pinned to: playbook, SLA policy, and the hours that the policy counts."""
    policy = match_policy(await parts.current_policies(connection), facts)
    return Book(
        playbook=match.version.playbook,
        policy=policy,
        hours=await parts.open_hours(connection, policy.calendars, received_at),
        facts=CaseFacts(
            customer_tier=facts.customer_tier,
            customer_years=facts.customer_years,
            customer_annual_value=facts.customer_annual_value,
        ),
        rules=parts.house.rules,
    )


async def _opening(
    connection: AsyncConnection,
    who: Caller,
    matter: Matter,
    op_id: UUID,
    customer: Customer,
    match: Match,
    words: dict[ContentKind, Content],
    kind: EscalationType,
    severity: Severity,
    book: Book,
    now: datetime,
) -> Opening:
    clocks = first_clocks(book, severity, matter.received_at)
    terms = SlaTerms(policy=book.policy, hours=book.hours or ())
    described = words.get(ContentKind.DESCRIPTION)
    row = OpeningRow(
        id=new_id(),
        type=kind,
        severity=severity,
        source=matter.source,
        team=TEAM,
        customer_id=customer.id,
        title_id=words[ContentKind.TITLE].id,
        playbook_slug=match.version.ref.slug,
        playbook_version=match.version.ref.version,
        received_at=matter.received_at,
        opened_at=now,
        due_at=min(clock.due_at for clock in clocks),
        terms_hash=await sla.keep_terms(connection, terms),
    )
    number = await escalations.begin(connection, row)
    told = row.model_dump(
        include={"type", "severity", "source", "team", "customer_id", "title_id", "received_at"}
    )
    return Opening(
        **told,
        escalation_id=row.id,
        number=number,
        op_id=op_id,
        actor=who.actor,
        description_id=described.id if described else None,
        reasons_id=words[ContentKind.REASONS].id,
        appointment_at=matter.appointment_at,
        reopened_from=matter.reopened_from,
        to_read=described is not None and matter.source in _OWN_WORDS,
        assignee_id=None,
        playbook=match.version.ref,
        clocks=clocks,
    )


async def _customer(connection: AsyncConnection, matter: Matter) -> Customer:
    if matter.customer is not None:
        if matter.customer.email is not None:
            # Two first requests for one address at once would make two customers of one person.
            await operations.reserve(connection, "customer", "email", matter.customer.email.lower())
        return await customers.remember(connection, matter.customer)
    found = await customers.get(connection, matter.customer_id) if matter.customer_id else None
    if found is None:
        raise invalid("customer_id", "is not known", "Give the customer inline instead.")
    return found


def _facts(
    matter: Matter, customer: Customer, kind: EscalationType, severity: Severity, now: datetime
) -> Facts:
    return Facts(
        type=kind,
        severity=severity,
        source=matter.source,
        text=f"{matter.title}\n{matter.description or ''}",
        customer_tier=customer.tier,
        customer_years=years_with_us(customer, now),
        customer_annual_value=max(0, customer.annual_value.minor) if customer.annual_value else 0,
        appointment_known=matter.appointment_at is not None,
        touches=0,
        reopened=0,
    )


def _words(matter: Matter, why: dict[str, str]) -> dict[ContentKind, Content]:
    kept = {
        ContentKind.TITLE: matter.title,
        ContentKind.DESCRIPTION: matter.description,
        ContentKind.REASONS: json.dumps(why, ensure_ascii=False),
    }
    return {
        kind: Content(id=new_id(), kind=kind, text=text)
        for kind, text in kept.items()
        if text is not None
    }


def _envelope(
    who: Caller, asked: Asked, route: str, body: str, op_id: UUID, start: EscalationStart
) -> Envelope:
    return Envelope(
        op_id=op_id,
        actor_key=who.actor.key,
        route=route,
        key=asked.key,
        body_hash=body_hash(body),
        escalation_id=_opened(start).escalation_id,
        kind=CommandKind.OPEN,
        payload=start,
    )


def _opened(start: EscalationStart) -> Opening:
    if start.opening is None:
        raise ValueError("an opening opens")
    return start.opening
