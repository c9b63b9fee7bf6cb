"""Mail servers send again, also after a case is over: then too nothing happens twice."""

from typing import Any
from uuid import uuid4

import pytest

from models.actor import Scope
from tests.api.conftest import ServiceDesk
from tests.api.mails import address, opens, post, written
from tests.api.rows import Rows
from tests.desk import Desk

OPEN = "/cs/escalations"


async def _end(case: dict[str, Any], sarah: Desk, marcus: Desk) -> None:
    """Bring a case to its end and wait until that is written down."""
    gone = await marcus.post(f"{OPEN}/{case['number']}/cancellation", {"reason": "They called us"})
    assert (await sarah.case(case["number"], at=gone["version"]))["status"] == "cancelled"


def _nameless(sent: bytes) -> bytes:
    """The same mail without a Message-ID."""
    lines = sent.split(b"\n")
    return b"\n".join(line for line in lines if not line.lower().startswith(b"message-id:"))


@pytest.mark.parametrize("named", [True, False], ids=["with an id", "without an id"])
async def test_the_mail_that_opened_a_case_comes_again_after_its_end_and_opens_nothing(
    named: bool, gateway: Desk, sarah: Desk, marcus: Desk, rows: Rows
) -> None:
    sent = written(address(), "Nobody came.")
    sent = sent if named else _nameless(sent)
    case = await opens(gateway, sent, sarah)
    first = await post(gateway, sent, 201)
    await _end(case, sarah, marcus)
    before = await rows.count()
    for _ in range(2):
        again = await post(gateway, sent, 201)
        assert again == first
    assert await rows.since(before) == {}


@pytest.mark.parametrize("named", [True, False], ids=["with an id", "without an id"])
async def test_a_reply_that_was_filed_comes_again_after_the_end_and_opens_nothing(
    named: bool, gateway: Desk, sarah: Desk, marcus: Desk, rows: Rows
) -> None:
    sender, known = address(), f"<{uuid4().hex}@customer.test>"
    case = await opens(gateway, written(sender, "Nobody came.", **{"Message-ID": known}), sarah)
    reply = written(sender, "Still nobody.", subject="Re: Hello", **{"In-Reply-To": known})
    reply = reply if named else _nameless(reply)
    filed = await post(gateway, reply, 200)
    assert filed["status"] == "filed"
    await _end(case, sarah, marcus)
    before = await rows.count()
    for _ in range(2):
        again = await post(gateway, reply, 200)
        assert (again["status"], again["operation"]) == ("filed", filed["operation"])
    assert await rows.since(before) == {}


async def test_a_reply_that_another_gateway_brings_after_the_end_opens_nothing(
    service: ServiceDesk, gateway: Desk, sarah: Desk, marcus: Desk, rows: Rows
) -> None:
    sender, known = address(), f"<{uuid4().hex}@customer.test>"
    first = written(sender, "Nobody came.", **{"Message-ID": known})
    case = await opens(gateway, first, sarah)
    reply = written(sender, "Still nobody.", **{"In-Reply-To": known})
    await post(gateway, reply, 200)
    await _end(case, sarah, marcus)
    before = await rows.count()
    other = await service([Scope.OPEN])
    for sent in (first, reply):
        again = await post(other, sent, 200)
        assert (again["status"], again["operation"]) == ("set_aside", None)
        assert case["number"] in again["reasons"][0]
    assert await rows.since(before) == {}


async def test_a_reply_whose_filing_was_cut_short_opens_nothing_when_it_comes_again(
    gateway: Desk, sarah: Desk, marcus: Desk, rows: Rows
) -> None:
    """The process died after the case had it, and before its id was remembered."""
    sender, known = address(), f"<{uuid4().hex}@customer.test>"
    case = await opens(gateway, written(sender, "Nobody came.", **{"Message-ID": known}), sarah)
    own = f"{uuid4().hex}@customer.test"
    headers = {"In-Reply-To": known, "Message-ID": f"<{own}>"}
    reply = written(sender, "Still nobody.", **headers)
    filed = await post(gateway, reply, 200)
    await rows.run("DELETE FROM mail_threads WHERE message_id = :own", own=own)
    await _end(case, sarah, marcus)
    before = await rows.count()
    again = await post(gateway, reply, 200)
    assert (again["status"], again["operation"]) == ("filed", filed["operation"])
    # Only what was missing is made good: an answer to this mail finds its way too.
    assert await rows.since(before) == {"mails": 1}
