"""What an endpoint sent, read as if it were an enemy's.

A page of HTML comes with a 200, `choices` may be a word, a text may be none, and a schema may have
been ignored. Everything is looked at here; whatever is not an answer is a NoAnswer, and no other
error.
"""

import math
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic_core import from_json

from activities.ports import NoAnswer
from domain.answer_shape import DEEPEST, misfit
from models.llm import LlmTrouble
from models.text import clean

_MOST_TOKENS = 10**7
_LARGEST = 10**18
_FENCED = re.compile(r"\A```\w*\n(.*)\n```\Z", re.DOTALL)


class _Sent(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


class _Message(_Sent):
    content: str | None = None
    refusal: str | None = None


class _Choice(_Sent):
    message: _Message
    finish_reason: str | None = None


class _Completion(_Sent):
    choices: Annotated[list[_Choice], Field(min_length=1)]
    usage: Any = None


@dataclass(frozen=True)
class Reply:
    """An answer of the right shape."""

    told: dict[str, JsonValue]
    tokens_in: int | None
    """What the endpoint counted; None when it did not say, or said nonsense."""

    tokens_out: int | None


def read_reply(content: bytes, schema: dict[str, JsonValue]) -> Reply:
    """The answer in a completion. Raises NoAnswer."""
    try:
        completion = _Completion.model_validate(from_json(content, allow_inf_nan=False))
    except (ValueError, RecursionError):
        raise NoAnswer(LlmTrouble.NO_SENSE) from None
    choice = completion.choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise NoAnswer(LlmTrouble.REFUSED)
    if choice.finish_reason == "length":
        raise NoAnswer(LlmTrouble.CUT_SHORT)
    told = _object(choice.message.content or "")
    if misfit(told, schema) is not None:
        raise NoAnswer(LlmTrouble.NO_SENSE)
    return Reply(told, *_usage(completion.usage))


def _object(text: str) -> dict[str, JsonValue]:
    """The one JSON object in a text, also when it stands in a fence or after some thinking."""
    text = text.rpartition("</think>")[2].strip()
    if fenced := _FENCED.match(text):
        text = fenced.group(1)
    if not text.startswith("{"):
        text = text[max(text.find("{"), 0) : text.rfind("}") + 1]
    try:
        found = _tame(from_json(text, allow_inf_nan=False), 0)
    except (ValueError, RecursionError):
        raise NoAnswer(LlmTrouble.NO_SENSE) from None
    if not isinstance(found, dict):
        raise NoAnswer(LlmTrouble.NO_SENSE)
    return found


def _tame(value: Any, deep: int) -> JsonValue:
    """The value with clean texts. Raises ValueError when it is deep, endless, or no text."""
    if deep > DEEPEST:
        raise ValueError("deeper than anybody asked for")
    match value:
        case dict():
            return {clean(name): _tame(one, deep + 1) for name, one in value.items()}
        case list():
            return [_tame(one, deep + 1) for one in value]
        case str():
            return clean(value)
        case bool() | None:
            return value
        case int() | float() if math.isfinite(value) and abs(value) <= _LARGEST:
            return value
        case _:
            raise ValueError("a number that nobody means")


class _Usage(_Sent):
    prompt_tokens: Annotated[int, Field(ge=1, le=_MOST_TOKENS)]
    completion_tokens: Annotated[int, Field(ge=0, le=_MOST_TOKENS)]


def _usage(told: Any) -> tuple[int | None, int | None]:
    try:
        found = _Usage.model_validate(told)
    except ValidationError:
        return None, None
    return found.prompt_tokens, found.completion_tokens
