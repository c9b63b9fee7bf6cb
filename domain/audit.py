"""What an audit judges by, and what it says: plain rules over states and events."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from domain.due import Deadline, due
from domain.evolve import fold
from models.actor import ActorKind
from models.audit import SILENT_AFTER, Audit, FindingKind, Verdict
from models.delivery import DeliveryStatus, Effect
from models.escalation import EscalationState
from models.event import EffectBegun, EffectEnded, EffectPlanned, Event


class NotWhole(Exception):
    """The events of a case are not one life; the text says why, in plain words."""


def verdict(latest: Audit | None, last_good_at: datetime | None, now: datetime) -> Verdict:
    """Whether all is well, as far as the audits say.

    When none was made for two intervals, nobody looks: that is told before anything that the last
    one found, because whoever would look may be what is broken.
    """
    if latest is None:
        return Verdict(well=False, words="No audit has been made yet. One comes with the worker.")
    good = f"All was well the last time at {_when(last_good_at)}."
    if last_good_at is None:
        good = "No audit of the last days found everything well."
    if now - latest.ended_at > SILENT_AFTER * latest.every:
        told = f"Nobody has looked since {_when(latest.ended_at)}: no audit was made."
        return Verdict(well=False, words=f"{told} One comes within a minute of the worker. {good}")
    if latest.findings:
        many = "1 thing is" if latest.findings == 1 else f"{latest.findings} things are"
        return Verdict(well=False, words=f"{many} wrong. {good}")
    if not latest.passed:
        many = "1 thing was" if latest.healed == 1 else f"{latest.healed} things were"
        told = f"{many} put right just now. The next audit says whether all is well."
        return Verdict(well=False, words=told)
    return Verdict(well=True, words=f"All is well, as of {_when(latest.ended_at)}.")


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "no time that we know of"


def missed(state: EscalationState, before: datetime) -> Deadline | None:
    """What the engine should have done before then, by everybody's clock; None when nothing."""
    deadline = due(state)
    if deadline is None:
        return None
    at = deadline.at - state.clock_offset
    return Deadline(at=at, what=deadline.what) if at < before else None


def whole(story: Sequence[tuple[int, Any, str]]) -> list[Event]:
    """The events of a case, given their numbers, bodies and hashes. Raises NotWhole."""
    events: list[Event] = []
    for place, (seq, body, hashed) in enumerate(story, start=1):
        if seq != place:
            raise NotWhole(f"event {place} is missing")
        try:
            event = Event.model_validate(body)
        except ValueError:
            raise NotWhole(f"event {seq} cannot be read") from None
        if event.seq != seq or not _untouched(event, body, hashed):
            raise NotWhole(f"event {seq} was changed after it was written")
        events.append(event)
    return events


def lived(events: Sequence[Event]) -> EscalationState:
    """The state after these events. Raises NotWhole."""
    try:
        return fold(list(events))
    except ValueError:
        raise NotWhole("the events do not follow one another") from None


def _untouched(event: Event, body: Any, hashed: str) -> bool:
    """Whether an event is what was written.

    One that an older Rightnow wrote had fewer fields when its hash was taken: those that its body
    does not have are left out.
    """
    if event.hash == hashed:
        return True
    then = json.dumps(
        _as_told(event.model_dump(mode="json"), body), separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(then.encode("utf-8")).hexdigest() == hashed


def _as_told(now: Any, body: Any) -> Any:
    """What is said now, without what the body does not say, in the order of now."""
    if isinstance(now, dict) and isinstance(body, dict):
        return {name: _as_told(value, body[name]) for name, value in now.items() if name in body}
    if isinstance(now, list) and isinstance(body, list) and len(now) == len(body):
        return [_as_told(one, told) for one, told in zip(now, body, strict=True)]
    return now


@dataclass
class DeliveryTold:
    """What the events say of one delivery."""

    effect: Effect
    planned_at: datetime
    begun: bool = False
    status: DeliveryStatus | None = None
    """How it ended; None while it has not."""

    detail: str | None = None


def deliveries_told(events: Sequence[Event]) -> dict[str, DeliveryTold]:
    """Every delivery that the events plan, by key, with its end."""
    found: dict[str, DeliveryTold] = {}
    for event in events:
        match event.fact:
            case EffectPlanned(effect=effect):
                found[effect.key] = DeliveryTold(effect, event.at)
            case EffectBegun(key=key) if key in found:
                found[key].begun = True
            case EffectEnded(key=key, status=status, detail=detail) if key in found:
                found[key].status, found[key].detail = status, detail
            case _:
                pass
    return found


def requests_told(events: Sequence[Event]) -> set[UUID]:
    """The operations behind these events that came through the inbox.

    All of them do, mail and merges too, but for what an operator does: that is sent to the workflow
    itself, when a demonstration moves its clock.
    """
    return {
        one.op_id
        for one in events
        if one.op_id is not None and one.actor.kind is not ActorKind.OPERATOR
    }


def advice(kind: FindingKind) -> str:
    """What to do about it, in words that anybody understands."""
    match kind:
        case FindingKind.OVERDUE:
            return "See whether the worker runs: rightnow doctor. Look after the case by hand."
        case FindingKind.DELIVERY_LATE:
            return "See whether the mail server answers: rightnow doctor. Tell them by hand."
        case FindingKind.DELIVERY_MISSING:
            return "The row was written again from the events. Ask who deletes rows."
        case FindingKind.UNANSWERED:
            return "Nothing is lost: it is sent again by itself. See: rightnow doctor"
        case FindingKind.NEVER_STARTED:
            return "See whether worker and API run: rightnow doctor. Call the customer by hand."
        case FindingKind.ANSWER_MISSING:
            return "What was done stays done. Ask who deletes rows, or which backup was used."
        case FindingKind.LOST:
            return "It is started again by itself if that is safe. If it stays, look after it."
        case FindingKind.STUCK:
            return "Open it on Temporal's page: it says what it cannot do. Mend that; it goes on."
        case FindingKind.UNKNOWN_WORKFLOW:
            return "Ask who started it. If it is nobody's, terminate it on Temporal's page."
        case FindingKind.PROJECTION:
            return "It was made again from the events. Ask who changes rows by hand."
        case FindingKind.EVENTS:
            return "Bring the events back from a backup. What the case shows may be wrong."
        case FindingKind.APART:
            return "Compare both. To go on from PostgreSQL, terminate it on Temporal's page."
        case never:
            assert_never(never)
