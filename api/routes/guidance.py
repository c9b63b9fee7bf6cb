"""Guidance: what to do in a case and what to say; by the playbook at once, then in better words."""

import asyncio
import contextlib
import json
import time
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.case_facts import CaseFacts, case_facts
from api.dependencies import (
    Caller,
    CaseId,
    ChangerDep,
    PartsDep,
    ReaderDep,
    load_escalation,
    require_person,
)
from api.parts import Parts
from api.problems import documented
from api.views.line import own_now
from domain.guidance import by_playbook, with_draft, without_draft
from domain.llm import WORDS
from domain.reply import by_template
from models.actor import Role
from models.assist import MAX_CONTEXT, SHOWN_AT_LEAST, Assist, AssistAsked, AssistDone, AssistOrder
from models.draft import GuidanceDraft, ReplyChannel, ResponseDraft
from models.duration import Duration
from models.errors import EngineUnavailable, NotAllowed, RightnowError
from models.escalation import EscalationState, Status
from models.frozen import Frozen
from models.guidance import Guidance, SaidBy
from models.ids import new_id
from models.llm import LlmTrouble
from models.prompt import PromptTask
from models.standing import EscalationWhole
from models.store.repositories import assists, operations
from models.text import Line, Text
from workflows import options

router = APIRouter(prefix="/cs/escalations/{case}", tags=["guidance"])

LONGEST_WAIT = timedelta(seconds=10)
TEMPLATE_AFTER = timedelta(seconds=8)
"""How long somebody waits for words before the template answers."""

_LOOK_EVERY = 0.1
AGAIN_AFTER = timedelta(seconds=30)
"""What ended without words is asked for again then."""

LOST_AFTER = options.ASSIST_FOR
"""What has no end is lost then."""

A_WHILE = timedelta(hours=1)
MOST_IN_CASE, MOST_BY_PERSON = 20, 100
"""So many times words are asked for within an hour: in one case, and by one person in all cases."""

_STARTING: set[asyncio.Task[None]] = set()
"""Assists that are on their way to Temporal; a task that nobody holds may vanish."""

_BEING_WRITTEN = "A language model is writing. Ask again in some seconds."
_NO_ENGINE = "Nobody can ask the language model now."
_TOO_OFTEN = "Too many words were asked for within an hour."
_MANY_WAIT = "Many wait for words now. Ask again in some seconds."
_NO_STEP = "There is nothing to say now, so no language model was asked."


