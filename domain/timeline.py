"""The timeline: each event as one plain sentence, with the words that belong to it by id."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import assert_never
from uuid import UUID

from domain import alert_words
from domain.clock_words import CLOCK_WORDS
from models import event as ev
from models.actor import Actor, ActorKind
from models.command import Author, Direction, Visibility
from models.delivery import DeliveryStatus, EffectKind
from models.duration import say_duration
from models.escalation import StepStatus, number_text
from models.event import Event
from models.playbook import Playbook
from models.sla import ClockPlan
from models.step import Outcome

_EFFECT_WORDS = {
    EffectKind.SLA_WARNING: "a warning that time is short",
    EffectKind.SLA_BREACH: "a notice that we are late",
    EffectKind.STEP_REMINDER: "a reminder",
    EffectKind.STEP_OVERDUE: "a notice that nobody did the step",
    EffectKind.STEP_LETTER: "a letter",
    EffectKind.STEP_NOTICE: "a notice",
    EffectKind.PROMISE_MISSED: "a notice that a promise was broken",
    EffectKind.LETTER_FAILED: "a notice that a letter may be lost",
    EffectKind.APPROVAL_ASKED: "a question to say yes or no to",
    EffectKind.HANDED_OVER: "a notice that the case changed hands",
    EffectKind.HANDED_UP: "a notice that the case waits for them",
    EffectKind.OWNER_SILENT: "a notice that the new owner did nothing yet",
    EffectKind.STEP_CREDIT: "money",
    EffectKind.STEP_WEBHOOK: "news of the case",
    EffectKind.STEP_GIVEN_UP: "a notice that the case goes on without the step",
    EffectKind.STEP_FAILED: "a notice that Rightnow could not do its part",
    EffectKind.CASE_JOINED: "the case",
    EffectKind.MERGE_REFUSED: "a notice that the other case could not take this one in",
}
_UNDONE = {
    "completion": "finishing",
    "credit": "the money of",
    "resolution": "ending the case",
    "skip": "skipping",
    "snooze": "putting off",
}
_RESUMED = {
    ev.ResumeCause.ASKED: "",
    ev.ResumeCause.TIME: ": its pause is over",
    ev.ResumeCause.REPLY: ": the customer wrote",
}
_WOKEN = {
    ev.WakeCause.TIME: "",
    ev.WakeCause.REPLY: ", because the customer wrote",
    ev.WakeCause.HANDED: ", because the case changed hands",
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
        self,
        playbook: Playbook,
        people: Mapping[UUID, str],
        titles: Mapping[str, str],
        earlier: Sequence[Playbook] = (),
    ) -> None:
        self.playbooks = (playbook, *reversed(earlier))
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

    def _outcomes(self, step_id: str) -> tuple[Outcome, ...]:
        """How a step can end, by the latest playbook of the case that has it."""
        for playbook in self.playbooks:
            with contextlib.suppress(KeyError):
                return playbook.step(step_id).outcomes
        return ()

    def _name(self, person_id: UUID | None) -> str:
        return self.people.get(person_id, "somebody") if person_id else "nobody"

    def sentence(self, event: Event) -> str:
        """What happened, in one sentence."""
        fact = event.fact
        if isinstance(fact, ev.StepTurn):
            return self._turn(fact)
        if isinstance(fact, ev.StepFact):
            return self._step(fact)
        if isinstance(fact, ev.ClockFact):
            return _clock(fact)
        if isinstance(fact, ev.EffectFact):
            return _effect(fact)
        if isinstance(fact, ev.InsightFact):
            return alert_words.sentence(fact)
        return self._case(fact)

    def _case(self, fact: ev.CaseFact) -> str:
        match fact:
            case ev.EscalationOpened(severity=severity, playbook=playbook):
                return f"Opened the case. It is {severity}. Playbook: {playbook}."
            case ev.AppointmentSet(at=at):
                return f"Set the appointment: {at:%Y-%m-%d %H:%M} UTC."
            case ev.MessageRecorded():
                return _message(fact)
            case ev.NoteAdded():
                return "Wrote a note."
            case ev.Assigned() | ev.ClaimLapsed() | ev.HandedUp() | ev.OwnerSilent():
                return self._owner(fact)
            case ev.Changed():
                return _changed(fact)
            case ev.Paused(until=until):
                return f"Put the case on hold until {until:%Y-%m-%d %H:%M} UTC at the latest."
            case ev.Resumed(cause=cause):
                return f"The case goes on{_RESUMED[cause]}."
            case ev.Resolved():
                return "The trouble is mended."
            case ev.Reopened():
                return "Opened the case again."
            case ev.Cancelled():
                return "Stopped the case."
            case ev.Merged(into_number=number):
                return f"It is one with {number_text(number)}, and goes on there."
            case ev.Absorbed():
                return _absorbed(fact)
            case ev.PlaybookChanged(playbook=playbook, previous=previous):
                return f"Goes on by the playbook {playbook} instead of {previous}."
            case ev.Undone(what=what, run=run):
                return f"Took back: {_UNDONE.get(what, what)}{self._about(run)}."
            case ev.Closed():
                return "Closed the case."
            case ev.ClockMoved(offset=offset):
                return f"Demonstration: moved the clock {say_duration(offset)} ahead."
            case ev.OperationRejected(detail=detail):
                return f"Could not do what was asked: {detail}"
            case never:
                assert_never(never)

    def _owner(self, fact: ev.Assigned | ev.ClaimLapsed | ev.HandedUp | ev.OwnerSilent) -> str:
        """Whose case it is."""
        match fact:
            case ev.Assigned(assignee_id=None):
                return "Gave the case back. Nobody has it now."
            case ev.Assigned(assignee_id=assignee_id):
                return f"Gave the case to {self._name(assignee_id)}."
            case ev.ClaimLapsed(assignee_id=assignee_id):
                return f"{self._name(assignee_id)} did not begin. The case is free again."
            case ev.HandedUp(to=to):
                return f"Handed the case up. It waits for a {to}."
            case ev.OwnerSilent(assignee_id=assignee_id):
                return f"{self._name(assignee_id).capitalize()} has the case and did nothing yet."

    def _about(self, run: str | None) -> str:
        return f" “{self._title(run)}”" if run else ""

    def _title(self, run: str) -> str:
        step_id = run.partition("#")[0]
        return self.titles.get(step_id, run)

    def _turn(self, fact: ev.StepTurn) -> str:
        title = self._title(fact.run)
        match fact:
            case ev.StepStarted(amount=amount):
                return f"Asked for {amount} for the customer: {title}."
            case ev.StepReturned(why=why):
                return f"To do again: {title}. {why}"
            case ev.StepDelegated(to_id=to_id):
                return f"Asked {self._name(to_id)} to say yes or no: {title}."
            case ev.StepSnoozed(until=until):
                return f"Put off until {until:%Y-%m-%d %H:%M} UTC: {title}."
            case ev.StepCarried(of=None):
                return f"Goes on as the playbook says it now: {title}."
            case ev.StepCarried():
                return f"Stays, because it was promised: {title}."
            case ev.StepWoken(cause=cause):
                return f"Back on the list{_WOKEN[cause]}: {title}."
            case never:
                assert_never(never)

    def _step(
        self,
        fact: ev.StepWaiting | ev.StepOpened | ev.StepMoved | ev.StepReminded | ev.StepEnded,
    ) -> str:
        title = self.titles.get(fact.run.partition("#")[0], fact.run)
        match fact:
            case ev.StepWaiting(opens_at=opens_at):
                return f"Planned for {opens_at:%Y-%m-%d %H:%M} UTC: {title}."
            case ev.StepOpened(by_engine=True):
                return f"Started: {title}."
            case ev.StepOpened(due_at=due_at):
                return f"To do until {due_at:%Y-%m-%d %H:%M} UTC: {title}."
            case ev.StepMoved(due_at=due_at):
                return f"Now to do until {due_at:%Y-%m-%d %H:%M} UTC: {title}."
            case ev.StepReminded(count=count):
                return f"Not done in time, reminder {count}: {title}."
            case ev.StepEnded():
                return self._ended(fact, title)

    def _ended(self, fact: ev.StepEnded, title: str) -> str:
        why = f" {fact.why}" if fact.why else ""
        if fact.status is StepStatus.DONE and not fact.why:
            labels = {one.id: one.label for one in self._outcomes(fact.step)}
            how = f" {labels.get(fact.outcome, fact.outcome)}." if fact.outcome else ""
            return f"Done: {title}.{how}"
        word = {
            StepStatus.DONE: "Done",
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


def case_of(event: Event) -> int | None:
    """The number of another case that an event is about, whose timeline belongs to this one."""
    match event.fact:
        case ev.Merged(into_number=number) | ev.Absorbed(from_number=number):
            return number
        case _:
            return None


def people_in(events: tuple[Event, ...]) -> set[UUID]:
    """Everybody who is named in these events."""
    found = {event.actor.id for event in events if event.actor.kind is ActorKind.PERSON}
    for event in events:
        if isinstance(event.fact, ev.Assigned | ev.ClaimLapsed | ev.OwnerSilent):
            found.add(event.fact.assignee_id)
        if isinstance(event.fact, ev.StepDelegated):
            found.add(event.fact.to_id)
    return {one for one in found if one is not None}


def _absorbed(fact: ev.Absorbed) -> str:
    told = f"Took in {number_text(fact.from_number)}, which is the same matter."
    if fact.received_at is None:
        return told
    return f"{told} Its time counts from {fact.received_at:%Y-%m-%d %H:%M} UTC."


def _clock(
    fact: ev.ClockFact,
) -> str:
    match fact:
        case ev.ClocksSet(clocks=clocks):
            return f"We owe: {_owed(clocks)}."
        case ev.ClocksMoved(clocks=clocks):
            return f"The time limits moved. We owe: {_owed(clocks)}."
        case ev.ClockWarned(clock=clock, due_at=due_at):
            return f"Time is short: {CLOCK_WORDS[clock]} by {due_at:%Y-%m-%d %H:%M} UTC."
        case ev.ClockBreached(clock=clock, due_at=due_at):
            return f"Late: {CLOCK_WORDS[clock]} was due {due_at:%Y-%m-%d %H:%M} UTC."
        case ev.ClockMet(clock=clock, late=late):
            return f"Kept, {'but late' if late else 'in time'}: {CLOCK_WORDS[clock]}."


def _owed(clocks: tuple[ClockPlan, ...]) -> str:
    return ", ".join(
        f"{CLOCK_WORDS[one.kind]} by {one.due_at:%Y-%m-%d %H:%M} UTC" for one in clocks
    )


def _effect(fact: ev.EffectFact) -> str:
    key = fact.effect.key if isinstance(fact, ev.EffectPlanned) else fact.key
    if EffectKind(key.split("/")[2]) is EffectKind.CASE_JOINED:
        return _joined(fact)
    match fact:
        case ev.EffectPlanned(effect=effect):
            return f"Will send {_EFFECT_WORDS[effect.kind]} to the {_to(effect.key)}."
        case ev.EffectBegun(key=key):
            return f"Sends {_what(key)} to the {_to(key)}."
        case ev.EffectEnded(key=key, status=status, detail=detail):
            told = f"{_DELIVERED[status]}: {_what(key)} to the {_to(key)}."
            return f"{told} {detail}" if detail else told


def _joined(fact: ev.EffectFact) -> str:
    """How the case in which a merged one goes on took it in."""
    match fact:
        case ev.EffectPlanned():
            return "Will ask the other case to take this one in."
        case ev.EffectBegun():
            return "Asks the other case to take this one in."
        case ev.EffectEnded(status=DeliveryStatus.SENT, detail=detail):
            told = "The other case took this one in."
        case ev.EffectEnded(detail=detail):
            told = "The other case could not take this one in."
    return f"{told} {detail}" if detail else told


def _what(key: str) -> str:
    return _EFFECT_WORDS.get(EffectKind(key.split("/")[2]), "a notice")


def _to(key: str) -> str:
    kind = key.split("/")[3].partition(":")[0]
    names = {"person": "owner", "vp": "VP", "system": "other system"}
    return names.get(kind, kind)


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
