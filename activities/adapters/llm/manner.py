"""How an endpoint wants to be asked: it is found out by asking, and remembered for an hour.

The schema is sent along at first; whoever cannot read it is asked for any JSON object, and whoever
cannot read that for text. Then the schema stands in the instructions. It is remembered for each
schema, for one may have something in it that another has not. What comes is looked at all the same.

An endpoint may send back what it was asked, a customer's words among it. So words that stand in the
question tell nothing of its manner; and what one refusal taught is tried again after an hour, one
step at a time.
"""

import json
import re
import time
from collections.abc import Callable
from enum import IntEnum
from typing import Any, NamedTuple

from models.llm import Ask

HOLDS_FOR = 3600.0
"""Seconds after which a stricter manner is tried again."""

_ABOUT_FORM = re.compile(
    r"response_format|json_schema|json_object"
    r"|json schema conversion|parse grammar",  # llama.cpp's words, for a schema it cannot read
    re.IGNORECASE,
)
_ABOUT_NEWER = re.compile(
    r"max_completion_tokens|'(?:max_tokens|temperature)' (?:is not supported|does not support)",
    re.IGNORECASE,
)


class Form(IntEnum):
    """What the endpoint is asked to keep to, from the strictest to none."""

    SCHEMA = 0
    OBJECT = 1
    TEXT = 2


class Way(NamedTuple):
    """How one question is asked."""

    form: Form
    newer: bool
    """The endpoint counts reasoning too, and has no temperature to be chosen."""


class Manner:
    """What one endpoint is known to accept."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._forms: dict[str, tuple[Form, float]] = {}
        self._newer_at: float | None = None

    def form(self, schema_name: str) -> Form:
        """How an answer of this schema is asked for."""
        form, at = self._forms.get(schema_name, (Form.SCHEMA, 0.0))
        return Form(form - 1) if form and self._is_old(at) else form

    def way(self, schema_name: str) -> Way:
        """How a question is asked now."""
        newer = self._newer_at is not None and not self._is_old(self._newer_at)
        return Way(self.form(schema_name), newer)

    def accepted(self, schema_name: str, way: Way) -> None:
        """A question that was asked in that way was answered: what was tried again holds."""
        known, at = self._forms.get(schema_name, (Form.SCHEMA, 0.0))
        if way.form < known and self._is_old(at):
            self._forms[schema_name] = way.form, self._clock()
        if not way.newer and self._newer_at is not None and self._is_old(self._newer_at):
            self._newer_at = None

    def learn(self, ask: Ask, way: Way, status: int, said: str) -> bool:
        """Whether a refusal was about the manner, and there is another one to try.

        Only what the endpoint says of itself counts: a plain 500 is a failure.
        """
        if status not in (400, 422, 500, 501):
            return False
        sent = f"{_system(ask, way)}\n{ask.user}".casefold()
        if status != 500 and not way.newer and _tells(_ABOUT_NEWER, said, sent):
            self._newer_at = self._clock()
            return True
        if way.form is Form.TEXT or not _tells(_ABOUT_FORM, said, sent):
            return False
        if self.form(ask.schema_name) <= way.form:  # of several at once the first one told it
            self._forms[ask.schema_name] = Form(way.form + 1), self._clock()
        return True

    def request(self, ask: Ask, way: Way) -> dict[str, Any]:
        """The request's fields but for the model's name."""
        asked: dict[str, Any] = {
            "messages": [
                {"role": "system", "content": _system(ask, way)},
                {"role": "user", "content": ask.user},
            ]
        }
        if way.newer:
            asked["max_completion_tokens"] = ask.max_tokens
        else:
            asked |= {"max_tokens": ask.max_tokens, "temperature": 0}
        if way.form is Form.OBJECT:
            asked["response_format"] = {"type": "json_object"}
        if way.form is Form.SCHEMA:
            shape = {"name": ask.schema_name, "strict": True, "schema": ask.json_schema}
            asked["response_format"] = {"type": "json_schema", "json_schema": shape}
        return asked

    def _is_old(self, at: float) -> bool:
        return self._clock() - at >= HOLDS_FOR


def _tells(about: re.Pattern[str], said: str, sent: str) -> bool:
    """Whether there is such a word that we did not send ourselves."""
    return any(found.group().casefold() not in sent for found in about.finditer(said))


def _system(ask: Ask, way: Way) -> str:
    """The instructions, with the schema when it is not sent along."""
    if way.form is Form.SCHEMA:
        return ask.system
    schema = json.dumps(ask.json_schema, ensure_ascii=False, sort_keys=True)
    return (
        f"{ask.system}\n\nAnswer with one JSON object and nothing else. It has this JSON schema:"
        f"\n{schema}"
    )
