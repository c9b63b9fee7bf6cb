"""The stream: whoever listens hears of every case that moves, or that they missed something."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import func, text, update

from api import live
from api.app import create_app
from api.live import Live, Reader, Signal
from api.parts import Parts
from api.routes import streams
from models.errors import StoreUnavailable
from models.escalation import Status
from models.ids import new_id
from models.move import Move
from models.store.repositories import people
from models.store.session import Store
from models.store.tables.person import TOKENS
from tests.api.problem import require_problem
from tests.conftest import Colleague
from tests.desk import Desk
from tests.polling import until
from tests.served import port_of, served
from tests.stream import listening
from upkeep import team


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own(parts: Parts) -> AsyncIterator[Parts]:
    """The parts of an API of its own."""
    made = Parts(parts.store, parts.engine, parts.house)
    yield made
    await made.live.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def url(own: Parts, worker: None) -> AsyncIterator[str]:
    """It serves on loopback: a stream needs a real line."""
    async with served(create_app(own)) as server:
        yield f"http://127.0.0.1:{port_of(server)}"


async def nobody_reads(own: Parts) -> None:
    """Wait until the server noticed that the last reader left."""

    async def empty() -> bool:
        return not own.live._readers

    await until(empty)


@pytest.fixture
def token(colleagues: dict[str, Colleague]) -> str:
    """Sarah's."""
    return colleagues["sarah"].token


async def test_a_case_that_moves_is_heard_of_and_can_be_read_at_once(
    url: str, sarah: Desk, token: str
) -> None:
    async with listening(url, token) as stream:
        assert stream.heard[0].event == "ready"
        opened = await sarah.open_case(title="Nobody may read these words here")
        done = await sarah.work(opened)
        heard = await stream.has("case", done["number"], done["version"])
        assert heard.move == {
            "escalation_id": done["escalation_id"],
            "number": done["number"],
            "version": done["version"],
            "status": "open",
        }
        read = await sarah.get(f"/cs/escalations/{done['number']}")
        assert read["version"] >= done["version"]
    assert "words" not in json.dumps([one.move for one in stream.heard])


async def test_who_comes_back_hears_what_came_meanwhile_and_nothing_twice(
    url: str, sarah: Desk, token: str
) -> None:
    async with listening(url, token) as stream:
        one = await sarah.open_case()
        await stream.has("case", one["number"], one["version"])
    two = await sarah.open_case()
    await sarah.case(two["number"], at=two["version"])
    async with listening(url, token, last_id=stream.last_id) as again:
        await again.has("case", two["number"], two["version"])
        assert again.heard[0].event == "ready"
        assert not {*again.moves} & {*stream.moves}
        ids = [int(one.id.partition("-")[2]) for one in [*stream.heard, *again.heard[1:]]]
        assert ids == sorted({*ids})


@pytest.mark.parametrize("last_id", ["elsewhere-3", "-", "7", "x" * 64])
async def test_who_cannot_be_told_what_they_missed_is_told_so(
    url: str, token: str, last_id: str
) -> None:
    async with listening(url, token, last_id=last_id) as stream:
        assert [one.event for one in stream.heard] == ["resync"]


async def test_an_id_from_the_future_is_none_of_ours(url: str, token: str) -> None:
    async with listening(url, token) as stream:
        epoch, _, count = stream.last_id.partition("-")
    for wrong in (f"{epoch}-{int(count) + 1000}", f"{epoch}-{'9' * 50}"):
        async with listening(url, token, last_id=wrong) as again:
            assert again.heard[0].event == "resync"


async def test_one_case_alone_can_be_followed(url: str, sarah: Desk, token: str) -> None:
    one, other = await sarah.open_case(), await sarah.open_case()
    for name in (one["number"].lower(), one["escalation_id"].upper()):
        async with listening(url, token, case=name) as stream:
            noted = [
                await sarah.post(f"/cs/escalations/{case['number']}/notes", {"text": "Hm."})
                for case in (other, one)
            ]
            await stream.has("case", one["number"], noted[1]["version"])
            assert {number for number, _ in stream.moves} == {one["number"]}


