"""What was asked, against what was kept and what happened: once, wholly, by whoever asked.

I1: an accepted opening is one case. I2: an accepted operation is in the timeline once, by the
person who was told yes. I12: what nobody heard of is there wholly or not at all, and one key never
gets two answers.
"""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from models import event as ev
from models.event import Event
from tests.chaos.evidence import Evidence, InboxLine, Violation
from tests.chaos.log import Asked

_WORDED = (
    "open", "complete", "message", "note", "resolve", "reopen", "cancel", "merge", "snooze",
    "pause", "hand-up",
)  # fmt: skip
"""Requests that cannot have been applied without their words being kept."""

_MAY_CHANGE_NOTHING = ("assign", "change", "claim", "delegate", "seen")
"""Giving a case, or a question, to whoever has it, a severity that it has, a second look at an
alert: applied, and nothing to tell."""


def every_request_once(evidence: Evidence) -> Iterator[Violation]:
    """Each request against its lines in the inbox and its events."""
    kept = _by_request(evidence)
    caused = _by_operation(evidence)
    for asked in evidence.log.asked.values():
        lines = kept.pop(asked.key, [])
        yield from _agrees_with_itself(asked)
        yield from _was_kept_once(asked, lines, evidence)
        for line in lines:
            yield from _happened_once(asked, line, caused.get(line.op_id, []))
    for key, lines in kept.items():
        case = lines[0].escalation_id
        yield Violation("I12", f"the inbox has {key}, which nobody asked for", case)


def every_event_has_a_cause(evidence: Evidence) -> Iterator[Violation]:
    """No event names an operation that was not kept for its case, or that was refused."""
    known = {line.op_id: line for line in evidence.inbox}
    for case, record in evidence.cases.items():
        for event in record.told:
            if event.op_id is None:
                continue
            line = known.get(event.op_id)
            refused = isinstance(event.fact, ev.OperationRejected)
            if line is None or line.escalation_id != case:
                yield Violation("I2", f"event {event.seq} has an unknown cause", case)
            elif line.status != ("rejected" if refused else "applied"):
                says = f"event {event.seq} ({event.fact.fact}) of an operation {line.status}"
                yield Violation("I12", says, case)


def every_case_was_asked_for(evidence: Evidence) -> Iterator[Violation]:
    """Each case has one opening in the inbox, and each opening one case."""
    openings = [line for line in evidence.inbox if line.kind == "open"]
    opened: dict[UUID, int] = defaultdict(int)
    for line in openings:
        opened[line.escalation_id] += 1
    for case in evidence.cases:
        if opened[case] != 1:
            yield Violation("I1", f"the case has {opened[case]} openings in the inbox", case)
    for case in opened:
        if case not in evidence.cases:
            yield Violation("I1", "an opening was kept, and its case is gone", case)


def nothing_waits(evidence: Evidence) -> Iterator[Violation]:
    """When it is quiet again every operation has its answer."""
    for line in evidence.inbox:
        if line.status == "accepted":
            yield Violation("I11", f"{line.key} ({line.kind}) has no answer", line.escalation_id)


def no_key_for_two_bodies(evidence: Evidence) -> Iterator[Violation]:
    """Another body under a key that was used is refused."""
    for reply in evidence.log.misused:
        if reply.definite and reply.body.get("code") != "idempotency-key-reused":
            yield Violation("I12", f"another body under a used key was answered {reply.status}")


def _by_request(evidence: Evidence) -> dict[str, list[InboxLine]]:
    """Lines of the inbox by the key that the client sent; a claim tries several cases with it."""
    found: dict[str, list[InboxLine]] = defaultdict(list)
    for line in evidence.inbox:
        if line.kind != "absorb":  # the engine asks for those: see merges
            found[line.key.partition("/")[0]].append(line)
    return found


def _by_operation(evidence: Evidence) -> dict[UUID, list[Event]]:
    found: dict[UUID, list[Event]] = defaultdict(list)
    for record in evidence.cases.values():
        for event in record.told:
            if event.op_id is not None:
                found[event.op_id].append(event)
    return found


