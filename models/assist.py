"""Assists: what a language model was asked for in one case, and what came of it."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, JsonValue

from models.draft import ReplyChannel
from models.frozen import Frozen
from models.prompt import PromptTask
from models.text import Line, Text

MAX_CONTEXT = 2000
"""Characters of what an agent wants said."""

SHOWN_AT_LEAST = 60
"""Seconds for which a draft is shown, whatever the settings say: it is written while nobody waits,
and the next look at the case has it."""


class AssistAsked(Frozen):
    """Somebody wants words for a case. Everything else is read when it is worked on."""

    id: UUID
    escalation_id: UUID
    task: PromptTask
    facts_hash: Annotated[str, Field(min_length=64, max_length=64)]
    """Of everything that may be said: with other facts there are other words."""

    channel: ReplyChannel | None = None
    context: Annotated[Text, Field(max_length=MAX_CONTEXT)] | None = None
    """What the agent wants said, in their own words."""

    asked_by: UUID | None = None
    """Whose name the words are in when nobody has the case."""


class AssistDone(Frozen):
    """How it ended: a draft that passed every check, or why there is none."""

    draft: dict[str, JsonValue] | None = None
    prompt: Line | None = None
    """The prompt's name: `guidance@1`."""

    model: Line | None = None
    why: Line | None = None
    """Why there is no draft, in one plain sentence."""

    refused: tuple[Line, ...] = ()
    """What the checks found in the last draft, by code."""


class Assist(AssistAsked, AssistDone):
    """One assist as it is on record."""

    asked_at: AwareDatetime
    ended_at: AwareDatetime | None = None


class AssistOrder(Frozen):
    """What crosses Temporal: an id, and no words of anybody's."""

    assist_id: UUID
    escalation_id: UUID


class AssistResult(Frozen):
    """What Temporal's page shows of it."""

    written: bool
    why: Line | None = None
