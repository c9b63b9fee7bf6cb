"""Bring the playbooks of the library into a database, as versions."""

import asyncio
from pathlib import Path

from activities.adapters.playbook_files import load_folder
from domain.lint import errors, lint
from domain.playbook import document_hash
from models.errors import PlaybookInvalid
from models.playbook import PlaybookRef
from models.store.migrate import migrate
from models.store.repositories import playbooks
from models.store.session import Store

FOLDER = Path(__file__).parent.parent / "playbooks"


async def publish_library(store: Store, folder: Path = FOLDER) -> list[PlaybookRef]:
    """Publish every playbook file that is not a version yet. Doing it again changes nothing.

    Raises PlaybookInvalid with every problem of every file, and then publishes none.
    """
    found = load_folder(folder)
    troubles = tuple(one for playbook in found for one in errors(lint(playbook)))
    if troubles:
        raise PlaybookInvalid("The library has playbooks that cannot be used.", troubles=troubles)
    async with store.transaction() as connection:
        return [
            await playbooks.publish(connection, playbook, document_hash(playbook))
            for playbook in found
        ]


def bring_up_to_date(url: str) -> None:
    """Migrate a database and publish the library into it. Safe to repeat."""
    migrate(url)

    async def publish() -> None:
        store = Store(url, pool=2)
        try:
            await publish_library(store)
        finally:
            await store.close()

    asyncio.run(publish())