async def test_an_alert_is_told_live_and_can_be_read_at_once(
    url: str, sarah: Desk, marcus: Desk, token: str
) -> None:
    opened = await sarah.open_case()
    async with listening(url, token, case=opened["number"]) as stream:
        said = {"direction": "inbound", "text": "I want to cancel it all.", "channel": "chat"}
        path = f"/cs/escalations/{opened['number']}/messages"
        heard = await sarah.post(path, said)
        await stream.has("case", opened["number"], heard["version"])
        found = (await marcus.get("/cs/escalations/ai-alerts", limit=100))["items"]
        kinds = [one["kind"] for one in found if one["number"] == opened["number"]]
        assert "signal_words" in kinds


async def test_whoever_may_not_read_hears_nothing(url: str) -> None:
    async with httpx2.AsyncClient(base_url=f"{url}/api/v1") as client:
        require_problem(await client.get("/cs/stream"), 401, "not-authenticated")
        headers = {"Authorization": f"Bearer {uuid4().hex}"}
        answer = await client.get("/cs/stream", headers=headers)
        require_problem(answer, 401, "not-authenticated")


async def test_what_is_asked_wrongly_is_refused_before_the_stream_begins(
    url: str, token: str
) -> None:
    async with httpx2.AsyncClient(base_url=f"{url}/api/v1") as client:
        headers = {"Authorization": f"Bearer {token}"}
        wrong = await client.get("/cs/stream", headers=headers, params={"case": "Doug"})
        require_problem(wrong, 422, "fields-invalid")
        gone = await client.get("/cs/stream", headers=headers, params={"case": "E-999999999"})
        require_problem(gone, 404, "escalation-unknown")
        long = await client.get("/cs/stream", headers=headers | {"Last-Event-ID": "x" * 65})
        require_problem(long, 422, "fields-invalid")


