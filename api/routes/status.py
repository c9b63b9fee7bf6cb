"""What helps and what does not: whether a language model is asked, and why not; what was left."""

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from activities.adapters import minilm_files
from api.dependencies import PartsDep, ReaderDep
from api.problems import documented
from domain.llm import status
from domain.similar import behind, lacking_words
from models.duration import say_count
from models.frozen import Frozen
from models.llm import LlmTrouble
from models.store.repositories import llm, mail, remembered

router = APIRouter(tags=["health"])

_LATELY = timedelta(hours=24)


class AiStatus(Frozen):
    """Whether the language model helps. Without it playbooks guide alone; nothing else changes."""

    on: bool
    why: Annotated[LlmTrouble | None, Field(examples=["budget_spent"])]
    """Why it is off. Empty when it is on."""

    words: Annotated[
        str, Field(examples=["Today's tokens are spent. Midnight UTC brings new ones."])
    ]
    """The same in one sentence."""

    since: AwareDatetime | None
    """When the call was made after which it was let rest; empty when that is not the reason."""

    model: str | None
    """The model's name at its endpoint. Empty when none is set up."""

    tokens_today: int
    """Tokens spent since midnight UTC, by all processes."""

    budget: int
    """Tokens that may be spent in a day."""


class Kept(Frozen):
    """Whether something that helps is there."""

    well: bool
    words: Annotated[str, Field(examples=["Every case that is over is found."])]
    """The same in one sentence, with what is missing."""


class SimilarStatus(Kept):
    """Whether cases that are over are found by those like them, and count in predictions."""

    missing: int
    """How many are over and cannot be found yet."""

    since: AwareDatetime | None
    """Since when the first of them could be. Empty when none is missing."""


class MailStatus(Frozen):
    """Mail that came in and changed nothing. `GET /mailbox/set-aside` shows it."""

    set_aside: int
    """How many mails within 24 hours."""

    words: Annotated[str, Field(examples=["2 mails were set aside within 24 hours."])]
    """The same in one sentence."""


class Status(Frozen):
    """What helps, and what was left."""

    ai: AiStatus
    reader: Kept
    """The built-in reader of messages, in this installation: moods and churn risks come from it.
    While it cannot be used messages wait a day for it, and cases go on without."""

    similar_cases: SimilarStatus
    mail: MailStatus


@router.get("/status", responses=documented(), summary="Does the AI help, and why not?")
async def show(parts: PartsDep, who: ReaderDep) -> Status:  # noqa: ARG001 (asked for its refusal)
    """Every replica says the same of model and cases: it is what the record tells."""
    async with parts.store.single() as connection:
        seen = await llm.seen(connection)
        lacking = await remembered.lacking(connection)
        left = await mail.count_set_aside(connection, within=_LATELY)
    found = status(parts.llm, seen)
    now = parts.now()
    lost = await asyncio.to_thread(minilm_files.missing)
    return Status(
        ai=AiStatus(
            on=found.on,
            why=found.why,
            words=found.words,
            since=found.since,
            model=parts.llm.model if parts.llm else None,
            tokens_today=found.tokens_today,
            budget=found.budget,
        ),
        reader=Kept(well=lost is None, words=lost or "It reads what customers write."),
        similar_cases=SimilarStatus(
            well=not behind(lacking, now),
            words=lacking_words(lacking, now),
            missing=lacking.count,
            since=lacking.since,
        ),
        mail=MailStatus(
            set_aside=left,
            words=f"{say_count(left, 'mail')} {'was' if left == 1 else 'were'} set aside within 24"
            " hours.",
        ),
    )
