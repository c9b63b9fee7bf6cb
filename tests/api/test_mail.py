"""Mail comes in: it opens a case, joins one, or is set aside. The address proves nothing."""

import asyncio
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from config.settings import Settings
from tests.api.mails import address, opens, post, written
from tests.api.rows import Rows
from tests.desk import Desk

FIXTURES = Path(__file__).parents[1] / "fixtures" / "mail"
REAL = Path(__file__).parents[3] / "shared" / "data"
OPEN = "/cs/escalations"


@pytest.mark.parametrize(
    ("name", "kind", "severity", "playbook", "customer"),
    [
        ("doug-carter", "cancel_threat", "high", "cancel-threat", "Doug Carter"),
        ("double-charge", "billing_dispute", "high", "billing-dispute", "Okafor, Amara"),
        ("html-only", "service_quality", "medium", "service-quality", "Zoë Marchetti"),
        ("latin1-wrong-charset", "other", "medium", "general", "José Núñez"),
        ("quick-win", "other", "low", "general", "Lena Fischer"),
        ("vp-contract", "executive", "critical", "executive", "Priscilla Nakamura"),
    ],
)
async def test_a_mail_opens_a_case_with_type_severity_reasons_and_playbook(
    name: str, kind: str, severity: str, playbook: str, customer: str, gateway: Desk, sarah: Desk
) -> None:
    sent = (FIXTURES / f"{name}.eml").read_bytes()
    case = await opens(gateway, sent, sarah)
    assert (case["type"], case["severity"], case["playbook"]["slug"]) == (kind, severity, playbook)
    assert case["source"] == "email"
    assert case["customer"]["name"] == customer
    assert case["customer"]["email"]
    assert case["title"]
    assert case["description"]
    assert all(case["reasons"][one].endswith(".") for one in ("type", "severity", "playbook"))
    if kind != "other":
        assert "“" in case["reasons"]["type"]
    assert case["status"] == "open"
    assert case["clocks"]


async def test_what_is_quoted_or_hidden_in_a_mail_decides_nothing(
    gateway: Desk, sarah: Desk
) -> None:
    case = await opens(gateway, (FIXTURES / "html-only.eml").read_bytes(), sarah)
    assert "cancel" not in case["description"].lower()
    assert "alert(" not in case["description"]


async def test_the_same_mail_five_times_opens_one_case(gateway: Desk, rows: Rows) -> None:
    sent = written(address(), "Nobody came, and I want my money back.")
    before = await rows.count()
    told = [await post(gateway, sent, 201) for _ in range(5)]
    assert all(one == told[0] for one in told)
    left = await rows.since(before)
    assert (left["escalations"], left["operations"], left["customers"]) == (1, 1, 1)


async def test_a_mail_without_an_id_is_known_again_by_its_bytes(gateway: Desk, rows: Rows) -> None:
    sent = f"From: {address()}\r\nSubject: No id\r\n\r\nNobody came.\r\n".encode()
    before = await rows.count()
    told = [await post(gateway, sent, 201) for _ in range(5)]
    assert all(one == told[0] for one in told)
    assert (await rows.since(before))["escalations"] == 1


AUTOMATIC = {
    "an absence note": {"Auto-Submitted": "auto-replied"},
    "an older absence note": {"X-Autoreply": "yes"},
    "bulk mail": {"Precedence": "bulk"},
    "a newsletter": {"List-Unsubscribe": "<mailto:x@y.test>", "List-Id": "<news.y.test>"},
}


@pytest.mark.parametrize("headers", AUTOMATIC.values(), ids=AUTOMATIC)
async def test_an_automatic_mail_opens_nothing(
    headers: dict[str, str], gateway: Desk, rows: Rows
) -> None:
    before = await rows.count()
    sent = written(address(), "I want to cancel my account today!", **headers)
    told = await post(gateway, sent, 200)
    assert (told["status"], told["operation"]) == ("set_aside", None)
    assert await rows.since(before) == {}


@pytest.mark.parametrize("name", ["bounce", "out-of-office"])
async def test_bounces_and_absence_notes_open_nothing(name: str, gateway: Desk, rows: Rows) -> None:
    before = await rows.count()
    told = await post(gateway, (FIXTURES / f"{name}.eml").read_bytes(), 200)
    assert told["status"] == "set_aside"
    assert await rows.since(before) == {}


