"""T48: a customer's words are in PostgreSQL's tables for them, and nowhere else on this machine."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import psycopg
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.worker import Replayer

from models.ids import workflow_id
from models.store.session import Store
from supervisor.stack import Stack
from tests.desk import Desk
from tests.polling import until
from tests.temporal import client_of
from tests.workflows.clockwork import Clockwork
from upkeep import team
from workflows.codec import Keyring, is_sealed
from workflows.converter import data_converter
from workflows.escalation import EscalationWorkflow
from workflows.sandbox import strict_runner
from workflows.signs_of_life import SIGN

MARK = uuid4().hex[:8]
CANARIES = [
    NAME := f"Zebulon{MARK}",
    PHONE := f"+1555{int(MARK, 16)}",
    LOCAL := f"zebulon.{MARK}",
    SUBJECT := f"subject{MARK}",
    WORDS := f"words{MARK}",
    NOTE := f"note{MARK}",
    FIELD := f"field{MARK}",
    REASON := f"reason{MARK}",
    ASKED := f"asked{MARK}",
    WRONG := f"wrong{MARK}",
]
EMAIL = f"{LOCAL}@customer.test"
MAIL = f"""From: {NAME} Quill <{EMAIL}>
To: care@rightnow.test
Subject: {SUBJECT}: nobody came
Message-ID: <{uuid4().hex}@customer.test>

Nobody came again. {WORDS}. Call me: {PHONE}. I will cancel my contract.
"""
HOMES = {"case_vectors", "contents", "customers", "mailbox"}
"""The tables that customers' words live in; what similar cases are found by goes with the words."""


async def test_a_whole_life_leaves_no_word_of_a_customer_elsewhere(house: Stack) -> None:
    store = Store(house.database_url, pool=2)
    client = await client_of(house)
    await team.add_demo_team(store)
    async with httpx2.AsyncClient(base_url=f"{house.api_url}/api/v1", timeout=20) as http:
        marcus = Desk(http, await team.new_token(store, "marcus@demo.test"))
        cases = [await from_mail(marcus), await by_hand(marcus)]
        clock = Clockwork(client, store)
        for opened in cases:
            await live(marcus, opened, clock)
        await store.close()
        await go_wrong(house, marcus, cases[0]["number"])

    assert found_in_tables(house) == HOMES
    for opened in cases:
        await require_sealed_history(client, house, opened["escalation_id"])
    for name in ("api", "worker", "temporal"):
        await house.stop(name)
    files = list(written_files(house))
    assert {"temporal.db", "api.log", "worker.log", "temporal.log", "postgres.log"} <= {
        one.name for one in files
    }
    told = {one.name: seen(one.read_bytes()) for one in files}
    [kept] = [one.read_bytes() for one in files if one.name == "temporal.db"]
    assert b"binary/encrypted" in kept, "the file is the one that histories are in"
    assert {name: words for name, words in told.items() if words} == {}


async def from_mail(desk: Desk) -> dict[str, Any]:
    """A case that came by mail."""
    answer = await desk.ask(
        "POST", "/inbound/email", content=MAIL.encode(), headers={"Content-Type": "message/rfc822"}
    )
    assert answer.status_code == 201, answer.text
    opened: dict[str, Any] = answer.json()["operation"]
    return opened


async def by_hand(desk: Desk) -> dict[str, Any]:
    """A case whose playbook writes a letter."""
    return await desk.open_case(
        customer={"name": f"{NAME} Quill", "email": EMAIL, "phone": PHONE},
        title=f"{SUBJECT}: nobody came",
        description=WORDS,
        type="missed_appointment",
    )


async def live(desk: Desk, opened: dict[str, Any], clock: Clockwork) -> None:
    """A note, a message, every step, a letter; solved, opened anew, solved; thirty days."""
    path = f"/cs/escalations/{opened['number']}"
    await desk.post(f"{path}/notes", {"text": NOTE})
    message = {"direction": "inbound", "text": WORDS, "channel": "email"}
    answer = await desk.post(f"{path}/messages", message)
    while (step := answer["snapshot"]["step"]) and answer["snapshot"]["status"] == "open":
        seen_now = await desk.case(opened["number"], at=answer["version"])
        card = next(one for one in seen_now["steps"] if one["id"] == step["id"])
        samples = {"moment": "2027-12-01T09:30:00+00:00", "text": FIELD, "money": "20"}
        fields = {one["id"]: samples[one["kind"]] for one in card["fields"] if one["required"]}
        outcome = card["outcomes"][0]["id"]
        answer = await desk.done(opened["number"], step["id"], outcome, note=NOTE, fields=fields)
    await clock.ahead(opened["escalation_id"], timedelta(hours=1))
    if answer["snapshot"]["status"] == "open":
        await desk.post(f"{path}/resolution", {"note": NOTE})
    await desk.post(f"{path}/reopening", {"reason": REASON})
    await desk.post(f"{path}/resolution", {"note": NOTE})
    await clock.ahead(opened["escalation_id"], timedelta(days=30))


