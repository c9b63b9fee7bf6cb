"""Bring the content of the library into a database, as versions: playbooks, SLA rules."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

from activities.adapters.playbook_files import load_folder
from activities.adapters.sla_files import load_library
from domain.lint import errors, lint
from domain.playbook import document_hash
from models.calendar import CompanyTime
from models.errors import PlaybookInvalid
from models.playbook import Origin, PlaybookRef
from models.store.migrate import migrate
from models.store.repositories import playbooks, sla
from models.store.session import Store

FOLDER = Path(__file__).parent.parent / "playbooks"
SLA_FOLDER = Path(__file__).parent.parent / "sla"
ANYWHERE = CompanyTime()
"""A company in no place in particular: UTC, and no holidays."""


async def publish_library(store: Store, folder: Path = FOLDER) -> list[PlaybookRef]:
    """Publish every playbook file that is not a version yet. Doing it again changes nothing.

    Where somebody wrote the newest version on the web, a new file is only a draft: it must not
    undo what they did. Raises PlaybookInvalid with every problem of every file, and then
    publishes none.
    """
    found = load_folder(folder)
    troubles = tuple(one for playbook in found for one in errors(lint(playbook)))
    if troubles:
        raise PlaybookInvalid("The library has playbooks that cannot be used.", troubles=troubles)
    async with store.transaction() as connection:
        origins = await playbooks.newest_origins(connection)
        refs = []
        for playbook in found:
            said = document_hash(playbook)
            if origins.get(playbook.slug) is Origin.WEB:
                ref, _ = await playbooks.keep(connection, playbook, said)
            else:
                ref = await playbooks.publish(connection, playbook, said)
            refs.append(ref)
        return refs


async def publish_sla(
    store: Store, company: CompanyTime, today: date, folder: Path = SLA_FOLDER
) -> list[str]:
    """Make the SLA policies and calendars of a folder the current ones, all or none.

    Those that are versions already stay as they are. Cases that run keep what they are pinned to.
    Raises SlaInvalid with every problem of every file.
    """
    found = load_library(folder, company, today)
    calendars = {document_hash(one): one for one in found.calendars}
    policies = {document_hash(one): one for one in found.policies}
    async with store.transaction() as connection:
        made = await sla.publish_calendars(connection, calendars)
        return made + await sla.publish_policies(connection, policies)


def bring_up_to_date(url: str, company: CompanyTime = ANYWHERE) -> None:
    """Migrate a database and publish the library into it. Safe to repeat."""
    migrate(url)

    async def publish() -> None:
        store = Store(url, pool=2)
        try:
            await publish_library(store)
            await publish_sla(store, company, datetime.now(UTC).date())
        finally:
            await store.close()

    asyncio.run(publish())
