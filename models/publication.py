"""A publication: somebody asked, once, that new cases begin with a version of a playbook."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field, model_validator

from models.errors import Trouble
from models.frozen import Frozen
from models.text import Line, Slug


class Refusal(Frozen):
    """Why it was not published. Who heard no hears it again, though it would be right by now."""

    code: Slug
    detail: str
    troubles: tuple[Trouble, ...] = ()


class Publication(Frozen):
    """One request to publish, and how it was answered: for good."""

    actor_key: Line
    key: Annotated[str, Field(min_length=1, max_length=255)]
    """Its Idempotency-Key: with the actor, what makes two requests the same."""

    slug: Slug
    version: Annotated[int, Field(ge=1)]
    published_at: AwareDatetime | None
    """Since when the version is published, as the answer said."""

    refusal: Refusal | None = None

    @model_validator(mode="after")
    def _one_answer(self) -> Publication:
        if (self.published_at is None) == (self.refusal is None):
            raise ValueError("a publication was either made or refused")
        return self
