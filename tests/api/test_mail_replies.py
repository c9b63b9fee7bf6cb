"""Mail that answers: it joins its case, opens it again, or opens one that is linked to it."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from models.actor import Scope
from tests.api.conftest import ServiceDesk
from tests.api.mails import address, opens, post, written
from tests.api.reading import read
from tests.api.rows import Rows
from tests.desk import Desk
from tests.polling import until

FIXTURES = Path(__file__).parents[1] / "fixtures" / "mail"
OPEN = "/cs/escalations"


async def test_the_reply_that_doug_sends_joins_the_case_that_his_first_mail_opened(
    gateway: Desk, sarah: Desk
) -> None:
    case = await opens(gateway, (FIXTURES / "doug-carter.eml").read_bytes(), sarah)
    told = await post(gateway, (FIXTURES / "reply-with-quote.eml").read_bytes(), 200)
    assert told["operation"]["number"] == case["number"]
    line = await sarah.timeline(case["number"], at=told["operation"]["version"])
    said = next(one["words"] for one in line if one["fact"] == "message_recorded")
    assert said.startswith("Eight o'clock works.")
    assert "BrightAir" not in said


@pytest.mark.parametrize("header", ["In-Reply-To", "References"])
async def test_a_reply_of_the_customer_joins_its_case(
    header: str, gateway: Desk, sarah: Desk, rows: Rows
) -> None:
    sender, first = address(), f"<{uuid4().hex}@customer.test>"
    case = await opens(gateway, written(sender, "Nobody came.", **{"Message-ID": first}), sarah)
    await read(sarah, case["number"])
    before = await rows.count()
    chain = f"<unknown@elsewhere.test> {first}" if header == "References" else first
    sent = written(sender.upper(), "Still nobody.", subject="Re: Hello", **{header: chain})
    told = await post(gateway, sent, 200)
    assert told["status"] == "filed"
    assert case["number"] in told["reasons"][0]
    assert await post(gateway, sent, 200) == told
    await read(sarah, case["number"], at=told["operation"]["version"])
    assert await rows.since(before) == {"operations": 1, "events": 1, "contents": 1, "mails": 1}
    line = await sarah.timeline(case["number"], at=told["operation"]["version"])
    assert [one["fact"] for one in line[-2:]] == ["message_recorded", "message_read"]
    assert line[-2]["who"] == "The customer"
    assert line[-2]["words"] == "Still nobody."


def _raw(sender: str, text: str, own: str, answers: str | None = None) -> bytes:
    """A mail whose headers are UTF-8 (RFC 6532)."""
    headers = [f"From: {sender}", f"Message-ID: {own}", "Subject: Hello"]
    if answers:
        headers.append(f"In-Reply-To: {answers}")
    return "\r\n".join([*headers, "", text, ""]).encode()


@pytest.mark.parametrize(
    ("opened_by", "answered_by"),
    [
        ("info@xn--exmple-cua.test", "info@xn--exmple-cua.test"),
        ("info@xn--exmple-cua.test", "info@exämple.test"),
        ("info@EXÄMPLE.test", "INFO@XN--EXMPLE-CUA.TEST"),
        ("jörg@customer.test", "JÖRG@customer.test"),
        ("jo\u0308rg@customer.test", "jörg@customer.test"),
    ],
    ids=["in ASCII", "then not", "capitals", "before the @", "two signs for one letter"],
)
async def test_a_reply_joins_however_its_address_is_written(
    opened_by: str, answered_by: str, gateway: Desk, sarah: Desk
) -> None:
    own, first, second = (uuid4().hex[:12], *(f"<{uuid4().hex}@c.test>" for _ in range(2)))
    case = await opens(gateway, _raw(f"{own}{opened_by}", "Nobody came.", first), sarah)
    reply = _raw(f"{own}{answered_by}", "Still nobody.", second, first)
    told = await post(gateway, reply, 200)
    assert (told["status"], told["operation"]["number"]) == ("filed", case["number"])


async def test_a_reply_to_a_reply_joins_too(gateway: Desk, sarah: Desk) -> None:
    sender, ids = address(), [f"<{uuid4().hex}@customer.test>" for _ in range(3)]
    case = await opens(gateway, written(sender, "One.", **{"Message-ID": ids[0]}), sarah)
    for before, own, text in ((ids[0], ids[1], "Two."), (ids[1], ids[2], "Three.")):
        sent = written(sender, text, **{"Message-ID": own, "In-Reply-To": before})
        filed = await post(gateway, sent, 200)
        assert filed["status"] == "filed"
    await read(sarah, case["number"], at=filed["operation"]["version"])
    whole = await sarah.timeline(case["number"])
    said = [one["words"] for one in whole if one["fact"] == "message_recorded"]
    assert said == ["Two.", "Three."]


async def test_a_stranger_s_reply_opens_a_case_of_its_own(
    gateway: Desk, sarah: Desk, rows: Rows
) -> None:
    """T35: whoever knows a Message-ID cannot write into somebody else's case."""
    sender, first = address(), f"<{uuid4().hex}@customer.test>"
    case = await opens(gateway, written(sender, "Nobody came.", **{"Message-ID": first}), sarah)
    case = await read(sarah, case["number"])
    liars = (
        {"From": address()},
        {"From": f"{sender} <{address()}>"},
        {"From": address(), "Sender": sender, "Reply-To": sender},
        {"From": f"x{sender}"},
    )
    for lie in liars:
        liar = lie.pop("From")
        name, _, real = liar.rpartition(" ")
        more = {**lie, "In-Reply-To": first, "References": first}
        sent = written(real.strip("<>"), "Please send it all to me.", name=name, **more)
        other = await opens(gateway, sent, sarah)
        assert other["number"] != case["number"]
        assert other["reopened_from"] is None
    assert (await sarah.case(case["number"]))["version"] == case["version"]


