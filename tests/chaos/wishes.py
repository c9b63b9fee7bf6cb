"""What a client wants next: drawn by dice from what it sees, sensible more often than not."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

SHORTLY_BEFORE = (
    timedelta(minutes=7, seconds=30),
    timedelta(minutes=10),
    timedelta(minutes=15),
    timedelta(minutes=20),
)
"""How long after its opening a critical case warns and breaches: half of 15 and 20 minutes, and
those. A customer who turned to us so long ago makes a clock ring while things are killed."""


UNDOES = frozenset({"complete", "skip", "snooze", "resolve"})
"""What can be taken back for ten seconds."""

WAYS = ("under-fire@1", "under-fire@2", "second-wind@1", "second-wind@1")
"""The playbooks by which a case can go on."""


SUMS = (500, 4_900, 30_000, 200_000)
"""Cents that are asked for: little, much in one case, more than an agent may give, too much."""


@dataclass
class Pool:
    """The cases that clients know of, shared so that they get into each other's way."""

    numbers: list[str] = field(default_factory=list)
    latest: dict[str, str] = field(default_factory=dict)
    """What was done last in a case, of what can be taken back: the operation, by number."""

    def learn(self, body: dict[str, Any], kind: str = "") -> None:
        """Remember a case that an answer names, and what was done to it."""
        number = body.get("number")
        if isinstance(number, str) and number not in self.numbers:
            self.numbers.append(number)
        if isinstance(number, str) and kind in UNDOES and "op_id" in body:
            self.latest[number] = body["op_id"]

    def choose(self, dice: Random) -> str | None:
        """A case: most often one of the latest, at which others are too."""
        if not self.numbers:
            return None
        return dice.choice(self.numbers[-10:] if dice.random() < 0.8 else self.numbers)


@dataclass(frozen=True)
class Wish:
    """One request before it has a key."""

    kind: str
    path: str
    told: dict[str, Any] = field(default_factory=dict)
    method: str = "POST"
    worded: str | None = None
    """The field that carries words of its own."""

    def body(self, words: str, key: str) -> dict[str, Any]:
        """The body, with words by which this request is found again."""
        body = {**self.told}
        if self.worded:
            body[self.worded] = words
        if self.kind == "open":
            # A few customers for all, so that some cases are doubles of others.
            email = f"customer-{int(key.rpartition('-')[2]) % 3}@customer.test"
            body["customer"] = {"name": f"Customer {key}", "email": email}
        return body


def wish(
    dice: Random,
    pool: Pool,
    seen: dict[str, Any] | None,
    team: tuple[str, ...],
    *,
    leads: bool = True,
) -> Wish:
    """What is wanted next. Whoever does not lead seldom asks for what only a lead may do."""
    if seen is None or dice.random() < 0.12:
        return _open(dice)
    place = f"/cs/escalations/{seen['number']}"
    status, blind = seen["status"], dice.random() < 0.1
    steps = [one for one in seen["steps"] if one["status"] == "open"]
    if (turn := _turn(dice, pool, seen, team, leads=leads)) is not None:
        return turn
    draw = dice.random()
    if (steps or blind) and draw < 0.45:
        step = dice.choice(steps or seen["steps"])
        if draw < 0.33:
            return _complete(dice, place, step)
        return _skip(dice, place, step) if draw < 0.40 else _snooze(dice, place, step)
    if draw < 0.80:
        return _words(dice, place, team)
    if draw < 0.86:
        return Wish("claim", "/cs/next")
    if status == "resolved" and not blind:
        return Wish("reopen", f"{place}/reopening", worded="reason")
    if draw < 0.91 and (into := pool.choose(dice)) is not None:
        return Wish("merge", f"{place}/merge", {"into": into}, worded="reason")
    if draw < 0.93:
        return Wish("cancel", f"{place}/cancellation", worded="reason")
    if draw < 0.96:
        return Wish("reopen", f"{place}/reopening", worded="reason")
    return Wish("resolve", f"{place}/resolution", worded="note")


def _turn(
    dice: Random, pool: Pool, seen: dict[str, Any], team: tuple[str, ...], *, leads: bool
) -> Wish | None:
    """A turn of the case that is no step and no word; most often there is none."""
    place = f"/cs/escalations/{seen['number']}"
    held, draw = seen["status"] == "paused", dice.random()
    if leads or dice.random() < 0.1:
        if held and dice.random() < 0.20:
            return Wish("resume", f"{place}/pauses/current", method="DELETE")
        if draw < 0.10:
            return _pause(dice, place)
        if draw < 0.17:
            told = {"playbook": dice.choice(WAYS), "seen": "-"}
            return Wish("playbook", f"{place}/playbook", told)
    if draw < 0.20:
        to = dice.choice([{}, {}, {"to": "senior"}, {"to": "manager"}])
        return Wish("hand-up", f"{place}/hand-up", to, worded="reason")
    if draw < 0.27 and seen["alerts"]:
        return _alert(dice, dice.choice(seen["alerts"]))
    asked = [o for o in seen["steps"] if o["status"] == "open" and o["kind"] == "approval"]
    if asked and dice.random() < 0.10:
        return _delegate(dice, place, dice.choice(asked), team)
    if draw < 0.31 and (done := pool.latest.get(seen["number"])) is not None:
        return undo(seen["number"], done)
    return None


