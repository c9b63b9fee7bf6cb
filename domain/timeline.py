"""The timeline: each event as one plain sentence, with the words that belong to it by id."""

from collections.abc import Mapping
from typing import assert_never
from uuid import UUID

from models import event as ev
from models.actor import Actor, ActorKind
from models.command import Author, Direction, Visibility
from models.delivery import DeliveryStatus, EffectKind
from models.duration import say_duration
from models.escalation import StepStatus
from models.event import Event
from models.playbook import Playbook
from models.sla import ClockKind

CLOCK_WORDS = {ClockKind.FIRST_RESPONSE: "first answer", ClockKind.RESOLUTION: "solution"}
_EFFECT_WORDS = {
    EffectKind.SLA_WARNING: "a warning that time is short",
    EffectKind.SLA_BREACH: "a notice that we are late",
    EffectKind.STEP_REMINDER: "a reminder",
    EffectKind.STEP_OVERDUE: "a notice that nobody did the step",
    EffectKind.STEP_LETTER: "a letter",
    EffectKind.STEP_NOTICE: "a notice",
    EffectKind.PROMISE_MISSED: "a notice that a promise was broken",
    EffectKind.LETTER_FAILED: "a notice that a letter may be lost",
}
_DELIVERED = {
    DeliveryStatus.SENT: "Sent",
    DeliveryStatus.FAILED: "Could not send",
    DeliveryStatus.SUPPRESSED: "Did not send",
    DeliveryStatus.CANCELLED: "Took back",
    DeliveryStatus.UNKNOWN: "Nobody knows if it left",
    DeliveryStatus.PLANNED: "Planned",
    DeliveryStatus.ATTEMPTED: "Tried",
}


class Teller:
    """Tells events. `people` are names by id; `titles` are step titles, filled in, by step id."""

    def __init__(
        self, playbook: Playbook, people: Mapping[UUID, str], titles: Mapping[str, str]
    ) -> None:
        self.playbook = playbook
        self.people = people
        self.titles = titles

    def who(self, actor: Actor) -> str:
        """Who did it, by name where there is one."""
        match actor.kind:
            case ActorKind.PERSON:
                return self.people.get(actor.id, "Somebody") if actor.id else "Somebody"
            case ActorKind.CUSTOMER:
                return "The customer"
            case ActorKind.SERVICE:
                return "Another system"
            case ActorKind.ENGINE:
                return "Rightnow"
            case ActorKind.OPERATOR:
                return "An operator"

    def _name(self, person_id: UUID | None) -> str:
        return self.people.get(person_id, "somebody") if person_id else "nobody"

    def sentence(self, event: Event) -> str:
        """What happened, in one sentence."""
        fact = event.fact
        match fact:
            case ev.StepWaiting() | ev.StepOpened() | ev.StepReminded() | ev.StepEnded():
                return self._step(fact)
            case ev.ClocksSet() | ev.ClockWarned() | ev.ClockBreached() | ev.ClockMet():
                return _clock(fact)
            case ev.EffectPlanned() | ev.EffectBegun() | ev.EffectEnded():
                return _effect(fact)
            case (
                ev.EscalationOpened()
                | ev.AppointmentSet()
                | ev.MessageRecorded()
                | ev.NoteAdded()
                | ev.Assigned()
                | ev.Changed()
                | ev.Resolved()
                | ev.Reopened()
                | ev.Cancelled()
                | ev.Closed()
                | ev.ClockMoved()
                | ev.OperationRejected()
            ):
                return self._case(fact)
            case never:
                assert_never(never)

    def _case(self, fact: ev.AnyFact) -> str:
        match fact:
            case ev.EscalationOpened(severity=severity, playbook=playbook):
                return f"Opened the case. It is {severity}. Playbook: {playbook}."
            case ev.AppointmentSet(at=at):
                return f"Set the appointment: {at:%Y-%m-%d %H:%M} UTC."
            case ev.MessageRecorded():
                return _message(fact)
            case ev.NoteAdded():
                return "Wrote a note."
            case ev.Assigned(assignee_id=None):
                return "Gave the case back. Nobody has it now."
            case ev.Assigned(assignee_id=assignee_id):
                return f"Gave the case to {self._name(assignee_id)}."
            case ev.Changed():
                return _changed(fact)
            case ev.Resolved():
                return "The trouble is mended."
            case ev.Reopened():
                return "Opened the case again."
            case ev.Cancelled():
                return "Stopped the case."
            case ev.Closed():
                return "Closed the case."
            case ev.ClockMoved(offset=offset):
                return f"Demonstration: moved the clock {say_duration(offset)} ahead."
            case ev.OperationRejected(detail=detail):
                return f"Could not do what was asked: {detail}"
            case other:
                raise AssertionError(f"{other.fact} is told elsewhere")

    def _step(self, fact: ev.StepWaiting | ev.StepOpened | ev.StepReminded | ev.StepEnded) -> str:
        title = self.titles.get(fact.run.partition("#")[0], fact.run)
        match fact:
            case ev.StepWaiting(opens_at=opens_at):
                return f"Planned for {opens_at:%Y-%m-%d %H:%M} UTC: {title}."
            case ev.StepOpened(by_engine=True):
                return f"Started: {title}."
            case ev.StepOpened(due_at=due_at):
                return f"To do until {due_at:%Y-%m-%d %H:%M} UTC: {title}."
            case ev.StepReminded(count=count):
                return f"Not done in time, reminder {count}: {title}."
            case ev.StepEnded():
                return self._ended(fact, title)

    def _ended(self, fact: ev.StepEnded, title: str) -> str:
        why = f" {fact.why}" if fact.why else ""
        if fact.status is StepStatus.DONE:
            labels = {one.id: one.label for one in self.playbook.step(fact.step).outcomes}
            how = f" {labels.get(fact.outcome, fact.outcome)}." if fact.outcome else why
            return f"Done: {title}.{how}"
        word = {
            StepStatus.SKIPPED: "Skipped",
            StepStatus.FAILED: "Not done",
            StepStatus.CANCELLED: "Not needed any more",
        }.get(fact.status, "Ended")
        return f"{word}: {title}.{why}"