async def test_a_stranger_who_uses_a_known_message_id_first_takes_nothing_away(
    gateway: Desk, sarah: Desk
) -> None:
    sender, known = address(), f"<{uuid4().hex}@customer.test>"
    case = await opens(gateway, written(sender, "Nobody came.", **{"Message-ID": known}), sarah)
    headers = {"Content-Type": "message/rfc822"}
    sent = written(address(), "Mine now.", **{"Message-ID": known})
    answer = await gateway.ask("POST", "/inbound/email", content=sent, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency-key-reused"
    reply = written(sender, "Still here.", **{"In-Reply-To": known})
    told = await post(gateway, reply, 200)
    assert told["operation"]["number"] == case["number"]


async def _over(
    sender: str, gateway: Desk, sarah: Desk, marcus: Desk
) -> tuple[dict[str, Any], str]:
    """A case that is over, and the id of the mail that opened it."""
    first = f"<{uuid4().hex}@customer.test>"
    case = await opens(gateway, written(sender, "Nobody came.", **{"Message-ID": first}), sarah)
    path = f"{OPEN}/{case['number']}/cancellation"
    answer = await marcus.post(path, {"reason": "They called us"})
    return await sarah.case(case["number"], at=answer["version"]), first


async def test_a_reply_to_a_case_that_is_over_opens_a_linked_one(
    gateway: Desk, sarah: Desk, marcus: Desk
) -> None:
    sender = address()
    case, first = await _over(sender, gateway, sarah, marcus)
    second = f"<{uuid4().hex}@customer.test>"
    headers = {"In-Reply-To": first, "Message-ID": second}
    sent = written(sender, "It broke again.", subject="Re: Hello", **headers)
    linked = await opens(gateway, sent, sarah)
    assert linked["number"] != case["number"]
    assert linked["reopened_from"] == case["id"]
    assert linked["customer"]["id"] == case["customer"]["id"]
    reply = written(sender, "And again.", **{"In-Reply-To": second, "References": first})
    told = await post(gateway, reply, 200)
    assert told["operation"]["number"] == linked["number"]


async def test_an_absence_note_to_a_case_that_is_over_opens_nothing(
    gateway: Desk, sarah: Desk, marcus: Desk, rows: Rows
) -> None:
    """Trap 46: our last letter meets an absence note, and that note would open the next case."""
    sender = address()
    _, first = await _over(sender, gateway, sarah, marcus)
    before = await rows.count()
    note = {"In-Reply-To": first, "Auto-Submitted": "auto-replied"}
    told = await post(gateway, written(sender, "I am away.", **note), 200)
    assert told["status"] == "set_aside"
    assert await rows.since(before) == {}


async def test_a_reply_to_a_resolved_case_is_filed_there(gateway: Desk, sarah: Desk) -> None:
    sender, first = address(), f"<{uuid4().hex}@customer.test>"
    case = await opens(gateway, written(sender, "Nobody came.", **{"Message-ID": first}), sarah)
    await sarah.post(f"{OPEN}/{case['number']}/resolution")
    told = await post(gateway, written(sender, "Thank you.", **{"In-Reply-To": first}), 200)
    assert told["status"] == "filed"
    assert told["operation"]["snapshot"]["status"] == "resolved"


async def test_a_reply_to_a_solution_opens_the_case_again_unless_it_only_says_thanks(
    gateway: Desk, sarah: Desk
) -> None:
    sender, first = address(), f"<{uuid4().hex}@customer.test>"
    case = await opens(gateway, written(sender, "Nobody came.", **{"Message-ID": first}), sarah)
    solved = await sarah.post(f"{OPEN}/{case['number']}/resolution")
    assert solved["snapshot"]["status"] == "resolved"
    told = await post(gateway, written(sender, "It drips again.", **{"In-Reply-To": first}), 200)
    assert told["operation"]["number"] == case["number"]
    snapshot = told["operation"]["snapshot"]
    assert snapshot["status"] == "open"
    assert snapshot["step"]
    seen = await sarah.case(case["number"], at=told["operation"]["version"])
    assert {one["kind"] for one in seen["clocks"] if not one["met_at"]} >= {"next_response"}


async def test_a_reply_to_our_letter_joins_the_case_that_sent_it_trap_54(
    gateway: Desk, sarah: Desk, rows: Rows
) -> None:
    """The letter leaves ten seconds after the step, under a Message-ID of ours."""
    sender = address()
    opened = await sarah.open_case(
        type="billing_dispute", customer={"name": "Doug Carter", "email": sender}
    )
    answer = opened
    while answer["snapshot"]["step"]["id"] != "confirm":
        answer = await sarah.work(answer)
    await sarah.work(answer)

    async def arrived() -> dict[str, Any] | None:
        box = await sarah.get("/mailbox", limit=200)
        return next((one for one in box["items"] if one["recipient"] == sender), None)

    letter = await until(arrived)
    assert "Doug" in letter["text"]
    own = letter["message_id"].strip("<>")

    async def known() -> bool:
        found = "SELECT count(*) FROM mail_threads WHERE message_id = :own"
        return await rows.one(found, own=own) == 1

    await until(known)
    reply = written(sender, "That is right now.", **{"In-Reply-To": letter["message_id"]})
    told = await post(gateway, reply, 200)
    assert told["operation"]["number"] == opened["number"]


async def test_a_service_of_openings_may_file_a_reply_too(
    service: ServiceDesk, sarah: Desk
) -> None:
    desk = await service([Scope.OPEN])
    sender, first = address(), f"<{uuid4().hex}@customer.test>"
    await opens(desk, written(sender, "Nobody came.", **{"Message-ID": first}), sarah)
    told = await post(desk, written(sender, "Still.", **{"In-Reply-To": first}), 200)
    assert told["operation"]["status"] == "applied"
