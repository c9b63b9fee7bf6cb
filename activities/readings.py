"""Read in a customer's words how they feel. The words come from PostgreSQL, and stay there."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from activities import prospects
from activities.ports import MessageReader
from activities.second_reader import SecondReader
from domain.quoted_reply import split_reply
from models.messages import ReadingOrder, ReadingResult, ReadWords, SecondOrder, SecondResult
from models.sentiment import Reading
from models.store.repositories import contents, escalations, playbooks
from models.store.session import Store


@dataclass
class Readings:
    """Where customers' words are read, one case after the other."""

    store: Store
    reader: MessageReader

    second: SecondReader | None = None
    """Asks a language model besides, where there is one."""

    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, "reader"), init=False
    )

    @activity.defn(name="read_words")
    async def read_words(self, order: ReadingOrder) -> ReadingResult:
        """How the writer of each text feels. Nothing of one whose words were erased.

        Quotes and signatures are cut out. Outside nothing changes, so a second attempt is harmless.
        Raises ModelUnusable while there is no model, and StoreUnavailable.
        """
        async with self.store.transaction() as connection:
            known = await contents.texts(connection, order.content_ids)
            predicted = await _predicted(connection, order.escalation_id)
        said = {one: split_reply(text)[0].strip() for one, text in known.items()}
        wanted = [one for one in order.content_ids if said.get(one)]
        read = await asyncio.get_running_loop().run_in_executor(
            self._thread, self._read, [said[one] for one in wanted]
        )
        found = dict(zip(wanted, read, strict=True))
        words = [_words(one, found.get(one), predicted) for one in order.content_ids]
        if self.second is not None and wanted:
            newest = order.content_ids.index(wanted[-1])
            words[newest] = words[newest].model_copy(update={"again": True})
        return ReadingResult(words=tuple(words))

    @activity.defn(name="look_again")
    async def look_again(self, order: SecondOrder) -> SecondResult:
        """How a language model reads a text, if it is worse than our own reading and near to it.

        It is not there, is slow, or talks nonsense: then nothing comes of it. Outside changes the
        record of what was asked, so a second attempt costs tokens and nothing else.
        Raises ModelUnusable while our own reader is away, and StoreUnavailable.
        """
        async with self.store.transaction() as connection:
            known = await contents.texts(connection, [order.content_id])
        text = split_reply(known.get(order.content_id, ""))[0].strip()
        if self.second is None or not text:
            return SecondResult()
        [own] = await asyncio.get_running_loop().run_in_executor(self._thread, self._read, [text])
        return SecondResult(sentiment=await self.second.look(order.escalation_id, text, own))

    def _read(self, texts: list[str]) -> list[Reading]:
        return self.reader.read(texts) if texts else []


async def _predicted(connection: AsyncConnection, case: UUID) -> float | None:
    """How likely the case ends well; None while too few cases like it are known."""
    line = await escalations.line_by_id(connection, case)
    if line is None:
        return None
    version = await playbooks.get(connection, line.playbook_slug, line.playbook_version)
    if version is None:
        return None
    told = await prospects.predict(connection, line, version.playbook)
    return round(told.value, 4) if told.enough else None


def _words(content_id: UUID, reading: Reading | None, predicted: float | None) -> ReadWords:
    told = ReadWords(content_id=content_id, predicted=predicted)
    if reading is None:
        return told
    return told.model_copy(
        update={"sentiment": reading.sentiment, "churn_risk": reading.churn_risk}
    )
