"""What each client asked and what it heard: the one witness that no process of ours can touch."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

TRY_AGAIN = frozenset({202, 408, 425, 429})
"""Answers that are none yet; so is every 5xx, and silence."""


@dataclass(frozen=True)
class Reply:
    """One answer, or its absence."""

    at: datetime
    status: int | None
    """Empty: the connection broke, or nobody answered in time."""

    body: dict[str, Any] = field(default_factory=dict)

    @property
    def definite(self) -> bool:
        """Whether this answer is for good."""
        return self.status is not None and self.status < 500 and self.status not in TRY_AGAIN

    @property
    def applied(self) -> bool:
        """Whether it says that it was done."""
        return self.status in (200, 201)


@dataclass
class Asked:
    """One request under one key, however often it was sent."""

    key: str
    kind: str
    person: UUID
    method: str
    path: str
    body: dict[str, Any]
    since: datetime
    replies: list[Reply] = field(default_factory=list)

    @property
    def definite(self) -> list[Reply]:
        """The answers that were for good; all of them have to agree."""
        return [one for one in self.replies if one.definite]

    @property
    def done(self) -> Reply | None:
        """The first answer that said it was done."""
        return next((one for one in self.definite if one.applied), None)

    @property
    def words(self) -> str:
        """What this request alone says, so that it can be found again in what was kept."""
        return f"words of {self.key}"


@dataclass
class Log:
    """Everything that was asked, by key."""

    asked: dict[str, Asked] = field(default_factory=dict)
    misused: list[Reply] = field(default_factory=list)
    """Answers to another body under a key that was used."""

    def write(self, place: Path) -> None:
        """Keep it as lines of JSON, for whoever looks into a failure."""
        with place.open("w", encoding="utf-8") as out:
            for one in self.asked.values():
                told = {**vars(one), "replies": [vars(reply) for reply in one.replies]}
                out.write(json.dumps(told, default=str) + "\n")
