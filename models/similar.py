"""Similar cases: what was done in cases like this one, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.escalation import EscalationType
from models.frozen import Frozen
from models.text import Line, Text, VisibleLine

LONGEST_APPROACH = 600
"""Characters of an approach at most."""

Approach = Annotated[Text, Field(max_length=LONGEST_APPROACH)]


class CaseOutcome(StrEnum):
    """How a case ended. Those that ended badly are shown too: a list of rescues alone misleads."""

    SAVED = "saved"
    """The customer wanted to leave, and stays."""

    LOST = "lost"
    """The customer left."""

    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"


class CaseOrigin(StrEnum):
    """Where a case was worked on."""

    LIVE = "live"
    IMPORTED = "imported"
    """In an earlier system: `rightnow history import`."""


class FoundBy(StrEnum):
    """How similar cases were looked for."""

    EMBEDDING = "embedding"
    """By what the customer means: the cosine of two vectors of one model."""

    TEXT_SEARCH = "text-search"
    """By the words alone, while there is no vector of this case."""


class ImportedCase(Frozen):
    """A case of an earlier system, as a line of a file has it."""

    external_id: Line
    type: EscalationType
    title: VisibleLine
    description: Annotated[Text | None, Field(max_length=20_000)] = None
    """The customer's words."""

    outcome: CaseOutcome
    approach: Approach
    """What was done, in words for colleagues."""

    resolved_at: Annotated[
        AwareDatetime,
        Field(ge=datetime(1970, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC)),
    ]
    csat: Annotated[int | None, Field(ge=1, le=5)] = None
    hours: Annotated[float | None, Field(ge=0, le=100_000)] = None
    """How long it took."""


class SimilarCase(Frozen):
    """A case that is over and was like another one."""

    id: UUID
    number: int | None
    """Of a live case: its number."""

    source: CaseOrigin
    type: EscalationType
    outcome: CaseOutcome
    approach: str
    similarity: Annotated[float, Field(ge=0, le=1)]
    title: str | None
    """Empty when it was erased."""

    ended_at: AwareDatetime


class Matter(Frozen):
    """What a live case is about, in the customer's words, and which words they are."""

    escalation_id: UUID
    type: EscalationType
    version: int
    """The version of the case at which they were read."""

    goes_on: bool
    """It is open, on hold or resolved, and not over."""

    title: str | None
    description: str | None
    said: tuple[str, ...]
    """The newest messages of the customer, the oldest of them first."""

    made_of: tuple[UUID, ...]
    """The ids of all these words: whoever erases one of them erases what was made of it."""


class Remembered(Frozen):
    """What is kept of a case so that it is found again. None of it can be read as text."""

    type: EscalationType
    text: str
    """Goes into the index of words; it is not kept."""

    text_hash: str
    model: str | None
    vector: tuple[float, ...] | None
    outcome: CaseOutcome | None = None
    """Empty while the case is not over: then it asks, and is not found."""

    approach: str | None = None
    ended_at: AwareDatetime | None = None


class Lacking(Frozen):
    """Cases that are over and are not found yet: they are missing where others look for advice."""

    count: int
    since: AwareDatetime | None
    """Since when the one that has waited the longest could be found. Empty when none is missing."""


class KnownImport(Frozen):
    """What is known of a case that was imported before."""

    id: UUID
    row_hash: str
    text_hash: str | None
    model: str | None
