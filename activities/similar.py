"""Remember what each case was about: the next one like it finds what was done, and how it ended.

Rule: nothing waits for it. A case without a vector is looked for by its words; whatever was missed
is found by what is on record and done later.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.aside import Aside
from activities.ports import Embedder, ModelUnusable
from domain.similar import (
    approach_of,
    imported_text,
    matter_text,
    outcome_of,
    row_hash,
    text_hash,
)
from models.errors import RightnowError
from models.escalation import EscalationState
from models.result import CaseResult
from models.similar import ImportedCase, KnownImport, Remembered
from models.store.repositories import imported_cases, playbooks, remembered
from models.store.session import Store
from models.store.vectors import can_keep_vectors

AT_ONCE = 64
"""Texts that become vectors together."""

PAUSE = 10.0
"""Seconds between two looks for what was missed."""

_LONGER = 30
_MANY = 3
"""When so many failed and nothing was written, it is hardly the cases' fault."""

_Imported = tuple[UUID, str, ImportedCase]
_log = structlog.get_logger("similar")


@dataclass(frozen=True)
class Counted:
    """What an import did with its lines."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
        )


@dataclass
class SimilarCases:
    """Keeps what finds a case again: its vector, where pgvector is, and its words."""

    store: Store
    embedder: Embedder
    aside: Aside = field(default_factory=Aside)
    """Cases that failed lately."""

    async def embed_case(self, case_id: UUID) -> bool:
        """Keep what a case that goes on is about. Returns whether anything was written.

        Outside changes: a row of `case_vectors`. A second attempt is harmless: while the text is
        the same no vector is made. Raises StoreUnavailable, and what the embedder raises.
        """
        return await self._read(case_id, over=False)

    async def remember(self, case_id: UUID) -> bool:
        """Keep what a case that is over was about, what was done, and how it ended.

        Returns whether anything was written: nothing of a case that goes on, was cancelled or
        merged. Outside changes and errors are as of `embed_case`, and so is a second attempt.
        """
        return await self._read(case_id, over=True)

    async def remember_missing(self, limit: int = AT_ONCE) -> int:
        """Do it for up to so many cases that lack it: live ones first, then imported ones.

        They lack it when nothing is kept, when the case went on since, or when it is of another
        model. Returns for how many something was written: 0 when none is left. A second attempt
        goes on where the first one was. A case that fails is stepped over, and left for a while.
        """
        async with self.store.transaction() as connection:
            model, but = await self._model(connection), self.aside.now()
            going_on = await remembered.open_to_read(connection, model, limit, but)
            left = limit - len(going_on)
            over = await remembered.over_to_read(connection, model, left, but)
            left -= len(over)
            others = await remembered.imported_to_read(connection, model, left, but)
        written = 0
        for case_id in going_on:
            written += await self._tried([case_id], self._read(case_id, over=False)) or 0
        for case_id in over:
            written += await self._tried([case_id], self._read(case_id, over=True)) or 0
        return written + await self._keep_each(others)

    async def keep_up_to_date(self, pause: float = PAUSE) -> None:
        """Read what was missed, for good: cases that moved, that ended, or that were imported.

        Several may do it at once; then some are read twice. Nothing ends it. When the database is
        away or no vectors can be made it is told, and tried again after some minutes.
        """
        while True:
            failed = self.aside.count
            try:
                written = await self.remember_missing()
            except (RightnowError, ModelUnusable) as error:
                _log.warning("not_remembered", why=str(error))
                await asyncio.sleep(pause * _LONGER)
                continue
            except Exception as error:  # noqa: BLE001 (nobody else would begin it again)
                _log.error("not_remembered", error=type(error).__name__)
                await asyncio.sleep(pause * _LONGER)
                continue
            if not written and self.aside.count - failed >= _MANY:
                await asyncio.sleep(pause * _LONGER)
            elif written < AT_ONCE:
                await asyncio.sleep(pause)

    async def _tried(self, cases: Sequence[UUID], deed: Coroutine[Any, Any, int]) -> int | None:
        """What a deed wrote; None when it failed in a way that only these cases can explain.

        Then they are put aside. Its text may hold customers' words: only its type is told. Raises
        what the database and the embedder say themselves.
        """
        try:
            return await deed
        except ModelUnusable:
            raise
        except RightnowError:
            self.aside.put(cases)  # maybe they are what is too much for the database
            raise
        except Exception as error:  # noqa: BLE001 (the next case has no part in it)
            if len(cases) == 1:
                kind = type(error).__name__
                _log.error("not_remembered", case=str(cases[0]), error=kind)
                self.aside.put(cases)
            return None

    async def _keep_each(self, cases: Sequence[_Imported]) -> int:
        """Keep imported cases, many at once. Where that fails, one by one. How many were kept."""
        kept = 0
        for at in range(0, len(cases), AT_ONCE):
            batch = cases[at : at + AT_ONCE]
            done = await self._tried([one[0] for one in batch], self._keep_imported(batch))
            if done is None and len(batch) > 1:
                each = [await self._tried([one[0]], self._keep_imported([one])) for one in batch]
                done = sum(one or 0 for one in each)
            kept += done or 0
        return kept

    async def import_cases(self, source: str, cases: Sequence[ImportedCase]) -> Counted:
        """Keep cases of an earlier system, each external id once a source; its last line counts.

        The same line changes nothing. A vector is made of a text that is new, and of no other. One
        of which none can be made is left to who keeps up to date.
        """
        by_id = {one.external_id: one for one in cases}
        async with self.store.transaction() as connection:
            model = await self._model(connection)
            known = await imported_cases.known(connection, source, by_id)
        lines = [(one, row_hash(one)) for one in by_id.values()]
        fresh = [
            (one, said)
            for one, said in lines
            if not (_has_text(known.get(one.external_id), one, model))
            or known[one.external_id].row_hash != said
        ]
        async with self.store.transaction() as connection:
            ids = await imported_cases.keep(connection, source, fresh)
            for one, _ in fresh:
                if _has_text(known.get(one.external_id), one, model):
                    await remembered.retell(connection, ids[one.external_id], one)
        read = [
            (ids[one.external_id], said, one)
            for one, said in fresh
            if not _has_text(known.get(one.external_id), one, model)
        ]
        await self._keep_each(read)
        new = sum(one.external_id not in known for one, _ in fresh)
        return Counted(new, len(fresh) - new, len(cases) - len(fresh))

    async def _model(self, connection: AsyncConnection) -> str | None:
        """Of which model vectors are to be; None where none can be kept."""
        return self.embedder.name if await can_keep_vectors(connection) else None

    async def _read(self, case_id: UUID, *, over: bool) -> bool:
        async with self.store.transaction() as connection:
            model = await self._model(connection)
            matter = await remembered.matter_of(connection, case_id)
            ending = await remembered.ending_of(connection, case_id) if over else None
            known = await remembered.hash_and_model(connection, case_id)
        if matter is None or (ending is None if over else not matter.goes_on):
            return False
        text = matter_text(matter.title, matter.description, matter.said)
        if not over and known == (text_hash(text), model):
            async with self.store.transaction() as connection:
                await remembered.seen_again(connection, case_id, matter.version)
            return True
        [vector] = await self._vectors([text], model)
        kept = Remembered(
            type=matter.type, text=text, text_hash=text_hash(text), model=model, vector=vector
        )
        told = await self._ended(kept, *ending) if ending else kept
        if told is None:
            return False
        async with self.store.transaction() as connection:
            await remembered.keep_live(connection, matter, told, vectors=model is not None)
        return True

    async def _ended(
        self, kept: Remembered, state: EscalationState, went: CaseResult
    ) -> Remembered | None:
        """With what was done and how it ended."""
        outcome = outcome_of(state, went)
        async with self.store.transaction() as connection:
            version = await playbooks.get(connection, state.playbook.slug, state.playbook.version)
        if outcome is None or version is None:
            return None
        return kept.model_copy(
            update={
                "outcome": outcome,
                "approach": approach_of(state, version.playbook),
                "ended_at": state.resolved_at or went.over_at,
            }
        )

    async def _keep_imported(self, cases: Sequence[_Imported]) -> int:
        texts = [imported_text(one) for _, _, one in cases]
        async with self.store.transaction() as connection:
            model = await self._model(connection)
        found = await self._vectors(texts, model)
        kept = [
            (case_id, said, _remembered(one, text, model, vector))
            for (case_id, said, one), text, vector in zip(cases, texts, found, strict=True)
        ]
        async with self.store.transaction() as connection:
            await remembered.keep_imported(connection, kept, vectors=model is not None)
        return len(cases)

    async def _vectors(
        self, texts: Sequence[str], model: str | None
    ) -> list[tuple[float, ...] | None]:
        """A vector for each text; none of an empty one, and none where none can be kept."""
        wanted = [one for one in texts if one] if model else []
        made = iter(await asyncio.to_thread(self.embedder.embed, wanted) if wanted else ())
        return [next(made) if model and one else None for one in texts]


def _remembered(
    case: ImportedCase, text: str, model: str | None, vector: tuple[float, ...] | None
) -> Remembered:
    return Remembered(
        type=case.type,
        text=text,
        text_hash=text_hash(text),
        model=model,
        vector=vector,
        outcome=case.outcome,
        approach=case.approach,
        ended_at=case.resolved_at,
    )


def _has_text(known: KnownImport | None, case: ImportedCase, model: str | None) -> bool:
    """Whether the vector, or where there are none the words, of this very text are kept."""
    if known is None or known.text_hash != text_hash(imported_text(case)):
        return False
    return model is None or known.model == model
