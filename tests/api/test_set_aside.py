"""Mail that changes nothing leaves a trace: its id, why, and when; no words, and no sender."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from string import ascii_letters
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from activities.sweeping import Sweeping
from config.settings import Settings
from models.actor import Scope
from models.store.repositories import mail
from models.store.session import Store
from models.store.tables.mail import MAILS_SET_ASIDE
from tests.api.conftest import ServiceDesk
from tests.api.mails import address, opens, post, written
from tests.api.rows import Rows
from tests.desk import Desk

WORDS = "I want to cancel my account today!"


async def _traces(sarah: Desk, message_id: str | None) -> list[dict[str, Any]]:
    """What is known of a mail of that id."""
    items = (await sarah.get("/mailbox/set-aside", limit=200))["items"]
    return [one for one in items if one["message_id"] == message_id]


async def test_whoever_misses_an_automatic_mail_finds_out_why(gateway: Desk, sarah: Desk) -> None:
    known = f"{uuid4().hex}@customer.test"
    sent = written(address(), WORDS, Auto_Submitted="auto-replied", **{"Message-ID": f"<{known}>"})
    told = [await post(gateway, sent, 200) for _ in range(3)]
    (trace,) = await _traces(sarah, known)
    assert trace["reasons"] == told[0]["reasons"] == told[2]["reasons"]
    assert trace["reasons"] == ["It says that it is an automatic reply (Auto-Submitted)."]
    assert set(trace) == {"message_id", "reasons", "set_aside_at"}


async def test_our_own_mail_and_mail_that_we_had_leave_a_trace_too(
    gateway: Desk, sarah: Desk, service: ServiceDesk, settings: Settings
) -> None:
    own, had = (f"{uuid4().hex}@customer.test" for _ in range(2))
    await post(gateway, written(settings.mail_from, WORDS, **{"Message-ID": f"<{own}>"}), 200)
    sent = written(address(), WORDS, **{"Message-ID": f"<{had}>"})
    case = await opens(gateway, sent, sarah)
    assert await _traces(sarah, had) == []
    await post(await service([Scope.OPEN]), sent, 200)
    (trace,) = await _traces(sarah, own)
    assert trace["reasons"] == ["It comes from our own address."]
    (trace,) = await _traces(sarah, had)
    assert trace["reasons"] == [f"We have this mail already: it is in {case['number']}."]


@pytest.mark.parametrize("named", [True, False], ids=["with an id", "without"])
async def test_neither_the_trace_nor_the_log_has_words_or_addresses(
    named: bool, gateway: Desk, store: Store
) -> None:
    sender, known = address(), f"{uuid4().hex}@customer.test"
    headers = {"Precedence": "bulk", "Message-ID": f"<{known}>"}
    sent = written(sender, WORDS, name="Doug Carter", **headers)
    if not named:
        sent = b"\n".join(one for one in sent.split(b"\n") if known.encode() not in one)
    with capture_logs() as logs:
        await post(gateway, sent, 200)
    (line,) = (one for one in logs if one["event"] == "mail set aside")
    assert line["reasons"] == ["It says that it went to many people (Precedence)."]
    newest = select(MAILS_SET_ASIDE).order_by(MAILS_SET_ASIDE.c.set_aside_at.desc()).limit(1)
    async with store.single() as connection:
        row = str((await connection.execute(newest)).mappings().one())
    assert (known in row) is named
    assert known not in str(logs)
    for secret in (sender, "Doug", "cancel", "Hello"):
        assert secret not in row
        assert secret not in str(logs)


async def test_a_trace_is_swept_after_a_month(store: Store) -> None:
    minutes = {uuid4().hex: -1, uuid4().hex: 1}
    old, fresh = minutes
    async with store.transaction() as connection:
        for key, late in minutes.items():
            await mail.set_aside(connection, key, key, ["Why not."])
            at = func.now() - mail.SET_ASIDE_KEPT + timedelta(minutes=late)
            row = update(MAILS_SET_ASIDE).where(MAILS_SET_ASIDE.c.key == key)
            await connection.execute(row.values(set_aside_at=at))
    assert await Sweeping(store, timedelta(hours=1)).sweep() >= 1
    async with store.single() as connection:
        left = set((await connection.execute(select(MAILS_SET_ASIDE.c.key))).scalars())
    assert fresh in left
    assert old not in left


LETTERS: dict[str, tuple[Sequence[str], int]] = {
    "998 bytes": (ascii_letters, 1),
    "more": ([chr(one) for one in range(20_000, 24_000)], 0),
}


@pytest.mark.parametrize(("letters", "kept"), LETTERS.values(), ids=LETTERS)
async def test_the_longest_id_of_a_mail_stops_no_mail(
    letters: Sequence[str], kept: int, gateway: Desk, sarah: Desk, rows: Rows
) -> None:
    """One of more bytes than PostgreSQL can look up is taken for none, and the mail comes in."""
    before = await rows.count()
    for mark, status in (("X-Nothing: 1", 201), ("Precedence: bulk", 200)):
        known = "".join(secrets.choice(letters) for _ in range(991)) + "@c.test"
        head = f"From: {address()}\r\nMessage-ID: <{known}>\r\nSubject: Long\r\n{mark}\r\n"
        await post(gateway, f"{head}\r\n{WORDS}\r\n".encode(), status)
    assert (await rows.since(before)).get("mails", 0) == kept
    assert len(await _traces(sarah, known)) == kept
