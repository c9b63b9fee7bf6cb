"""What every refusal must look like."""

import json
import re
from typing import Any

import httpx2

CANARY = "canary-7f3a"
"""In every text of a bad request; it must never come back."""

_INNARDS = re.compile(
    r"Traceback|File \"|line \d+, in |psycopg|sqlalchemy|temporalio|asyncio|pydantic|/work/"
    r"|site-packages|SELECT |INSERT |<class |object at 0x",
    re.IGNORECASE,
)


def require_problem(
    answer: httpx2.Response, status: int, code: str, *, token: str = ""
) -> dict[str, Any]:
    """A problem with this status and code that says what to do and gives nothing away."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert set(told) == {"type", "title", "status", "detail", "code", "errors"}
    assert told["code"] == code, told
    assert told["status"] == status
    assert told["type"] == f"urn:rightnow:problem:{code}"
    assert told["title"]
    assert len(told["detail"].split()) >= 4, told
    if code == "fields-invalid":
        assert told["errors"], told
    for trouble in told["errors"]:
        assert trouble["where"], trouble
        assert trouble["what"], trouble
        assert trouble["mend"], trouble
    text = json.dumps(told, ensure_ascii=False)
    assert not _INNARDS.search(text), text
    assert CANARY not in text.lower(), text
    assert not token or token not in text
    for name in ("x-content-type-options", "cache-control", "referrer-policy"):
        assert name in answer.headers, name
    if status == 401:
        assert answer.headers["www-authenticate"] == "Bearer"
    return told
