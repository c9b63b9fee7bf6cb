"""Nobody is called by a name that nobody can see, whichever door it comes by."""

from typing import Any
from uuid import uuid4

import pytest

from models.actor import Role
from models.errors import FieldsInvalid
from models.store.session import Store
from tests.api.problem import require_problem
from tests.api.rows import Rows
from tests.desk import Desk
from upkeep import team

UNSEEN = "\u200b\u2060\u3164"
OPEN = "/cs/escalations"


@pytest.mark.parametrize(
    ("where", "body"),
    [
        ("customer.name", {"customer": {"name": UNSEEN}, "title": "A title"}),
        ("title", {"customer": {"name": "Doug"}, "title": UNSEEN}),
        ("description", {"customer": {"name": "Doug"}, "title": "A", "description": UNSEEN}),
    ],
)
async def test_an_opening_names_the_field_that_nobody_can_see(
    where: str, body: dict[str, Any], sarah: Desk, rows: Rows
) -> None:
    before = await rows.count()
    told = require_problem(await sarah.ask("POST", OPEN, body), 422, "fields-invalid")
    assert [one["where"] for one in told["errors"]] == [where]
    assert "nobody can see" in told["errors"][0]["what"]
    assert await rows.since(before) == {}


@pytest.mark.parametrize(
    ("method", "place", "body"),
    [
        ("PATCH", "", {"title": UNSEEN}),
        ("POST", "/notes", {"text": UNSEEN}),
        ("POST", "/steps/call-now/skip", {"reason": UNSEEN}),
    ],
)
async def test_a_change_that_nobody_can_see_is_none(
    method: str, place: str, body: dict[str, Any], sarah: Desk
) -> None:
    opened = await sarah.open_case()
    answer = await sarah.ask(method, f"{OPEN}/{opened['number']}{place}", body)
    assert "nobody can see" in require_problem(answer, 422, "fields-invalid")["errors"][0]["what"]


@pytest.mark.parametrize("name", [UNSEEN, " ", "A\nB"])
async def test_a_colleague_has_a_name(name: str, store: Store) -> None:
    with pytest.raises(FieldsInvalid, match="The name "):
        await team.add_person(store, "unseen@demo.test", name, Role.AGENT)


async def test_a_colleague_has_an_address(store: Store) -> None:
    with pytest.raises(FieldsInvalid, match="The email "):
        await team.add_person(store, "nobody", "Anna Berg", Role.AGENT)


async def test_a_mail_that_cannot_be_sent_back_gets_names_that_can_be_seen(
    gateway: Desk, sarah: Desk
) -> None:
    address = f"{uuid4().hex[:12]}@customer.test"
    mail = f"From: {UNSEEN} <{address}>\r\nSubject: {UNSEEN}\r\n\r\n{UNSEEN}\nNo heating.\r\n"
    answer = await gateway.ask(
        "POST",
        "/inbound/email",
        content=mail.encode(),
        headers={"Content-Type": "message/rfc822"},
    )
    assert answer.status_code == 201, answer.text
    seen = await sarah.case(answer.json()["operation"]["number"])
    assert seen["customer"]["name"] == address.partition("@")[0]
    assert seen["title"] == "No heating."
