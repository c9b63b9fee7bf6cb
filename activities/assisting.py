"""Have a language model word what may be said of a case. What does not pass the checks is not used.

Rule: it is asked once, and once more when the answer was none or the checks found something.
Whatever goes wrong ends the assist with a reason; the playbook's words are there all the time.
"""

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from activities.case_facts import CaseFacts, case_facts
from activities.ports import LanguageModel, NoAnswer
from domain.grounding import judge, repair_request
from domain.prompting import prompt
from models.assist import Assist, AssistDone, AssistOrder, AssistResult
from models.draft import GuidanceDraft, Refusal, RefusalCode, ResponseDraft
from models.llm import Answered, Ask, LlmTrouble
from models.prompt import Prompt, PromptFile, PromptOutput, PromptTask
from models.store.repositories import assists, escalations, llm, people, playbooks
from models.store.session import Store

DRAFTS: dict[PromptOutput, type[GuidanceDraft] | type[ResponseDraft]] = {
    PromptOutput.GUIDANCE_DRAFT: GuidanceDraft,
    PromptOutput.RESPONSE_DRAFT: ResponseDraft,
}
"""What people read. A sentiment is read by nobody but us (activities/second_reader.py)."""
SPARE = 10.0
"""Seconds for what is read and written around the attempts."""

_NO_SENSE = "The language model's words did not fit."
_REFUSED = "The language model's words did not pass the checks."
_TOO_LATE = "The language model took too long."
_NO_DRAFT = (Refusal(code=RefusalCode.SHAPE, detail="is not what was asked for"),)
_GONE = "The case is not there any more."


@dataclass
class Assisting:
    """Where a language model is asked for words."""

    store: Store
    model: LanguageModel
    prompts: Mapping[PromptTask, PromptFile]
    company: str
    deadline: float = 8.0
    """Seconds of one attempt: the model's own deadline. Here both attempts and some more have an
    end, later than theirs: whoever asks the model has to hear first that it was too slow."""

    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    """The marks of this process: nobody outside can know them."""

    @activity.defn(name="word")
    async def word(self, order: AssistOrder) -> AssistResult:
        """Ask for a draft, check it, and write down how that ended.

        Outside changes: the assist's row, and tokens are spent. A second attempt is harmless: an
        assist that has ended is only reported, and the same question is answered from what is kept.
        """
        async with self.store.transaction() as connection:
            assist = await assists.get(connection, order.assist_id)
            if assist is None:
                await llm.forget(connection, order.escalation_id)
        if assist is None:
            return AssistResult(written=False, why=_GONE)
        if assist.ended_at is not None:
            return AssistResult(written=assist.draft is not None, why=assist.why)
        try:
            async with asyncio.timeout(self.deadline * 2 + SPARE):
                done = await self._done(assist)
        except TimeoutError:
            done = AssistDone(why=_TOO_LATE)
        async with self.store.transaction() as connection:
            stands = await assists.end(connection, assist.id, done)
            if not stands:  # words were erased, and maybe they had been read before
                await llm.forget(connection, assist.escalation_id)
        if not stands:
            return AssistResult(written=False, why=_GONE)
        return AssistResult(written=done.draft is not None, why=done.why)

    async def _done(self, assist: Assist) -> AssistDone:
        gathered = await self._facts(assist)
        if gathered is None:
            return AssistDone(why=_GONE)
        file = self.prompts[assist.task]
        # The same for the same facts, so that the same question is answered from what is kept.
        canary = sha256(self._salt + gathered.hash.encode()).hexdigest()[:16]
        now = datetime.now(UTC)
        # Beside the loop, on which workflows wait: a hostile text takes its time.
        asked = await asyncio.to_thread(
            prompt,
            file,
            gathered.facts,
            gathered.known,
            canary=canary,
            now=now,
            channel=assist.channel,
        )
        try:
            return await self._drafted(assist, gathered, asked, canary, now)
        except NoAnswer as none:
            return AssistDone(prompt=asked.name, why=str(none)[:200])

    async def _drafted(
        self, assist: Assist, gathered: CaseFacts, asked: Prompt, canary: str, now: datetime
    ) -> AssistDone:
        found: tuple[Refusal, ...] = ()
        for mending in (False, True):
            ask = _ask(assist.escalation_id, assist.task, asked, found if mending else ())
            answered = await self._answer(ask, or_raise=mending)
            draft = _read(asked.output, answered) if answered else None
            if answered is None or draft is None:
                found = _NO_DRAFT
                continue
            filled, found = await asyncio.to_thread(
                judge, draft, gathered.facts, asked.placeholders, now, canary=canary
            )
            if not found:
                return AssistDone(
                    draft=filled.model_dump(mode="json"), prompt=asked.name, model=answered.model
                )
        return AssistDone(
            prompt=asked.name,
            model=answered.model if answered else None,
            why=_NO_SENSE if found == _NO_DRAFT else _REFUSED,
            refused=tuple(dict.fromkeys(str(one.code) for one in found)),
        )

    async def _answer(self, ask: Ask, *, or_raise: bool) -> Answered | None:
        """The answer; None when it made no sense, and may be asked for once more."""
        try:
            return await self.model.ask(ask)
        except NoAnswer as none:
            if or_raise or none.trouble is not LlmTrouble.NO_SENSE:
                raise
            return None

    async def _facts(self, assist: Assist) -> CaseFacts | None:
        async with self.store.transaction() as connection:
            whole = await escalations.get(connection, assist.escalation_id)
            if whole is None:
                return None
            line = whole.line
            version = await playbooks.get(connection, line.playbook_slug, line.playbook_version)
            if version is None:
                return None
            name = await _name(connection, assist.asked_by)
            now = datetime.now(UTC) + line.clock_offset
            gathered = await case_facts(
                connection,
                whole,
                version,
                company=self.company,
                agent_name=name,
                wish=assist.context,
                now=now,
            )
            return gathered.lasting()


async def _name(connection: AsyncConnection, person_id: UUID | None) -> str | None:
    if person_id is None:
        return None
    known = await people.by_ids(connection, [person_id])
    return known[person_id].name if person_id in known else None


def _ask(case: UUID, task: PromptTask, asked: Prompt, found: tuple[Refusal, ...]) -> Ask:
    system = f"{asked.system}\n\n{repair_request(found)}" if found else asked.system
    return Ask(
        task=task.value,
        prompt_version=asked.name,
        system=system,
        user=asked.user,
        schema_name=task.value,
        json_schema=DRAFTS[asked.output].model_json_schema(),
        max_tokens=asked.max_tokens,
        escalation_id=case,
    )


def _read(output: PromptOutput, answered: Answered) -> GuidanceDraft | ResponseDraft | None:
    """The draft, when the answer is one."""
    try:
        return DRAFTS[output].model_validate_json(json.dumps(answered.told))
    except ValidationError:
        return None
