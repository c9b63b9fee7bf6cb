"""Answers that may be given again: the same question of the same case costs nothing twice."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from pydantic import JsonValue

from activities.ports import NoAnswer
from models.errors import StoreUnavailable
from models.llm import Ask, LlmCall, LlmSetup, LlmTrouble
from models.store.repositories import llm
from models.store.session import Store


def key_of(setup: LlmSetup, ask: Ask) -> str:
    """What tells questions apart: everything that the answer depends on, and the case.

    A case's answers are its own. Nothing of one is shown in another, and with a case everything
    goes that was made of its words.
    """
    return digest(
        setup.base_url,
        setup.model,
        ask.task,
        ask.prompt_version,
        digest(ask.schema_name, json.dumps(ask.json_schema, sort_keys=True)),
        digest(ask.system),
        ask.user,
        str(ask.max_tokens),
        str(ask.escalation_id),
    )


def digest(*parts: str) -> str:
    """One SHA-256 of several texts; where one ends and the next begins makes a difference."""
    told = json.dumps(parts).encode()
    return hashlib.sha256(told).hexdigest()


@dataclass(frozen=True)
class Answers:
    """Keeps answers for a while, in the database: every process finds them."""

    store: Store
    keep_for: timedelta

    async def find(self, key: str) -> dict[str, JsonValue] | None:
        """The answer to the same question. Raises NoAnswer when the database is away.

        Without it nobody knows what may be spent, so that there is no reason to go on.
        """
        if not self.keep_for:
            return None
        try:
            async with self.store.single() as connection:
                return await llm.kept(connection, key)
        except StoreUnavailable:
            raise NoAnswer(LlmTrouble.BUDGET_UNKNOWN) from None

    async def keep(self, key: str, call: LlmCall, told: dict[str, JsonValue]) -> None:
        """Keep an answer. Raises StoreUnavailable."""
        if self.keep_for:
            async with self.store.transaction() as connection:
                await llm.keep(connection, key, call, told, self.keep_for)
