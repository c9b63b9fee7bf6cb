"""Rehearsals: the last ended cases, read one after the other, under rules that are only a draft.

A draft is refused, with file, line and reason, before any case is read. Nothing is written.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from activities.adapters.content_files import read_text, with_lines
from activities.adapters.playbook_files import load_file
from activities.adapters.sla_files import SlaLibrary, load_library, load_policy, require_fit
from activities.past_cases import LastCases
from domain.lint import errors, lint
from domain.playbook import document_hash
from domain.rehearsal_sums import SlaSums
from domain.rematching import Rematching
from domain.sla_draft import SlaDraft
from models.calendar import Calendar, CalendarVersion, CompanyTime
from models.errors import PlaybookInvalid, Trouble
from models.playbook import Playbook, PlaybookRef, PlaybookVersion
from models.rehearsal import LeftOut, PlaybookRehearsal, SlaRehearsal
from models.sla import PolicyFile, PolicyVersion
from models.store.repositories import playbooks, sla
from models.store.session import Store


async def rehearse_sla(
    store: Store,
    given: PolicyFile | SlaLibrary,
    path: Path,
    today: date,
    cases: LastCases,
) -> SlaRehearsal:
    """What a draft of SLA rules would have changed. Raises SlaInvalid when it does not fit."""
    policies, calendars = await _published(store)
    if isinstance(given, SlaLibrary):
        draft = SlaDraft(
            [_policy(one, policies) for one in given.policies],
            {one.slug: _calendar(one, calendars) for one in given.calendars},
        )
    else:
        others = [one for slug, one in policies.items() if slug != given.slug]
        known = tuple(one.calendar for one in calendars.values())
        require_fit(path, given, tuple(one.policy for one in others), known, today)
        draft = SlaDraft([*others, _policy(given, policies)], calendars)
    sums = SlaSums()
    async for past in cases:
        sums.add(past if isinstance(past, LeftOut) else draft.rehearse(past))
    return sums.told().model_copy(update={"cut": cases.cut})


async def rehearse_playbook(store: Store, draft: Playbook, cases: LastCases) -> PlaybookRehearsal:
    """Which cases would have begun with another playbook, were this one published."""
    async with store.transaction() as connection:
        keys = await playbooks.current_keys(connection)
        found = [await playbooks.get(connection, *key) for key in keys]
    current = [one for one in found if one is not None]
    known = next((one.ref.version for one in current if one.ref.slug == draft.slug), 0)
    ref = PlaybookRef(slug=draft.slug, version=known + 1, hash=document_hash(draft))
    matching = Rematching(current, PlaybookVersion(ref=ref, playbook=draft))
    async for past in cases:
        matching.add(past)
    return matching.told().model_copy(update={"cut": cases.cut})


def load_sla_draft(path: Path, company: CompanyTime, today: date) -> PolicyFile | SlaLibrary:
    """A policy's file, or a whole folder of rules. Raises SlaInvalid with all troubles."""
    return load_library(path, company, today) if path.is_dir() else load_policy(path)


def load_playbook_draft(path: Path) -> Playbook:
    """A playbook's file. Raises PlaybookInvalid, also for what could not be published."""
    found = load_file(path)
    wrong = with_lines(errors(lint(found)), read_text(path, PlaybookInvalid), path.name)
    if wrong:
        troubles = tuple(Trouble(where=one.where, what=one.what, mend=one.mend) for one in wrong)
        raise PlaybookInvalid(f"{path.name} cannot be published.", troubles=troubles)
    return found


async def _published(
    store: Store,
) -> tuple[dict[str, PolicyVersion], dict[str, CalendarVersion]]:
    async with store.transaction() as connection:
        keys = await sla.current_keys(connection)
        policies = [await sla.policy(connection, *key) for key in keys]
        days = await sla.current_calendar_keys(connection)
        calendars = [await sla.calendar(connection, *key) for key in days]
    return (
        {one.policy.slug: one for one in policies if one is not None},
        {one.calendar.slug: one for one in calendars if one is not None},
    )


def _policy(given: PolicyFile, known: Mapping[str, PolicyVersion]) -> PolicyVersion:
    """The draft as the version that it is, or would be."""
    said, now = document_hash(given), known.get(given.slug)
    if now is not None and now.hash == said:
        return now
    return PolicyVersion(version=now.version + 1 if now else 1, hash=said, policy=given)


def _calendar(given: Calendar, known: Mapping[str, CalendarVersion]) -> CalendarVersion:
    said, now = document_hash(given), known.get(given.slug)
    if now is not None and now.hash == said:
        return now
    return CalendarVersion(version=now.version + 1 if now else 1, hash=said, calendar=given)