class ReplyIn(Frozen):
    """What kind of answer is wanted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"channel": "mail"},
                {"channel": "chat", "context": "Ask when somebody is at home."},
            ]
        }
    )

    channel: ReplyChannel = ReplyChannel.MAIL
    context: Annotated[Text, Field(max_length=MAX_CONTEXT)] | None = None
    """What the agent wants said."""


class ReplyView(Frozen):
    """An answer to the customer, for a person to read, change and send."""

    subject: str | None
    text: str
    channel: ReplyChannel
    source: SaidBy
    """`llm`, or `playbook` for its template."""

    version: Line
    """The prompt's name, or the playbook's version."""

    why_not_llm: Line | None = None


@router.get("/ai-guidance", responses=documented(404), summary="What to do, and what to say")
async def read_guidance(
    parts: PartsDep,
    who: ReaderDep,
    case: CaseId,
    wait: Annotated[
        Duration | None, Query(description="How long to wait for a language model, 10s at most.")
    ] = None,
) -> Guidance:
    """The playbook's guidance, at once. Where a language model is set up, it is asked besides.

    Its words are in a later answer, or in this one when it is worth waiting for. It may only put
    words into text fields, and only such as pass every check.
    """
    whole = await load_escalation(parts, who, case)
    gathered = await _gather(parts, who, whole)
    now = own_now(whole.line)
    plain = by_playbook(gathered.facts, now)
    if parts.llm is None:
        return without_draft(plain, WORDS[LlmTrouble.NOT_SET_UP])
    if gathered.facts.step is None or not _goes_on(whole.state):
        return without_draft(plain, _NO_STEP)
    asked = AssistAsked(
        id=new_id(),
        escalation_id=whole.line.id,
        task=PromptTask.GUIDANCE,
        facts_hash=gathered.hash,
        asked_by=who.person.id if who.person else None,
    )
    within = min(wait, LONGEST_WAIT) if wait else timedelta(0)
    found = await _assisted(parts, asked, within)
    if isinstance(found, str):
        return without_draft(plain, found)
    if found.ended_at is None:
        return without_draft(plain, _BEING_WRITTEN)
    if found.draft is None:
        return without_draft(plain, found.why or _NO_ENGINE)
    draft = GuidanceDraft.model_validate_json(json.dumps(found.draft))
    return with_draft(plain, draft, found.prompt or "guidance", found.ended_at)


@router.post("/ai-generate-response", responses=documented(404), summary="Words for an answer")
async def generate_response(
    parts: PartsDep, who: ChangerDep, case: CaseId, given: ReplyIn
) -> ReplyView:
    """An answer to the customer, in our voice. Nothing is sent: a person reads it first.

    After eight seconds, or without a language model, it is the playbook's template.
    """
    whole = await load_escalation(parts, who, case)
    if require_person(who).role is Role.ADMIN:
        raise NotAllowed("An admin does not work on cases.")
    gathered = await _gather(parts, who, whole, given.context)
    template = by_template(gathered.facts, given.channel, own_now(whole.line))
    why = WORDS[LlmTrouble.NOT_SET_UP]
    if parts.llm is not None and not _goes_on(whole.state):
        why = _NO_STEP
    elif parts.llm is not None:
        asked = AssistAsked(
            id=new_id(),
            escalation_id=whole.line.id,
            task=PromptTask.RESPONSE,
            facts_hash=gathered.hash,
            channel=given.channel,
            context=given.context,
            asked_by=who.person.id if who.person else None,
        )
        found = await _assisted(parts, asked, TEMPLATE_AFTER)
        if isinstance(found, Assist) and found.draft is not None:
            draft = ResponseDraft.model_validate_json(json.dumps(found.draft))
            return _reply(draft, given, SaidBy.LLM, found.prompt or "response", None)
        why = found if isinstance(found, str) else found.why or _BEING_WRITTEN
    return _reply(template, given, SaidBy.PLAYBOOK, gathered.facts.playbook, why)


def _reply(
    draft: ResponseDraft, given: ReplyIn, source: SaidBy, version: str, why: str | None
) -> ReplyView:
    return ReplyView(
        subject=draft.subject,
        text=draft.text,
        channel=given.channel,
        source=source,
        version=version,
        why_not_llm=why,
    )


async def _gather(
    parts: Parts, who: Caller, whole: EscalationWhole, wish: str | None = None
) -> CaseFacts:
    line = whole.line
    version = await parts.playbook(line.playbook_slug, line.playbook_version)
    async with parts.waiting.at_work, parts.store.transaction() as connection:
        return await case_facts(
            connection,
            whole,
            version,
            company=parts.house.company,
            agent_name=who.person.name if who.person else None,
            wish=wish,
            now=own_now(line),
        )


async def _assisted(parts: Parts, asked: AssistAsked, within: timedelta) -> Assist | str:
    """The assist for these words, asked for when there is none; or why nobody is asked."""
    if not within:
        return await _sought(parts, asked)
    with parts.waiting.place(asked.asked_by) as is_free:
        if not is_free:
            async with parts.store.single() as connection:
                there = await _latest(parts, connection, asked)
            return there if there is not None and there.ended_at is not None else _MANY_WAIT
        end = time.monotonic() + within.total_seconds()
        found = await _sought(parts, asked)
        while not isinstance(found, str) and found.ended_at is None and time.monotonic() < end:
            await asyncio.sleep(_LOOK_EVERY)
            async with parts.store.single() as connection:
                found = await assists.get(connection, found.id) or _NO_ENGINE
        return found


async def _sought(parts: Parts, asked: AssistAsked) -> Assist | str:
    """The assist as it stands, begun when there is none; or why it is not begun."""
    async with parts.waiting.at_work, parts.store.transaction() as connection:
        # One at a time for a case, so that two who look at once ask once.
        await operations.reserve(connection, "assist", str(asked.escalation_id), "")
        found = await _latest(parts, connection, asked)
        if found is not None:
            return found
        in_case, by_person = await assists.asked_lately(connection, asked, within=A_WHILE)
        if in_case >= MOST_IN_CASE or by_person >= MOST_BY_PERSON:
            return _TOO_OFTEN
        await assists.ask(connection, asked)
        made = await assists.get(connection, asked.id)
    order = AssistOrder(assist_id=asked.id, escalation_id=asked.escalation_id)
    starting = asyncio.create_task(_start(parts, order))
    _STARTING.add(starting)
    starting.add_done_callback(_STARTING.discard)
    return made or _NO_ENGINE


async def _latest(parts: Parts, connection: AsyncConnection, asked: AssistAsked) -> Assist | None:
    keep = (
        timedelta(seconds=max(parts.llm.keep_answers, SHOWN_AT_LEAST)) if parts.llm else AGAIN_AFTER
    )
    return await assists.latest(
        connection, asked, keep=keep, again_after=AGAIN_AFTER, lost_after=LOST_AFTER
    )


async def _start(parts: Parts, order: AssistOrder) -> None:
    """Have it begun. When nobody can, that is its end: who looks at it hears why."""
    try:
        await parts.engine.assist(order)
    except EngineUnavailable:
        with contextlib.suppress(RightnowError):  # the database as well: it is lost, and asked anew
            async with parts.store.transaction() as connection:
                await assists.end(connection, order.assist_id, AssistDone(why=_NO_ENGINE))


def _goes_on(state: EscalationState | None) -> bool:
    return state is not None and state.status in (Status.OPEN, Status.PAUSED, Status.RESOLVED)