def _agrees_with_itself(asked: Asked) -> Iterator[Violation]:
    """The same key got the same answer; only a refusal may have become a yes."""
    done = [one for one in asked.definite if one.applied]
    if asked.kind == "claim" or not done:
        return
    first = asked.definite.index(done[0])
    if any(not one.applied for one in asked.definite[first:]):
        yield Violation("I12", f"{asked.key} was done, and refused when it was repeated")
    told = {(one.body.get("op_id"), one.body.get("version")) for one in done}
    if len(told) > 1:
        yield Violation("I12", f"{asked.key} got {len(told)} different answers: {told}")


def _was_kept_once(asked: Asked, lines: list[InboxLine], evidence: Evidence) -> Iterator[Violation]:
    applied = [line for line in lines if line.status == "applied"]
    if len(applied) > 1 or (len(lines) > 1 and asked.kind != "claim"):
        case = lines[-1].escalation_id
        yield Violation("I1", f"{asked.key} ({asked.kind}) was kept {len(lines)} times", case)
    if not lines and any(reply.status == 202 for reply in asked.replies):
        yield Violation("I12", f"{asked.key} was told that it is safe, and is not kept")
    if evidence.contents[asked.words] > 1:
        yield Violation("I12", f"the words of {asked.key} are kept more than once")
    if applied and asked.kind in _WORDED and evidence.contents[asked.words] != 1:
        yield Violation("I12", f"the words of {asked.key} are lost", applied[0].escalation_id)
    yes = asked.done
    if yes is not None and asked.kind != "claim":
        told = (yes.body["op_id"], yes.body["escalation_id"], yes.body["version"])
        if told not in [(str(o.op_id), str(o.escalation_id), o.version) for o in applied]:
            invariant = "I1" if asked.kind == "open" else "I2"
            case = UUID(yes.body["escalation_id"])
            yield Violation(invariant, f"{asked.key} was answered yes, and is not on record", case)
    if yes is None and asked.definite and applied and asked.kind != "claim":
        case = applied[0].escalation_id
        yield Violation("I12", f"{asked.key} was refused, and is applied", case)


def _happened_once(asked: Asked, line: InboxLine, events: list[Event]) -> Iterator[Violation]:
    case = line.escalation_id
    told = f"{asked.key} ({asked.kind})"
    if line.status != "applied":
        return
    heart = [event for event in events if _is_heart(asked, event)]
    least = 0 if asked.kind in _MAY_CHANGE_NOTHING else 1
    if not least <= len(heart) <= 1:
        yield Violation("I2", f"{told} happened {len(heart)} times", case)
    if any(event.actor.id != asked.person for event in events):
        yield Violation("I2", f"{told} was told yes, and somebody else did it", case)
    if events and max(event.seq for event in events) != line.version:
        yield Violation("I2", f"{told} was answered with version {line.version}", case)


def _is_heart(asked: Asked, event: Event) -> bool:
    """Whether this event is the very thing that was asked for."""
    match event.fact:
        case ev.EscalationOpened():
            return asked.kind == "open"
        case ev.StepEnded(run=run, why=None):
            return f"/{run.replace('#', '~')}/" in asked.path
        case ev.StepStarted(run=run):  # money that was asked for: its step ends when it is out
            return asked.kind == "complete" and f"/{run.replace('#', '~')}/" in asked.path
        case ev.StepSnoozed():
            return asked.kind == "snooze"
        case ev.Merged():
            return asked.kind == "merge"
        case ev.MessageRecorded():
            return asked.kind == "message"
        case ev.NoteAdded():
            return asked.kind == "note"
        case ev.Assigned():
            return asked.kind in ("assign", "claim")
        case ev.Changed():
            return asked.kind == "change"
        case ev.Resolved():
            return asked.kind == "resolve"
        case ev.Reopened():
            return asked.kind == "reopen"
        case ev.Cancelled():
            return asked.kind == "cancel"
        case ev.Paused():
            return asked.kind == "pause"
        case ev.Resumed(cause=ev.ResumeCause.ASKED):
            return asked.kind == "resume"
        case ev.HandedUp():
            return asked.kind == "hand-up"
        case ev.Undone():
            return asked.kind == "undo"
        case ev.StepDelegated():
            return asked.kind == "delegate"
        case ev.PlaybookChanged():
            return asked.kind == "playbook"
        case ev.AlertSeen():
            return asked.kind == "seen"
        case ev.AlertSnoozed():
            return asked.kind == "later"
        case _:
            return False
