"""Content: the words of customers and agents. Kept once, in PostgreSQL; all else carries ids."""

import hashlib
from enum import StrEnum
from uuid import UUID

from models.frozen import Frozen


class ContentKind(StrEnum):
    """What the words are."""

    TITLE = "title"
    DESCRIPTION = "description"
    MESSAGE = "message"
    NOTE = "note"
    REASON = "reason"
    FIELDS = "fields"
    """What an agent wrote into a step's fields, as a JSON object."""

    REASONS = "reasons"
    """Why a case was taken for what it is, as a JSON object of sentences."""

    SUBJECT = "subject"
    LETTER = "letter"


class Content(Frozen):
    """Words, under an id."""

    id: UUID
    kind: ContentKind
    text: str

    @property
    def hash(self) -> str:
        """SHA-256 of the words."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()
