"""Openings that are wrong in one way each, and right but for that."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from api import limits
from models.text import MAX_TEXT_BYTES
from tests.api.problem import CANARY

OPEN = "/cs/escalations"
NAMED = {"name": f"Doug {CANARY}"}


def opening(**given: Any) -> dict[str, Any]:
    """An opening that is right but for what is given."""
    return {"customer": NAMED, "title": f"A title {CANARY}", **given}


def customer(**given: Any) -> dict[str, Any]:
    """An opening whose customer is right but for what is given."""
    return opening(customer={**NAMED, **given})


@dataclass(frozen=True)
class Bad:
    """A bad request and the answer that it must get."""

    name: str
    sent: Any
    """A body for JSON, or bytes as they are."""

    status: int = 422
    code: str = "fields-invalid"
    where: str | None = None
    """The field that the answer must name."""

    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


LATE = (datetime.now(UTC) + timedelta(days=1)).isoformat()

BODIES = (
    Bad("an empty body", b"", where="body"),
    Bad("no JSON", f"hello {CANARY}".encode(), 400, "bad-request"),
    Bad("half a JSON", b'{"title": "x"', 400, "bad-request"),
    Bad("JSON and more", json.dumps(opening()).encode() + b" {}", 400, "bad-request"),
    Bad("an array", [opening()]),
    Bad("a string", CANARY),
    Bad("a number", 7),
    Bad("null", b"null"),
    Bad("true", b"true"),
    Bad("NaN for money", b'{"title": "x", "customer": {"name": "D", "annual_value":'
        b' {"minor": NaN, "currency": "USD"}}}', 400, "bad-request"),
    Bad("Infinity for money", b'{"title": "x", "customer": {"name": "D", "annual_value":'
        b' {"minor": -Infinity, "currency": "USD"}}}', 400, "bad-request"),
    Bad("1e400 for money", b'{"title": "x", "customer": {"name": "D", "annual_value":'
        b' {"minor": 1e400, "currency": "USD"}}}', where="customer.annual_value.minor"),
    Bad("minus zero as a float", b'{"title": "x", "customer": {"name": "D", "annual_value":'
        b' {"minor": -0.0, "currency": "USD"}}}', where="customer.annual_value.minor"),
    Bad("an integer of 5000 digits", b'{"title": "x", "customer": {"name": "D", "annual_value":'
        b' {"minor": ' + b"9" * 5000 + b', "currency": "USD"}}}', 400, "bad-request"),
    Bad("an integer of 4000 digits", b'{"title": "x", "customer": {"name": "D", "annual_value":'
        b' {"minor": ' + b"9" * 4000 + b', "currency": "USD"}}}',
        where="customer.annual_value.minor"),
    Bad("2 to the 63rd", customer(annual_value={"minor": 2**63, "currency": "USD"}),
        where="customer.annual_value.minor"),
    Bad("true for an integer", customer(annual_value={"minor": True, "currency": "USD"}),
        where="customer.annual_value.minor"),
    Bad("a float for an integer", customer(annual_value={"minor": 1.5, "currency": "USD"}),
        where="customer.annual_value.minor"),
    Bad("a currency that is none", customer(annual_value={"minor": 1, "currency": "usd"}),
        where="customer.annual_value.currency"),
    Bad("half a money", customer(annual_value={"minor": 1}),
        where="customer.annual_value.currency"),
    Bad("an array for a title", opening(title=[CANARY]), where="title"),
    Bad("a number for a title", opening(title=5), where="title"),
    Bad("an object for a name", customer(name={"a": CANARY}), where="customer.name"),
    Bad("a field more", opening(admin=True), where="admin"),
    Bad("a version by mass assignment", opening(version=99), where="version"),
    Bad("a field more in the customer", customer(role="admin"), where="customer.role"),
    Bad("a field more in the money", customer(
        annual_value={"minor": 1, "currency": "USD", "x": 1}), where="customer.annual_value.x"),
    Bad("an id for an inline customer", customer(id=str(uuid4())), where="customer.id"),
    Bad("a key of half a surrogate pair", b'{"title": "x", "\\ud800": 1}'),
    Bad("a key of NUL", b'{"title": "x", "\\u0000": 1}'),
    Bad("a key twice", b'{"title": "x", "title": "y", "customer": {"name": "D"}}',
        400, "bad-request"),
    Bad("a key twice below", b'{"title": "x", "customer": {"name": "D", "name": "E"}}',
        400, "bad-request"),
    Bad("200 000 brackets", b"[" * 200_000, 400, "bad-request"),
    Bad("100 levels of objects", b'{"a":' * 100 + b"1" + b"}" * 100, 400, "bad-request"),
    Bad("brackets in a title", opening(title="[" * 201), where="title"),
    Bad("no title", {"customer": NAMED}, where="title"),
    Bad("no name", opening(customer={}), where="customer.name"),
    Bad("null for a title", opening(title=None), where="title"),
    Bad("neither customer nor id", {"title": "x"}, where="customer"),
    Bad("both customer and id", opening(customer_id=str(uuid4())), where="customer"),
    Bad("an unknown customer_id", {"title": "x", "customer_id": str(uuid4())},
        where="customer_id"),
    Bad("a customer_id that is none", {"title": "x", "customer_id": CANARY},
        where="customer_id"),
    Bad("a type that is none", opening(type="cancel"), where="type"),
    Bad("a severity that is none", opening(severity="CRITICAL"), where="severity"),
    Bad("a source that is none", opening(source="fax"), where="source"),
    Bad("a tier that is none", customer(tier="gold"), where="customer.tier"),
    Bad("received in the future", opening(received_at=LATE), where="received_at"),
    Bad("received at a naive time", opening(received_at="2025-11-01T10:00:00"),
        where="received_at"),
    Bad("received at a date", opening(received_at="2025-11-01"), where="received_at"),
    Bad("received at a number", opening(received_at=1_760_000_000), where="received_at"),
    Bad("received at a number in text", opening(received_at="1760000000"), where="received_at"),
    Bad("received at true", opening(received_at=True), where="received_at"),
    Bad("received in the year 300000", opening(received_at="300000-01-01T00:00:00Z"),
        where="received_at"),
    Bad("received in the year 1, east", opening(received_at="0001-01-01T00:00:00+14:00"),
        where="received_at"),
    Bad("received in the year 9999, west", opening(received_at="9999-12-31T23:59:59-14:00"),
        where="received_at"),
    Bad("received on the 30th of February", opening(received_at="2025-02-30T00:00:00Z"),
        where="received_at"),
    Bad("an appointment in the year 1", opening(appointment_at="0001-01-01T00:00:00Z"),
        where="appointment_at"),
    Bad("an appointment in 500 days", opening(
        appointment_at=(datetime.now(UTC) + timedelta(days=500)).isoformat()),
        where="appointment_at"),
    Bad("an appointment 500 days ago", opening(
        appointment_at=(datetime.now(UTC) - timedelta(days=500)).isoformat()),
        where="appointment_at"),
    Bad("an empty title", opening(title=""), where="title"),
    Bad("a title of spaces", opening(title=" \t \u2003"), where="title"),
    Bad("a title of two lines", opening(title="one\ntwo"), where="title"),
    Bad("a title of 201 characters", opening(title="x" * 201), where="title"),
    Bad("a title that is longer once normalised", opening(title="\u0958" * 200), where="title"),
    Bad("an empty name", customer(name="   "), where="customer.name"),
    Bad("an empty description", opening(description=""), where="description"),
    Bad("a description of spaces", opening(description=" \n "), where="description"),
    Bad("a description over 64 KB", opening(description="x" * (MAX_TEXT_BYTES + 1)),
        where="description"),
    Bad("a description over 64 KB of UTF-8", opening(description="ä" * (MAX_TEXT_BYTES // 2 + 1)),
        where="description"),
    Bad("a description over 64 KB once normalised",
        opening(description="\U0001d160" * (MAX_TEXT_BYTES // 4)), where="description"),
    Bad("a letter with 12 000 marks", opening(description="a" + "\u0301\u0316" * 6000),
        where="description"),
    Bad("NUL in a title", opening(title="a\x00b"), where="title"),
    Bad("NUL in a name", customer(name="a\x00b"), where="customer.name"),
    Bad("NUL in a description", opening(description="a\x00b"), where="description"),
    Bad("a bell in a title", opening(title="a\x07b"), where="title"),
    Bad("half a surrogate pair in a title", b'{"title": "\\ud800", "customer": {"name": "D"}}',
        where="title"),
    Bad("half a surrogate pair in a description",
        b'{"title": "x", "description": "a\\udfffb", "customer": {"name": "D"}}',
        where="description"),
    Bad("raw bytes of half a surrogate pair",
        b'{"title": "\xed\xa0\x80", "customer": {"name": "D"}}', where="title"),
    Bad("no UTF-8", b'{"title": "\xff\xfe\xfa", "customer": {"name": "D"}}', 400, "bad-request"),
    Bad("Latin-1", '{"title": "Größe", "customer": {"name": "D"}}'.encode("latin-1"),
        400, "bad-request"),
    Bad("half a surrogate pair in an address", b'{"title": "x", "customer": {"name": "D",'
        b' "email": "\\ud800@a.test"}}', where="customer.email"),
    Bad("an address that is none", customer(email="doug at home"), where="customer.email"),
    Bad("an address with a line end", customer(email="a@b.test\nBcc: c@d.test"),
        where="customer.email"),
    Bad("an address of 300 characters", customer(email="a" * 290 + "@b.test"),
        where="customer.email"),
    Bad("a telephone number that is none", customer(phone="call me"), where="customer.phone"),
    Bad("a time zone that is none", customer(time_zone="Mars/Olympus"),
        where="customer.time_zone"),
    Bad("a time zone that is a path", customer(time_zone="../../etc/passwd"),
        where="customer.time_zone"),
    Bad("a customer since tomorrow", customer(customer_since=LATE[:10]),
        where="customer.customer_since"),
    Bad("plain text as its type", opening(), 415, "media-type",
        headers={"Content-Type": "text/plain"}),
    Bad("a form as its type", opening(), 415, "media-type",
        headers={"Content-Type": "application/x-www-form-urlencoded"}),
    Bad("XML as its type", b"<a/>", 415, "media-type",
        headers={"Content-Type": "application/xml"}),
    Bad("no type", opening(), 415, "media-type", headers={"Content-Type": ""}),
    Bad("over 1 MB", b'{"title": "' + b"x" * limits.JSON_BYTES + b'"}', 413, "too-large"),
    Bad("a key with a space", opening(), headers={"Idempotency-Key": "a b"},
        where="header.idempotency-key"),
    Bad("an empty key", opening(), headers={"Idempotency-Key": ""},
        where="header.idempotency-key"),
    Bad("a key of 256 characters", opening(), headers={"Idempotency-Key": "k" * 256},
        where="header.idempotency-key"),
    Bad("an If-Match that is none", opening(), headers={"If-Match": '"abc"'},
        where="header.if-match"),
    Bad("an If-Match of ten digits", opening(), headers={"If-Match": "1234567890"},
        where="header.if-match"),
)  # fmt: skip


def content(sent: Any) -> bytes:
    """The bytes of a body."""
    return sent if isinstance(sent, bytes) else json.dumps(sent).encode()
