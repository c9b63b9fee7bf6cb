"""Past cases for tests, and an embedder whose answers one can reckon by hand."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from math import sqrt
from typing import Any
from uuid import uuid4
from zlib import crc32

from models.similar import ImportedCase
from models.store.vectors import DIMENSIONS


class Counter:
    """Texts with the same words have the same vector. It counts what it was given."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name or f"test-{uuid4().hex[:12]}"
        self.given: list[str] = []

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """A place for each word."""
        self.given += texts
        return [_vector(one) for one in texts]


def word_apart_from(text: str) -> str:
    """A word that nobody used, in a place of the vector that none of these words has."""
    while True:
        word = f"w{uuid4().hex}"
        if not _places(word) & _places(text):
            return word


def _places(text: str) -> set[int]:
    return {crc32(word.encode()) % DIMENSIONS for word in re.findall(r"\w+", text.lower())}


def _vector(text: str) -> tuple[float, ...]:
    places = _places(text)
    part = 1 / sqrt(len(places) or 1)
    return tuple(part if at in places else 0.0 for at in range(DIMENSIONS))


def past_case(**given: Any) -> ImportedCase:
    """A case of an earlier system; what is not given is made up."""
    return ImportedCase.model_validate(
        {
            "external_id": uuid4().hex,
            "type": "billing_dispute",
            "title": "Charged twice",
            "description": None,
            "outcome": "resolved",
            "approach": "Gave the money back",
            "resolved_at": datetime(2026, 1, 2, tzinfo=UTC),
            **given,
        }
    )