def undo(number: str, op_id: str) -> Wish:
    """Take back what was done."""
    return Wish("undo", f"/cs/escalations/{number}/undo", {"op_id": op_id})


def _pause(dice: Random, place: str) -> Wish:
    """Most often for some seconds, so that a pause ends by itself while things are killed."""
    seconds = dice.choice([2, 4, 8, 16, 45, None])
    until = datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None
    told = {"until": until.isoformat()} if until else {}
    return Wish("pause", f"{place}/pauses", told, worded="reason")


def _alert(dice: Random, alert: dict[str, Any]) -> Wish:
    place = f"/cs/alerts/{alert['id']}"
    if dice.random() < 0.5:
        return Wish("seen", f"{place}/acknowledgement")
    return Wish("later", f"{place}/snooze", {"length": f"{dice.choice([1, 3, 9, 20])}s"})


def _delegate(dice: Random, place: str, step: dict[str, Any], team: tuple[str, ...]) -> Wish:
    told = {"person": dice.choice(team)}
    return Wish("delegate", f"{_at(place, step)}/delegation", told)


def diligently(dice: Random, seen: dict[str, Any] | None) -> Wish | None:
    """What somebody wants who takes one case after the other from its opening to its end."""
    if seen is None or seen["status"] in ("resolved", "cancelled", "merged"):
        return _open(dice)
    step = next((one for one in seen["steps"] if one["status"] == "open"), None)
    if step is None or not step["outcomes"]:
        return None  # the engine is at work
    told = {
        "outcome": step["outcomes"][0]["id"],
        "fields": {one["id"]: "written down" for one in step["fields"]},
    }
    if step["kind"] == "credit":
        told["amount"] = {"minor": SUMS[0], "currency": "USD"}
    if step["kind"] == "schedule":
        told["appointment_at"] = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    place = f"/cs/escalations/{seen['number']}"
    return Wish("complete", f"{_at(place, step)}/completion", told, worded="note")


def _open(dice: Random) -> Wish:
    rings_in = timedelta(seconds=dice.uniform(1, 40))
    received_at = datetime.now(UTC) - dice.choice(SHORTLY_BEFORE) + rings_in
    told = {
        "type": "cancel_threat",
        "severity": dice.choice(["critical", "critical", "high"]),
        "source": "phone",
        "received_at": received_at.isoformat(),
    }
    return Wish("open", "/cs/escalations", told, worded="title")


def _complete(dice: Random, place: str, step: dict[str, Any]) -> Wish:
    outcome = dice.choice(step["outcomes"])["id"] if step["outcomes"] else "done"
    told: dict[str, Any] = {"outcome": outcome}
    if step["kind"] == "credit":
        told["amount"] = {"minor": dice.choice(SUMS), "currency": "USD"}
    if step["kind"] == "schedule" and dice.random() < 0.9:
        told["appointment_at"] = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    if dice.random() < 0.9:
        told["fields"] = {one["id"]: "written down" for one in step["fields"] if one["required"]}
    return Wish("complete", f"{_at(place, step)}/completion", told, worded="note")


def _skip(dice: Random, place: str, step: dict[str, Any]) -> Wish:
    reason = "reason" if dice.random() < 0.9 else None
    return Wish("skip", f"{_at(place, step)}/skip", worded=reason)


def _snooze(dice: Random, place: str, step: dict[str, Any]) -> Wish:
    told = {"length": f"{dice.choice([1, 2, 5, 10, 20])}s"}
    return Wish("snooze", f"{_at(place, step)}/snooze", told, worded="reason")


def _at(place: str, step: dict[str, Any]) -> str:
    return f"{place}/steps/{step['id'].replace('#', '~')}"


def _words(dice: Random, place: str, team: tuple[str, ...]) -> Wish:
    match dice.choice(["message", "message", "note", "assign", "change"]):
        case "message":
            told = {"direction": dice.choice(["inbound", "outbound"]), "channel": "chat"}
            return Wish("message", f"{place}/messages", told, worded="text")
        case "note":
            return Wish("note", f"{place}/notes", worded="text")
        case "assign":
            nobody = dice.random() < 0.3
            return Wish("assign", f"{place}/assignment", {} if nobody else _to(dice, team))
        case _:
            severity = dice.choice(["critical", "high", "medium"])
            return Wish("change", place, {"severity": severity}, method="PATCH")


def _to(dice: Random, team: tuple[str, ...]) -> dict[str, Any]:
    return {"assignee": dice.choice(team)}
