"""Mails that are wrong or strange: refused or taken, and never an error of ours."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.api.problem import require_problem
from tests.api.rows import Rows
from tests.desk import Desk

MAIL = b"From: a@b.test\r\nTo: support@brightair.test\r\nSubject: Hello\r\n\r\nHello\r\n"


async def _mail(desk: Desk, sent: Any, kind: str | None = "message/rfc822") -> httpx2.Response:
    headers = {"Content-Type": kind} if kind else {}
    return await desk.ask("POST", "/inbound/email", content=sent, headers=headers)


@pytest.mark.parametrize(
    ("sent", "kind", "status", "code"),
    [
        (b"", "message/rfc822", 422, "mail-unreadable"),
        (b"\r\n\r\n", "message/rfc822", 422, "mail-unreadable"),
        (b"\x00\xff\x00\xff" * 100, "message/rfc822", 422, "mail-unreadable"),
        (b"Subject: Nobody\r\n\r\nHello\r\n", "message/rfc822", 422, "mail-unreadable"),
        (b"From: \r\nSubject: x\r\n\r\nHello", "message/rfc822", 422, "mail-unreadable"),
        (b"From: undisclosed-recipients:;\r\n\r\nHello", "message/rfc822", 422, "mail-unreadable"),
        (b"X: y\r\n" * 20_000 + b"\r\n", "message/rfc822", 422, "mail-unreadable"),
        (MAIL, "application/json", 415, "media-type"),
        (MAIL, "multipart/form-data; boundary=x", 415, "media-type"),
        (MAIL + b"x" * (25 * 1024 * 1024), "message/rfc822", 413, "too-large"),
    ],
    ids=[
        "empty", "only line ends", "bytes", "without a sender", "an empty sender", "an empty group",
        "20 000 headers", "as JSON", "as a form", "25 MB and more",
    ],
)  # fmt: skip
async def test_a_bad_mail_is_refused_and_leaves_nothing_behind(
    sent: bytes, kind: str, status: int, code: str, gateway: Desk, rows: Rows
) -> None:
    before = await rows.count()
    answer = await _mail(gateway, sent, kind)
    require_problem(answer, status, code, token=gateway.token)
    assert await rows.since(before) == {}


async def test_a_mail_without_an_end_is_refused_at_25_megabytes(gateway: Desk, rows: Rows) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield MAIL
        while True:
            sent += 1024 * 1024
            yield b"x" * (1024 * 1024)

    before = await rows.count()
    require_problem(await _mail(gateway, endless()), 413, "too-large")
    assert sent <= 26 * 1024 * 1024
    assert await rows.since(before) == {}


@pytest.mark.parametrize(
    "sent",
    [
        b"From: @b.test\r\nSubject: x\r\n\r\nHello",
        b"From: <a@b>\r\nSubject: x\r\n\r\nHello",
        b'From: "\xe2\x80\x8b" <a@b.test>\r\nSubject: \xe2\x80\x8b\r\n\r\n\xe2\x80\x8b',
        b"From: a@b.test\r\nSubject: \x00\x01\r\n\r\n\x00\x02",
        b"From: a@b.test\r\nSubject: =?utf-8?B?7aCA?=\r\n\r\n\xed\xa0\x80",
        b"From: " + b"a" * 300 + b"@b.test\r\nSubject: " + b"x" * 5000 + b"\r\n\r\nHello",
        b"From: \xff\xfe <\xff@b.test>\r\nSubject: \xff\r\n\r\n\xff",
        b"From: a@b.test\r\nMessage-ID: <" + b"m" * 5000 + b"@b.test>\r\n\r\nHello",
        b"From: a@b.test\r\nMessage-ID: <\xff\x00@b.test>\r\nSubject: x\r\n\r\nHello",
        b"From: a@b.test\r\nDate: Mon, 99 Foo 99999 99:99:99 +9999\r\nSubject: x\r\n\r\nHello",
        b"From: a@b.test\r\nSubject: " + "\u0958".encode() * 200 + b"\r\n\r\nHello",
        ("From: a@b.test\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\na"
         + "\u0301\u0316" * 60_000).encode(),
    ],
    ids=[
        "no local part", "no top level", "nothing to see", "controls", "half a surrogate pair",
        "very long", "no charset", "a long id", "a strange id", "a strange date",
        "a swelling title",
        "120 000 marks",
    ],
)  # fmt: skip
async def test_a_strange_mail_is_a_case_or_a_problem_but_never_an_error_of_ours(
    sent: bytes, gateway: Desk, sarah: Desk
) -> None:
    began = asyncio.get_running_loop().time()
    answer = await _mail(gateway, sent)
    assert asyncio.get_running_loop().time() - began < 5
    if answer.status_code == 201:
        told = answer.json()["operation"]
        seen = await sarah.case(told["number"], at=told["version"])
        assert seen["title"].strip()
        assert seen["customer"]["name"].strip()
    else:
        assert answer.status_code in (200, 422), answer.text
        if answer.status_code == 422:
            require_problem(answer, 422, "mail-unreadable")
    await sarah.get("/cs/escalations", limit=1)