async def test_there_is_no_place_for_ever_more_readers(
    url: str, own: Parts, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await nobody_reads(own)
    monkeypatch.setattr(live, "READERS", 1)
    async with listening(url, token), httpx2.AsyncClient(base_url=f"{url}/api/v1") as client:
        answer = await client.get("/cs/stream", headers={"Authorization": f"Bearer {token}"})
        require_problem(answer, 503, "busy")
        assert answer.headers["retry-after"]
    await nobody_reads(own)
    async with listening(url, token) as stream:
        assert stream.heard[0].event == "ready"


async def test_the_stream_ends_with_its_token(
    url: str, store: Store, colleagues: dict[str, Colleague], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LOOK_AGAIN", 0.2)
    made = await team.new_token(store, colleagues["sarah"].person.email)
    async with listening(url, made) as stream:
        mine = TOKENS.c.secret_hash == people.secret_hash(made)
        async with store.transaction() as connection:
            await connection.execute(update(TOKENS).where(mine).values(revoked_at=func.now()))
        await stream.end()


async def test_a_line_to_the_database_that_breaks_is_told_as_a_gap(
    url: str, store: Store, sarah: Desk, token: str
) -> None:
    async with listening(url, token) as stream:
        async with store.transaction() as connection:
            cut = text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE application_name = 'rightnow-case_moved'"
            )
            assert (await connection.execute(cut)).scalar_one() >= 1
        await stream.has("resync")
        opened = await sarah.open_case()
        await stream.has("case", opened["number"], opened["version"])


async def test_who_was_away_for_longer_than_we_remember_is_told_so(
    url: str, own: Parts, token: str
) -> None:
    async with listening(url, token) as stream:
        told = moved(1).move
        assert told is not None
        for _ in range(live.REMEMBERED + 1):
            own.live._tell(told)
    async with listening(url, token, last_id=stream.heard[0].id) as again:
        assert again.heard[0].event == "resync"


async def test_a_move_that_nobody_understands_is_told_as_a_gap_and_the_next_is_heard(
    url: str, store: Store, sarah: Desk, token: str
) -> None:
    async with listening(url, token) as stream:
        async with store.transaction() as connection:
            await connection.execute(text("SELECT pg_notify('case_moved', 'of tomorrow')"))
        await stream.has("resync")
        opened = await sarah.open_case()
        await stream.has("case", opened["number"], opened["version"])


async def test_a_repaired_row_is_told_though_its_version_stays(
    url: str, store: Store, sarah: Desk, token: str
) -> None:
    opened = await sarah.open_case()
    await sarah.case(opened["number"], at=opened["version"])
    async with listening(url, token) as stream:
        async with store.transaction() as connection:
            case = {"case": opened["escalation_id"]}
            await connection.execute(
                text("UPDATE escalations SET due_at = due_at WHERE id = :case"), case
            )
        await stream.has("case", opened["number"], opened["version"])


async def test_a_stream_outlives_a_database_that_cannot_be_asked_about_its_token(
    url: str, own: Parts, sarah: Desk, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LOOK_AGAIN", 0.2)
    async with listening(url, token) as stream:
        asked = asyncio.Event()

        async def away(_: str) -> None:
            asked.set()
            raise StoreUnavailable("away")

        monkeypatch.setattr(own, "who_holds", away)
        await asyncio.wait_for(asked.wait(), 30)
        opened = await sarah.open_case()
        await stream.has("case", opened["number"], opened["version"])


async def test_who_leaves_while_something_waits_for_them_gives_their_place_back(
    url: str, own: Parts, token: str
) -> None:
    await nobody_reads(own)
    at = urlsplit(url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    head = f"Host: {at.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n"
    writer.write(f"GET /api/v1/cs/stream HTTP/1.1\r\n{head}".encode())
    assert b"ready" in await reader.readuntil(b"ready")
    [mine] = own.live._readers
    async with asyncio.timeout(60):
        while not mine.waiting:  # until its line is full
            for number in range(100):
                long = moved(number).move
                assert long is not None
                own.live._tell(long.model_copy(update={"number": "E-" + "0" * 10_000}))
            await asyncio.sleep(0.02)
    gc.disable()
    try:
        writer.transport.abort()
        await nobody_reads(own)
    finally:
        gc.enable()


def moved(number: int, version: int = 2) -> Signal:
    """One move."""
    case = Move(escalation_id=new_id(), number=f"E-{number}", version=version, status=Status.OPEN)
    return Signal("case", f"x-{number}", case)


def test_what_waits_for_a_slow_reader_is_bounded_f46() -> None:
    reader = Reader(started=True)
    for number in range(live.WAITING):
        reader.tell(moved(number))
    assert len(reader.waiting) == live.WAITING
    assert not reader.lost
    reader.tell(moved(live.WAITING))
    assert reader.lost
    assert not reader.waiting


def test_of_a_case_that_moves_on_only_the_newest_waits() -> None:
    reader, first = Reader(started=True), moved(1)
    assert first.move is not None
    newest = Signal("case", "x-9", first.move.model_copy(update={"version": 9}))
    for signal in (first, moved(2), newest):
        reader.tell(signal)
    assert [signal.id for signal in reader.waiting.values()] == ["x-2", "x-9"]


async def next_of(signals: AsyncIterator[Signal | None]) -> Signal:
    """What is told next."""
    async for signal in signals:
        if signal is not None:
            return signal
    raise AssertionError("it ended")


async def test_a_reader_that_lost_something_hears_it_and_then_goes_on(store: Store) -> None:
    told = Live(store)
    with told.follow() as reader:
        signals = told.signals(reader, None, 5)
        assert (await next_of(signals)).event == "ready"
        for number in range(live.WAITING + 1):
            reader.tell(moved(number))
        reader.tell(moved(7))
        assert (await next_of(signals)).event == "resync"
        assert (await next_of(signals)).id == "x-7"
    await told.close()


async def test_nobody_listens_for_nobody(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LINGER", 0.0)
    told = Live(store)
    with told.follow() as reader:
        await next_of(told.signals(reader, None, 5))
    assert told._listening is not None
    async with asyncio.timeout(30):
        await told._listening