def words_of(event: Event) -> UUID | None:
    """The content that belongs to an event, if there is one."""
    for name in ("note_id", "content_id", "reason_id"):
        found: UUID | None = getattr(event.fact, name, None)
        if found is not None:
            return found
    return None


def people_in(events: tuple[Event, ...]) -> set[UUID]:
    """Everybody who is named in these events."""
    found = {event.actor.id for event in events if event.actor.kind is ActorKind.PERSON}
    for event in events:
        if isinstance(event.fact, ev.Assigned):
            found.add(event.fact.assignee_id)
    return {one for one in found if one is not None}


def _clock(fact: ev.ClocksSet | ev.ClockWarned | ev.ClockBreached | ev.ClockMet) -> str:
    match fact:
        case ev.ClocksSet(clocks=clocks):
            told = [f"{CLOCK_WORDS[one.kind]} by {one.due_at:%Y-%m-%d %H:%M} UTC" for one in clocks]
            return f"We owe: {', '.join(told)}."
        case ev.ClockWarned(clock=clock, due_at=due_at):
            return f"Time is short: {CLOCK_WORDS[clock]} by {due_at:%Y-%m-%d %H:%M} UTC."
        case ev.ClockBreached(clock=clock, due_at=due_at):
            return f"Late: {CLOCK_WORDS[clock]} was due {due_at:%Y-%m-%d %H:%M} UTC."
        case ev.ClockMet(clock=clock, late=late):
            return f"Kept, {'but late' if late else 'in time'}: {CLOCK_WORDS[clock]}."


def _effect(fact: ev.EffectPlanned | ev.EffectBegun | ev.EffectEnded) -> str:
    match fact:
        case ev.EffectPlanned(effect=effect):
            return f"Will send {_EFFECT_WORDS[effect.kind]} to the {_to(effect.key)}."
        case ev.EffectBegun(key=key):
            return f"Sends {_what(key)} to the {_to(key)}."
        case ev.EffectEnded(key=key, status=status, detail=detail):
            told = f"{_DELIVERED[status]}: {_what(key)} to the {_to(key)}."
            return f"{told} {detail}" if detail else told


def _what(key: str) -> str:
    return _EFFECT_WORDS.get(EffectKind(key.split("/")[2]), "a notice")


def _to(key: str) -> str:
    kind = key.split("/")[3].partition(":")[0]
    return {"person": "owner", "managers": "managers", "vp": "VP"}.get(kind, "customer")


def _message(fact: ev.MessageRecorded) -> str:
    if fact.direction is Direction.INBOUND:
        if fact.author is Author.AUTO_REPLY:
            return f"An automatic reply came by {fact.channel}."
        return f"The customer wrote by {fact.channel}."
    who = "A person" if fact.author is Author.HUMAN else "A robot"
    if fact.visibility is Visibility.INTERNAL:
        return f"{who} of ours wrote inside the team."
    return f"{who} of ours wrote to the customer by {fact.channel}."


def _changed(fact: ev.Changed) -> str:
    told = []
    if fact.severity:
        told.append(f"severity from {fact.previous_severity} to {fact.severity}")
    if fact.type:
        told.append(f"type from {fact.previous_type} to {fact.type}".replace("_", " "))
    if fact.title_id:
        told.append("the title")
    return f"Changed {' and '.join(told)}."