async def go_wrong(house: Stack, desk: Desk, number: str) -> None:
    """Requests that are refused, break, or find the database away, with words in all places."""
    path = f"/cs/escalations/{number}"
    await desk.get("/cs/escalations", q=ASKED)
    wrong = [
        await desk.ask("POST", f"{path}/notes", {"text": WRONG, WRONG: WRONG}),
        await desk.ask("POST", f"{path}/steps/none/completion", {"outcome": "no", "note": WRONG}),
        await desk.ask("POST", f"{path}/notes", {"text": WRONG}, key=f"{'k' * 300}{WRONG}"),
        await desk.ask("GET", f"/cs/escalations/{WRONG}"),
    ]
    assert all(400 <= one.status_code < 500 for one in wrong)
    await house.kill("postgres")
    answer = await desk.ask("POST", f"{path}/notes", {"text": WRONG})
    assert answer.status_code == 503
    await house.start("postgres")

    async def back() -> bool:
        return (await desk.ask("GET", path, params={"q": ASKED})).status_code == 200

    await until(back)


def found_in_tables(house: Stack) -> set[str]:
    """The tables that have any of the words."""
    found = set()
    with psycopg.connect(house.database_url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        ).fetchall()
        for (table,) in tables:
            [(text,)] = connection.execute(
                f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" AS t"
            ).fetchall()
            if seen(text.encode()):
                found.add(table)
    return found


async def require_sealed_history(client: Client, house: Stack, case: str) -> None:
    """Nothing but ids and states is readable; and opened, there is no word of a customer either."""
    keyring = Keyring(house.settings.payload_keyring)
    handle = client.get_workflow_handle(workflow_id(UUID(case)))
    described = await handle.describe()
    assert not seen(described.raw_description.SerializeToString())
    assert set(described.raw_description.workflow_execution_info.memo.fields) == {SIGN}
    run: str = described.raw_description.workflow_execution_info.first_run_id
    first = client.get_workflow_handle(handle.id, run_id=run)
    history = await first.fetch_history()
    count = 0
    for event in history.events:
        assert not seen(event.SerializeToString())
        for place, payload in payloads_in(event):
            if place == "indexed_fields" or is_sdk_s_own(event, payload):
                continue
            assert is_sealed(payload), (event.event_type, place)
            assert not seen(keyring.unseal(payload, "default").data)
            count += 1
    assert count > 20
    await replayer(house).replay_workflow(history)


def is_sdk_s_own(event: HistoryEvent, payload: Payload) -> bool:
    """What the SDK notes of a local activity, in clear: its number, its name and times."""
    if not event.HasField("marker_recorded_event_attributes") or is_sealed(payload):
        return False
    return set(json.loads(payload.data)) == {
        "seq", "attempt", "activity_id", "activity_type", "complete_time", "backoff",
        "original_schedule_time", "activation_index",
    }  # fmt: skip


def replayer(house: Stack) -> Replayer:
    """The code of today, with the keys of the house."""
    return Replayer(
        workflows=[EscalationWorkflow],
        namespace="default",
        data_converter=data_converter(house.settings.payload_keyring),
        workflow_runner=strict_runner(),
    )


def payloads_in(message: Message, place: str = "") -> Iterator[tuple[str, Payload]]:
    """Every payload in it, with the name of the field that it stands in."""
    if isinstance(message, Payload):
        yield place, message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            inner = [one for one in value.values() if isinstance(one, Message)]
        else:
            inner = list(value) if field.is_repeated else [value]
        for one in inner:
            yield from payloads_in(one, field.name)


def written_files(house: Stack) -> Iterator[Path]:
    """All that was written outside of PostgreSQL: Temporal's file and journal, logs, secrets."""
    for file in house.settings.data_dir.rglob("*"):
        inside = file.relative_to(house.settings.data_dir).parts[0]
        if file.is_file() and inside != "postgres":
            yield file


def seen(text: bytes) -> list[str]:
    """The words that stand in it."""
    lower = text.lower()
    return [one for one in CANARIES if one.lower().encode() in lower]
