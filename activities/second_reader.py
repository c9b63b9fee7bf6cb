"""A second opinion on how a customer feels: a language model's, where there is one.

Rule: our own reading is always there first. The model's counts only when it is worse and lies near
to it, so nobody's words can talk an alert away; and whatever goes wrong, our own stays. Words that
give orders to a machine are not shown to it at all.
"""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from pydantic import ValidationError

from activities.case_facts import known_of
from activities.ports import LanguageModel, NoAnswer
from domain.prompting import sentiment_prompt
from domain.sentiment import settled
from domain.suspicion import suspicious
from models.draft import SentimentDraft
from models.errors import RightnowError
from models.guidance_facts import KnownFields
from models.llm import Ask
from models.prompt import PromptFile
from models.sentiment import Reading, Sentiment
from models.store.repositories import customers, escalations, llm, people
from models.store.session import Store

AN_HOUR = 20
"""So often a language model is asked about the words of one case within an hour: a correspondence
of robots costs no more."""

HOUR = timedelta(hours=1)

_log = structlog.get_logger("activities")


@dataclass
class SecondReader:
    """Whoever asks a language model how a text sounds."""

    store: Store
    model: LanguageModel
    prompt: PromptFile
    _canary: str = field(default_factory=lambda: secrets.token_hex(8))

    async def look(self, case: UUID, text: str, own: Reading) -> Sentiment | None:
        """What the model reads, where it is worse than our own reading and lies near to it.

        It never fails: None whenever anything is wrong, and of words that give orders to a machine.
        """
        if await asyncio.to_thread(suspicious, text):
            _log.info("second_reading_left_out", case=str(case), why="suspicious")
            return None
        try:
            async with self.store.transaction() as connection:
                lately = await llm.asked_lately(connection, case, self.prompt.task.value, HOUR)
            if lately >= AN_HOUR:
                return None
            return await self._look(case, await self._known(case), text, own)
        except (NoAnswer, RightnowError):
            return None

    async def _look(
        self, case: UUID, known: KnownFields, text: str, own: Reading
    ) -> Sentiment | None:
        asked = await asyncio.to_thread(
            sentiment_prompt, self.prompt, text, known, canary=self._canary
        )
        ask = Ask(
            task=self.prompt.task.value,
            prompt_version=asked.name,
            system=asked.system,
            user=asked.user,
            schema_name=self.prompt.task.value,
            json_schema=SentimentDraft.model_json_schema(),
            max_tokens=asked.max_tokens,
            escalation_id=case,
            unasked=True,
        )
        answered = await self.model.ask(ask)
        try:
            draft = SentimentDraft.model_validate_json(json.dumps(answered.told))
        except ValidationError:
            return None
        now = settled(own.sentiment, draft.score / 100, asked.name)
        if now == own.sentiment:
            _log.info("second_reading_left_out", case=str(case), prompt=asked.name)
            return None
        return now

    async def _known(self, case: UUID) -> KnownFields:
        async with self.store.transaction() as connection:
            line = await escalations.line_by_id(connection, case)
            customer = await customers.get(connection, line.customer_id) if line else None
            colleagues = await people.names_around(connection, case)
        return known_of(customer, colleagues)
