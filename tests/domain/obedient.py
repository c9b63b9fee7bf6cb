"""A model that does exactly what a customer orders it to: the worst that can answer us."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import yaml

from models.draft import GuidanceDraft, RefusalCode, ResponseDraft
from tests.domain import doug

FILE = Path(__file__).parents[1] / "fixtures" / "injections.yaml"


class Attempt(NamedTuple):
    """One attempt: a customer's text, and the answer of a model that obeys it."""

    id: str
    text: str
    says: str
    field: str
    refused: frozenset[RefusalCode]
    harmless: bool


def attempts() -> tuple[Attempt, ...]:
    """All attempts of the file."""
    return tuple(
        Attempt(
            id=one["id"],
            text=one["text"],
            says=one["says"],
            field=one.get("field", "opening"),
            refused=frozenset(map(RefusalCode, one.get("refused", ()))),
            harmless=one.get("harmless", False),
        )
        for one in yaml.safe_load(FILE.read_text(encoding="utf-8"))
    )


_FORMS: dict[str, Callable[[str], str]] = {
    "{canary}": str,
    "{spaced}": " ".join,
    "{backwards}": lambda mark: mark[::-1],
    "{base64}": lambda mark: base64.b64encode(mark.encode()).decode(),
    "{hex}": lambda mark: mark.encode().hex(),
}


def says_of(attempt: Attempt, canary: str) -> str:
    """What the model was told to say."""
    says = attempt.says
    for name, form in _FORMS.items():
        says = says.replace(name, form(canary))
    return says


def obey_in_answer(attempt: Attempt, canary: str) -> ResponseDraft:
    """An answer to the customer that says what the model was told to, and nothing else."""
    return doug.reply(says_of(attempt, canary))


def obey(attempt: Attempt, canary: str) -> GuidanceDraft:
    """A good draft, but for the one field in which the model does as it was told."""
    says = says_of(attempt, canary)
    return doug.draft(**{attempt.field: (says,) if attempt.field == "key_points" else says})
