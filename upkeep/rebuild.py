"""Rebuild projections from events, and show whether they were equal.

Rule: what has any event counts, whatever its row shows, and a case whose events are not one whole
life is told and left as it is: nothing is made of half a story. The others are mended all the same.
"""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.audit import NotWhole, lived, whole
from domain.result import result
from domain.standing import standing
from models.escalation import number_text
from models.event import Event
from models.frozen import Frozen
from models.result import CaseResult
from models.store.repositories import escalations, evidence, playbooks, results
from models.store.session import Store


class Difference(Frozen):
    """A column of one case that is not what its events say."""

    escalation_id: UUID
    column: str


class Broken(Frozen):
    """A case whose projection cannot be made, and why, in plain words."""

    escalation_id: UUID
    number: str
    """As people say it: `E-1042`."""

    why: str


class Rebuilt(Frozen):
    """What a rebuild found."""

    cases: int
    differences: tuple[Difference, ...]
    broken: tuple[Broken, ...] = ()


async def rebuild(store: Store, *, write: bool) -> Rebuilt:
    """Fold every case's events anew and compare with what is stored; write it when told to.

    Each case is its own transaction, held against the workflow's writer while it is compared. A
    case whose events are not whole is told, and the next one has its turn.
    """
    async with store.transaction() as connection:
        ids = await escalations.all_ids(connection)
    differences: list[Difference] = []
    broken: list[Broken] = []
    for escalation_id in ids:
        async with store.transaction() as connection:
            await escalations.hold(connection, escalation_id)
            stored = await escalations.stored_columns(connection, escalation_id)
            try:
                differences += await _rebuild_one(connection, stored, write=write)
            except NotWhole as error:
                number = number_text(stored["number"])
                broken.append(Broken(escalation_id=escalation_id, number=number, why=str(error)))
    return Rebuilt(cases=len(ids), differences=tuple(differences), broken=tuple(broken))


async def _rebuild_one(
    connection: AsyncConnection, stored: dict[str, Any], *, write: bool
) -> list[Difference]:
    """What differs in one case, whose row is held. Raises NotWhole."""
    escalation_id: UUID = stored["id"]
    told_by = await _life(connection, escalation_id, stored["version"])
    state = lived(told_by)
    version = await playbooks.get(connection, state.playbook.slug, state.playbook.version)
    if version is None:
        return [Difference(escalation_id=escalation_id, column="playbook_version")]
    told = escalations.columns(state, standing(state, version.playbook))
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


async def _life(connection: AsyncConnection, escalation_id: UUID, version: int) -> list[Event]:
    """All events of a case, at least up to the version that its row shows. Raises NotWhole."""
    stories = await evidence.stories_of(connection, [escalation_id])
    events = whole(stories.get(escalation_id, []))
    if len(events) < version:
        raise NotWhole(f"event {len(events) + 1} is missing")
    return events


async def _same_result(connection: AsyncConnection, went: CaseResult) -> bool:
    """Whether a result is on record as the events tell it; cases of before it was kept lack it."""
    stored = await results.of(connection, went.escalation_id, went.playbook)
    return stored == went.model_copy(update={"runs": results.by_run(went.runs)})


def _plain(value: Any) -> Any:
    """A value as JSON has it, so that a model and its stored form compare."""
    if isinstance(value, Frozen):
        return value.model_dump(mode="json")
    return value
