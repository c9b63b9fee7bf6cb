"""The day's tokens: a call takes what it may cost before it is made, and gives back the rest.

The record in the database is the budget, for all processes. When it cannot be read nobody knows
what is left, and nothing is asked: a bill has no upper end, and a playbook needs no model.
"""

import json
from dataclasses import dataclass

from activities.adapters.llm.answers import digest
from activities.ports import NoAnswer
from models.errors import StoreUnavailable
from models.ids import new_id
from models.llm import Ask, LlmCall, LlmSetup, LlmTrouble
from models.store.repositories import llm
from models.store.session import Store

_BYTES_A_TOKEN = 3
"""Of English text it is four, of other languages less."""

_AROUND = 50
"""Tokens that endpoints add to a prompt."""


def tokens_at_most(ask: Ask) -> int:
    """The tokens that a prompt has, or a few more."""
    texts = (ask.system, ask.user, json.dumps(ask.json_schema))
    size = sum(len(one.encode("utf-8", "replace")) for one in texts)
    return size // _BYTES_A_TOKEN + _AROUND


@dataclass(frozen=True)
class Budget:
    """The record of calls, and what they may cost together."""

    store: Store
    setup: LlmSetup

    async def reserve(self, ask: Ask) -> LlmCall:
        """Take the tokens of a call. Raises NoAnswer when there are too few, or nobody knows.

        Where nobody waits for the answer, half of the day's are left to those who do.
        """
        most = self.setup.tokens_per_day // (2 if ask.unasked else 1)
        call = LlmCall(
            id=new_id(),
            escalation_id=ask.escalation_id,
            task=ask.task,
            prompt_version=ask.prompt_version,
            model=self.setup.model,
            prompt_hash=digest(ask.system, ask.user),
            tokens_in=tokens_at_most(ask),
            tokens_out=ask.max_tokens,
        )
        try:
            async with self.store.transaction() as connection:
                if await llm.reserve(connection, call, most):
                    return call
        except StoreUnavailable:
            raise NoAnswer(LlmTrouble.BUDGET_UNKNOWN) from None
        raise NoAnswer(LlmTrouble.BUDGET_SPENT)

    async def settle(self, call: LlmCall) -> None:
        """Write down how a call ended. Raises StoreUnavailable: then all it took stays spent."""
        async with self.store.single() as connection:
            await llm.settle(connection, call)
