"""Rebuild projections from events, and show whether they were equal."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.evolve import fold
from domain.result import result
from domain.standing import standing
from models.frozen import Frozen
from models.result import CaseResult
from models.store.repositories import escalations, events, playbooks, results
from models.store.session import Store


class Difference(Frozen):
    """A column of one case that is not what its events say."""

    escalation_id: UUID
    column: str


class Rebuilt(Frozen):
    """What a rebuild found."""

    cases: int
    differences: tuple[Difference, ...]


async def rebuild(store: Store, *, write: bool) -> Rebuilt:
    """Fold every case's events anew and compare with what is stored; write it when told to.

    Each case is its own transaction, held against the workflow's writer while it is compared.
    """
    async with store.transaction() as connection:
        ids = await escalations.all_ids(connection)
    differences: list[Difference] = []
    for escalation_id in ids:
        differences += await _rebuild_one(store, escalation_id, write=write)
    return Rebuilt(cases=len(ids), differences=tuple(differences))


async def _rebuild_one(store: Store, escalation_id: UUID, *, write: bool) -> list[Difference]:
    async with store.transaction() as connection:
        await escalations.lock(connection, escalation_id)
        told_by = await events.of(connection, escalation_id)
        state = fold(list(told_by))
        version = await playbooks.get(connection, state.playbook.slug, state.playbook.version)
        if version is None:
            return [Difference(escalation_id=escalation_id, column="playbook_version")]
        told = escalations.columns(state, standing(state, version.playbook))
        stored = await escalations.stored_columns(connection, escalation_id)
        found = [
            Difference(escalation_id=escalation_id, column=name)
            for name, value in told.items()
            if _plain(value) != _plain(stored[name])
        ]
        if found and write:
            await escalations.overwrite(connection, escalation_id, told)
        went = result(state, told_by)
        if went is not None and not await _same_result(connection, went):
            found.append(Difference(escalation_id=escalation_id, column="result"))
            if write:
                await results.replace(connection, went)
    return found


async def _same_result(connection: AsyncConnection, went: CaseResult) -> bool:
    """Whether a result is on record as the events tell it; cases of before it was kept lack it."""
    stored = await results.of(connection, went.escalation_id, went.playbook)
    return stored == went.model_copy(update={"runs": results.by_run(went.runs)})


def _plain(value: Any) -> Any:
    """A value as JSON has it, so that a model and its stored form compare."""
    if isinstance(value, Frozen):
        return value.model_dump(mode="json")
    return value
