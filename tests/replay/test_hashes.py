"""An event of an earlier version is known as untouched, however many fields came since."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from domain.audit import NotWhole, whole
from models.messages import EscalationStart

HISTORIES = sorted((Path(__file__).parent / "histories").rglob("*.json"))


def _payloads(history: Path, kind: str, *names: str) -> list[dict[str, Any]]:
    """The first argument of every event of a kind."""
    told = json.loads(history.read_text(encoding="utf-8"))
    found = []
    for event in told["events"]:
        attributes = event.get(kind)
        if attributes and attributes.get("activityType", {}).get("name") in (None, *names):
            found.append(json.loads(base64.b64decode(attributes["input"]["payloads"][0]["data"])))
    return found


@pytest.mark.parametrize("history", HISTORIES, ids=lambda path: path.stem)
def test_an_event_that_was_stored_before_is_known_as_untouched(history: Path) -> None:
    batches = _payloads(history, "activityTaskScheduledEventAttributes", "write_down")
    stored = {event["seq"]: event for batch in batches for event in batch["events"]}
    assert stored
    story = [(seq, body, _hash(body)) for seq, body in sorted(stored.items())]
    assert [event.seq for event in whole(story)] == sorted(stored)
    seq, body, hashed = story[-1]
    touched = {**body, "at": "2001-01-01T00:00:00Z"}
    with pytest.raises(NotWhole, match="changed"):
        whole([*story[:-1], (seq, touched, hashed)])


def _hash(body: dict[str, Any]) -> str:
    """As that version took it."""
    told = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8")).hexdigest()


@pytest.mark.parametrize("history", HISTORIES, ids=lambda path: path.stem)
def test_a_case_of_an_earlier_version_carries_no_more_than_it_did(history: Path) -> None:
    [start] = _payloads(history, "workflowExecutionStartedEventAttributes")[:1]
    book = EscalationStart.model_validate(start).book
    assert book.hours is None or "hours" in start["book"]
