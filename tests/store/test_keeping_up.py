"""Whoever keeps similar cases never ends and steps over what fails; what lacks is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs
from temporalio.client import Client

from activities.adapters.embedder import BuiltInEmbedder
from activities.adapters.minilm import MiniLm
from activities.aside import MOST, Aside
from activities.ports import ModelUnusable
from activities.similar import SimilarCases
from models.similar import CaseOrigin, Lacking
from models.store.repositories import imported_cases, remembered, similar
from models.store.session import Store
from supervisor import service_checks
from supervisor.stack import Stack
from tests.desk import Desk
from tests.past import Counter, past_case
from tests.polling import until
from tests.store.remembering import closed, found, one, run


async def test_a_sweep_reads_what_was_missed(store: Store, client: Client, sarah: Desk) -> None:
    word = f"w{uuid4().hex}"
    await SimilarCases(store, Counter()).import_cases("old", [past_case(title=f"An old {word}")])
    over = await closed(store, client, sarah, type="billing_dispute", title=f"A closed {word}")
    opened = await sarah.open_case(type="billing_dispute", title=f"An open {word}")
    await sarah.case(opened["number"], at=opened["version"])
    keeper = SimilarCases(store, Counter())
    while await keeper.remember_missing(500):
        pass
    near = await found(keeper, f"an open {word}", but=UUID(opened["escalation_id"]), floor=0.3)
    assert {one.title for one in near} == {f"An old {word}", f"A closed {word}"}
    live = next(one for one in near if one.source is CaseOrigin.LIVE)
    assert (live.id, live.outcome) == (over, "resolved")
    assert live.approach == "Billing Dispute: no step was done."
    assert live.number is not None
    async with store.transaction() as connection:
        own = await similar.own_vector(connection, UUID(opened["escalation_id"]))
    assert own is not None
    assert own[1] == keeper.embedder.name


class Broken(Counter):
    """It cannot make a vector the first time."""

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """Fails once."""
        if not self.given:
            self.given.append("")
            raise ModelUnusable("The model is not here.")
        return super().embed(texts)


async def test_whoever_keeps_up_outlives_a_model_that_is_away(store: Store, sarah: Desk) -> None:
    opened = await sarah.open_case(title="Heating")
    keeper = SimilarCases(store, Broken())
    case = UUID(opened["escalation_id"])
    keeping = asyncio.create_task(keeper.keep_up_to_date(pause=0.001))

    async def of_our_model() -> bool:
        asked = "SELECT model FROM case_vectors WHERE escalation_id = :case"
        return bool(await one(store, asked, case=case) == keeper.embedder.name)

    try:
        await until(of_our_model)
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


class Poisoned(Counter):
    """It fails as no library says that it may: the first times, always, or at one text."""

    def __init__(self, *, times: int = 0, word: str = "") -> None:
        super().__init__()
        self.times, self.word, self.failed = times, word, 0

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """Fails for good reason or none."""
        if self.failed < self.times or (self.word and any(self.word in one for one in texts)):
            self.failed += 1
            raise RuntimeError("the text of a library, with a customer's words")
        return super().embed(texts)


@asynccontextmanager
async def keeping_up(keeper: SimilarCases) -> AsyncIterator[asyncio.Task[None]]:
    """Somebody who keeps up to date, in a hurry."""
    task = asyncio.create_task(keeper.keep_up_to_date(pause=0.001))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def model_of(store: Store, case: UUID) -> str | None:
    """Of which model the vector of a live case is."""
    asked = "SELECT model FROM case_vectors WHERE escalation_id = :case"
    found: str | None = await one(store, asked, case=case)
    return found


async def test_one_odd_error_does_not_end_who_keeps_up(store: Store, sarah: Desk) -> None:
    opened = await sarah.open_case(title="Heating")
    keeper = SimilarCases(store, Poisoned(times=1), Aside(again_after=0))
    case = UUID(opened["escalation_id"])
    async with keeping_up(keeper) as task:
        await until(lambda: _is(model_of(store, case), keeper.embedder.name))
        assert not task.done()


async def test_an_error_without_an_end_ends_nobody_and_is_told_by_its_type_alone(
    store: Store, sarah: Desk
) -> None:
    opened = await sarah.open_case(title="Heating")
    broken = Poisoned(times=10**9)
    keeper = SimilarCases(store, broken, Aside(again_after=0))
    with capture_logs() as logs:
        async with keeping_up(keeper) as task:
            await until(lambda: _is(_now(broken.failed > 100), True))
            assert not task.done()
    assert await model_of(store, UUID(opened["escalation_id"])) != keeper.embedder.name
    told = [one for one in logs if one["event"] == "not_remembered"]
    assert {one["error"] for one in told} == {"RuntimeError"}
    assert "customer's words" not in str(told)


async def test_a_text_that_always_fails_is_stepped_over_and_the_others_are_kept(
    store: Store, sarah: Desk
) -> None:
    word = f"w{uuid4().hex}"
    others = [await sarah.open_case(title=f"Heating {at}") for at in range(2)]
    bad = await sarah.open_case(title=f"A text with {word}")
    old = [past_case(title=f"Before {word}"), past_case(title="Before")]
    last = await sarah.open_case(title="Heating again")
    await SimilarCases(store, Counter()).import_cases("old", old)
    poisoned = Poisoned(word=word)
    keeper = SimilarCases(store, poisoned)
    while await keeper.remember_missing(500):
        pass
    for opened in (*others, last):
        assert await model_of(store, UUID(opened["escalation_id"])) == keeper.embedder.name
    assert await model_of(store, UUID(bad["escalation_id"])) != keeper.embedder.name
    near = await found(keeper, "before", floor=0.9)
    assert [one.title for one in near] == ["Before"]
    failed = poisoned.failed
    assert await keeper.remember_missing(500) == 0
    assert poisoned.failed == failed, "they are left for a while"


async def test_a_line_whose_text_always_fails_is_imported_and_the_others_are_found(
    store: Store,
) -> None:
    word = f"w{uuid4().hex}"
    keeper = SimilarCases(store, Poisoned(word=word))
    cases = [past_case(title=f"Charged {word}"), past_case(title="Charged")]
    assert (await keeper.import_cases(uuid4().hex, cases)).new == 2
    assert [one.title for one in await found(keeper, "charged")] == ["Charged"]


async def test_a_trouble_with_the_record_itself_ends_nobody(
    store: Store, sarah: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = await sarah.open_case(title="Heating")
    keeper, real, times = SimilarCases(store, Counter()), remembered.open_to_read, []

    async def odd(*given: Any) -> list[UUID]:
        times.append(1)
        if len(times) == 1:
            raise IntegrityError("insert", {}, Exception("deleted meanwhile"))
        return await real(*given)

    monkeypatch.setattr(remembered, "open_to_read", odd)
    async with keeping_up(keeper):
        case = UUID(opened["escalation_id"])
        await until(lambda: _is(model_of(store, case), keeper.embedder.name))


async def _now(told: bool) -> bool:
    return told


async def _is(asked: Awaitable[Any], wanted: Any) -> bool:
    return bool(await asked == wanted)


def test_of_very_many_that_fail_the_newest_are_left_and_only_for_a_while() -> None:
    at = [0.0]
    aside = Aside(again_after=10, clock=lambda: at[0])
    ids = [uuid4() for _ in range(MOST + 5)]
    aside.put(ids)
    assert aside.now() == ids[5:]
    at[0] = 9.9
    aside.put(ids[5:6])
    at[0] = 10.0
    assert aside.now() == ids[5:6]


async def test_who_is_over_and_not_found_is_counted_with_the_longest_wait(
    store: Store, client: Client, sarah: Desk, stack: Stack
) -> None:
    keeper = SimilarCases(store, Counter())
    while await keeper.remember_missing(500):
        pass
    async with store.transaction() as connection:
        assert await remembered.lacking(connection) == Lacking(count=0, since=None)
    assert (await sarah.get("/status"))["similar_cases"]["well"]
    began = datetime.now(UTC)
    case = await closed(store, client, sarah)
    async with store.transaction() as connection:
        told = await remembered.lacking(connection)
    assert told.count == 1
    assert told.since is not None
    assert abs(told.since - began) < timedelta(minutes=10), "not the demonstration's time"
    assert (await service_checks.similar_cases(stack.database_url)).ok, "it ended just now"
    ago = "UPDATE case_results SET over_at = over_at - interval '99 days'"
    await run(store, f"{ago} WHERE escalation_id = :case", case=case)
    status = (await sarah.get("/status"))["similar_cases"]
    assert (status["well"], status["missing"]) == (False, 1)
    assert status["since"] < f"{began:%Y-%m-%dT%H}"
    finding = await service_checks.similar_cases(stack.database_url)
    assert not finding.ok
    assert finding.detail == status["words"]
    assert finding.detail.startswith("1 case that is over cannot be found, the first since 20")
    assert await keeper.remember(case)
    assert (await service_checks.similar_cases(stack.database_url)).ok


async def test_an_import_without_its_vector_is_counted_too(store: Store) -> None:
    keeper = SimilarCases(store, Counter())
    while await keeper.remember_missing(500):
        pass
    source = uuid4().hex
    async with store.transaction() as connection:
        await imported_cases.keep(connection, source, [(past_case(), "hash")])
        assert (await remembered.lacking(connection)).count == 1
        await connection.execute(
            text("DELETE FROM imported_cases WHERE source = :source"), {"source": source}
        )
        assert (await remembered.lacking(connection)).count == 0


def test_a_model_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="cannot be read"):
        BuiltInEmbedder(MiniLm(tmp_path / "model.onnx")).embed(["x"])