async def test_our_own_mail_changes_nothing_even_in_a_thread(
    gateway: Desk, sarah: Desk, settings: Settings, rows: Rows
) -> None:
    sender, first = address(), f"<{uuid4().hex}@customer.test>"
    case = await opens(gateway, written(sender, "Nobody came.", **{"Message-ID": first}), sarah)
    ours = settings.mail_from.rpartition("<")[2].strip("> ")
    before = await rows.count()
    for own in (ours, ours.upper()):
        sent = written(own, "We will cancel it.", **{"In-Reply-To": first})
        assert (await post(gateway, sent, 200))["status"] == "set_aside"
    assert await rows.since(before) == {}
    assert (await sarah.case(case["number"]))["version"] == case["version"]


async def test_an_absence_note_of_the_customer_is_filed_but_answers_nothing(
    gateway: Desk, sarah: Desk
) -> None:
    sender, first = address(), f"<{uuid4().hex}@customer.test>"
    case = await opens(gateway, written(sender, "Nobody came.", **{"Message-ID": first}), sarah)
    note = {"In-Reply-To": first, "Auto-Submitted": "auto-replied"}
    told = await post(gateway, written(sender, "I am away.", **note), 200)
    assert told["status"] == "filed"
    whole = await sarah.case(case["number"], at=told["operation"]["version"])
    assert whole["first_response_at"] is None
    assert whole["status"] == "open"


async def test_a_customer_known_by_address_keeps_the_name_that_we_know(
    gateway: Desk, sarah: Desk
) -> None:
    sender = address()
    opened = await sarah.open_case(customer={"name": "Doug Carter", "email": sender})
    known = (await sarah.case(opened["number"], at=opened["version"]))["customer"]
    sent = written(sender.upper(), "Nobody came.", name="D. Carter (via phone) <script>")
    case = await opens(gateway, sent, sarah)
    assert case["customer"] == known


async def test_a_mail_of_somebody_new_makes_a_customer_of_that_name(
    gateway: Desk, sarah: Desk
) -> None:
    sender = address()
    case = await opens(gateway, written(sender, "Nobody came.", name="Ana Núñez"), sarah)
    assert case["customer"]["name"] == "Ana Núñez"
    nameless = address()
    case = await opens(gateway, written(nameless, "Nobody came."), sarah)
    assert case["customer"]["name"] == nameless.partition("@")[0]


async def test_a_mail_needs_no_words_and_no_subject(gateway: Desk, sarah: Desk) -> None:
    sent = f"From: {address()}\r\nMessage-ID: <{uuid4().hex}@c.test>\r\n\r\n".encode()
    case = await opens(gateway, sent, sarah)
    assert case["title"].strip()


# -- messages that real people wrote -----------------------------------------------------------


def _sampled(name: str, wanted: int) -> Iterator[dict[str, str]]:
    with (REAL / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return iter(rows[:: len(rows) // wanted][:wanted])


@pytest.mark.skipif(
    not (REAL / "bitext_customer_service.csv").exists() or not (REAL / "nlupp_cancel.csv").exists(),
    reason="the labelled messages are not beside this checkout (../shared/data)",
)
async def test_forty_real_messages_go_through_the_whole_stack(gateway: Desk, sarah: Desk) -> None:
    said = [(one["text"], one["intent"]) for one in _sampled("bitext_customer_service.csv", 20)] + [
        (one["text"], "cancel" * int(one["cancel"])) for one in _sampled("nlupp_cancel.csv", 20)
    ]
    assert len(said) == 40
    cases: list[dict[str, Any]] = []
    for at in range(0, 40, 8):
        sent = [written(address(), text, subject=text[:60]) for text, _ in said[at : at + 8]]
        cases += await asyncio.gather(*(opens(gateway, one, sarah) for one in sent))
    assert len({one["number"] for one in cases}) == 40
    for (text, _), case in zip(said, cases, strict=True):
        assert case["description"] == " ".join(text.split()), (text, case["description"])
        assert case["status"] == "open"
        assert [one["kind"] for one in case["clocks"]] == ["first_response", "resolution"]
        assert any(one["status"] in ("open", "waiting") for one in case["steps"])
        assert all(case["reasons"].values())
        assert (case["type"] == "other") == (case["reasons"]["type"].startswith("Nothing"))
    await asyncio.gather(*(sarah.timeline(one["number"]) for one in cases))
