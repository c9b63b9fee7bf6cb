"""Mails as customers write them, and the gateway that hands them in."""

from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import httpx2

from tests.desk import Desk
from tests.polling import until


def written(
    sender: str, text: str, *, name: str = "", subject: str = "Hello", **more: str
) -> bytes:
    """A mail, with a Message-ID of its own when none is given."""
    mail = EmailMessage()
    mail["From"] = f'"{name}" <{sender}>' if name else sender
    mail["To"] = "support@brightair.test"
    mail["Subject"] = subject
    headers = {"Message-ID": f"<{uuid4().hex}@customer.test>", **more}
    for header, value in headers.items():
        mail[header.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def address() -> str:
    """An address that nobody had before."""
    return f"{uuid4().hex[:12]}@customer.test"


async def hand_in(desk: Desk, sent: bytes) -> httpx2.Response:
    """Hand a mail in, whatever the answer is."""
    headers = {"Content-Type": "message/rfc822"}
    return await desk.ask("POST", "/inbound/email", content=sent, headers=headers)


async def post(desk: Desk, sent: bytes, status: int) -> dict[str, Any]:
    """Hand a mail in. One that is only safe, on a busy machine, is waited for."""
    answer = await hand_in(desk, sent)
    if answer.status_code == 202 != status:
        place = f"/operations/{answer.json()['operation']['op_id']}"

        async def done() -> bool:
            return bool((await desk.get(place))["status"] != "accepted")

        await until(done)
        answer = await hand_in(desk, sent)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    assert all(one.strip().endswith((".", "!")) for one in told["reasons"]), told
    assert told["reasons"]
    return told


async def opens(desk: Desk, sent: bytes, reader: Desk) -> dict[str, Any]:
    """Hand a mail in that opens a case, and read the case."""
    told = await post(desk, sent, 201)
    assert told["status"] == "opened"
    operation = told["operation"]
    assert operation["status"] == "applied"
    return await reader.case(operation["number"], at=operation["version"])
