"""What a language model is asked, what it answers, and why there is no answer.

There is always a rule or a playbook that needs none. So nothing here is an error of the API's.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, Field, JsonValue, SecretStr

from models.frozen import Frozen
from models.text import scrub

MOST_TOKENS = 8192
"""Tokens that one answer may have."""

Prompt = Annotated[
    str,
    Field(min_length=1),
    BeforeValidator(lambda told: scrub(told) if type(told) is str else told),
]
"""A part of a prompt, of 64 KB at most. What is no text in it becomes U+FFFD: it cannot be sent."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]


class LlmTrouble(StrEnum):
    """Why there is no answer."""

    NOT_SET_UP = "not_set_up"
    BREAKER_OPEN = "breaker_open"
    BUDGET_SPENT = "budget_spent"
    BUDGET_UNKNOWN = "budget_unknown"
    BUSY = "busy"
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    REFUSED = "refused"
    NOT_LET_IN = "not_let_in"
    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    TOO_LARGE = "too_large"
    NO_SENSE = "no_sense"
    CUT_SHORT = "cut_short"


class LlmOutcome(StrEnum):
    """How a call went that is on record: it is under way, it was answered, or its trouble.

    One that stays under way belongs to a process that died. Its tokens count as spent.
    """

    ASKING = "asking"
    ANSWERED = "answered"
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    REFUSED = "refused"
    NOT_LET_IN = "not_let_in"
    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    TOO_LARGE = "too_large"
    NO_SENSE = "no_sense"
    CUT_SHORT = "cut_short"


class LlmSetup(Frozen):
    """Which model is asked, and how much of it we may use."""

    base_url: str
    """Where the endpoint is, such as `https://host/v1`."""

    api_key: SecretStr | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)]

    deadline: Annotated[float, Field(gt=0, le=60)] = 8
    """Seconds for everything: waiting for a place, the budget, and every byte of the answer."""

    tokens_per_day: Annotated[int, Field(ge=0)] = 1_000_000
    """Tokens in and out that may be spent from midnight to midnight UTC, by all processes."""

    at_once: Annotated[int, Field(ge=1, le=64)] = 4
    """Calls under way in one process."""

    keep_answers: Annotated[int, Field(ge=0, le=86400)] = 3600
    """Seconds for which an answer is given again to the same question; 0: none is kept. A draft is
    shown for a minute at least (`SHOWN_AT_LEAST` in `models/assist.py`)."""


class Ask(Frozen):
    """One question to a language model, answered by one JSON object of a known shape."""

    task: Name
    """What it is for, such as `guidance`."""

    prompt_version: Annotated[str, Field(min_length=1, max_length=60)]
    system: Prompt
    """Our instructions: never a customer's words."""

    user: Prompt
    """Everything else, redacted."""

    schema_name: Name
    json_schema: dict[str, JsonValue]
    """The shape of the answer: an object, with what `domain/answer_shape.py` knows."""

    max_tokens: Annotated[int, Field(ge=1, le=MOST_TOKENS)] = 600
    """Tokens that the answer may have."""

    escalation_id: UUID | None = None
    """The case it is about. Its answers are its own, and go when it goes."""

    unasked: bool = False
    """Nobody waits for the answer. Such questions leave half of the day's tokens to whoever does:
    once half of them are spent, on whatever, they are no longer asked."""


class Answered(Frozen):
    """An answer. It has the shape that was asked for; whether it is true nobody has looked at."""

    told: dict[str, JsonValue]
    model: str
    """The model that we asked for, whatever the endpoint calls it."""

    tokens_in: int
    tokens_out: int
    latency_ms: int
    cached: bool = False
    """It was given before, to the same question: nothing was spent on it."""

    @property
    def text(self) -> str:
        """The answer as JSON, the same text for the same answer."""
        return json.dumps(self.told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class LlmCall(Frozen):
    """A call as it is on record: who was asked, what it cost, never a word of it."""

    id: UUID
    escalation_id: UUID | None
    task: str
    prompt_version: str
    model: str
    prompt_hash: str
    answer_hash: str | None = None
    tokens_in: int
    tokens_out: int
    latency_ms: int = 0
    outcome: LlmOutcome = LlmOutcome.ASKING
    rests: float | None = None
    """Seconds for which the process that called asks nothing more, from then on."""


class LlmSeen(Frozen):
    """What the record tells of the model, to any process."""

    tokens_today: int
    last: LlmOutcome | None = None
    """How the call went that ended last, if it was within the last hour."""

    last_at: AwareDatetime | None = None
    rests: bool = False
    """After it the process asks nothing more for a while, and that is not over."""


class LlmStatus(Frozen):
    """Whether the language model helps, and why not."""

    on: bool
    why: LlmTrouble | None
    """Empty when it is on."""

    words: str
    """The same in one sentence."""

    since: AwareDatetime | None
    """When the last call ended badly. Empty when it is on, or when that is not the reason."""

    tokens_today: int
    budget: int
    """Tokens that may be spent today."""
