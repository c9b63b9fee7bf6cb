"""What people do to a case: finish steps, write, correct, reopen, cancel."""

from datetime import datetime
from typing import Any

from domain import (
    approvals,
    clocks,
    credit,
    effects,
    handing,
    outcomes,
    pauses,
    snoozing,
    steps,
    talk,
)
from domain.permissions import require_owner
from domain.story import CUSTOMER, Story
from models.actor import Actor, ActorKind
from models.command import (
    AddNote,
    Cancel,
    Change,
    CompleteStep,
    Delegate,
    MoveClock,
    RecordMessage,
    Reopen,
    SkipStep,
    SnoozeStep,
)
from models.delivery import EffectKind
from models.edition import Edition
from models.errors import (
    FieldRequired,
    NotInThisStatus,
    OutcomeUnknown,
    ReasonRequired,
    SkipForbidden,
    StepAlreadyEnded,
    StepNotOpen,
    StepUnknown,
)
from models.escalation import Status, StepRun, StepStatus
from models.event import (
    AppointmentSet,
    Cancelled,
    Changed,
    ClockMoved,
    MessageRecorded,
    NoteAdded,
    Reopened,
    ResumeCause,
    StepEnded,
    WakeCause,
)
from models.sla import ReopenRule
from models.step import Approval, Credit, EmailStep, Outcome, Schedule, SkipRule, Step, doer


def complete(story: Story, command: CompleteStep) -> None:
    """A step is done. What its outcome leads to happens at once.

    An outcome with contact is the first response. On an e-mail step it also sends the letter,
    ten seconds later; on a credit step one that grants sends the money, if it may.
    """
    run, step = workable(story, command.step)
    outcome = _outcome(step, command.outcome)
    _require_fields(step, outcome, command)
    if not isinstance(step, Approval):
        outcomes.take_over(story)
    if isinstance(step, Credit) and outcome.grants:
        credit.ask(story, run, step, outcome, command)
        return
    leads_to, again = outcomes.reach(story, run, step, outcome, command)
    if outcome.contact:
        clocks.answered(story)
        _send_letter(story, run, step, command)
    _set_appointment(story, command.appointment_at)
    if isinstance(step, Approval) and approvals.answered(story, run, outcome):
        return
    outcomes.lead_on(story, step, leads_to, again, command.note_id)


def skip(story: Story, command: SkipStep) -> None:
    """A step is left out. Whether a reason is needed, or it is allowed at all, the step says."""
    run, step = workable(story, command.step)
    if step.skip is SkipRule.NEVER:
        raise SkipForbidden(
            "This step cannot be skipped. Do it, or ask a senior to end the case another way."
        )
    if step.skip is SkipRule.WITH_REASON and command.reason_id is None:
        raise ReasonRequired("This step can be skipped with a reason. Say why in a few words.")
    outcomes.take_over(story)
    story.tell(
        StepEnded(
            run=run.id,
            step=step.id,
            kind=step.kind,
            status=StepStatus.SKIPPED,
            note_id=command.reason_id,
        )
    )
    steps.advance(story)


def snooze(story: Story, command: SnoozeStep) -> None:
    """Put a step off. Whoever puts a step of a free case off has the case from then on."""
    run, step = workable(story, command.step)
    snoozing.require(story, run, step, command)
    outcomes.take_over(story)
    snoozing.snooze(story, run, step, command)
    effects.take_back(story, letters=False, why="The step was put off.")


def record_message(story: Story, command: RecordMessage) -> None:
    """A message is a touch. Only a human, public, outbound one is a response (trap 27).

    What the customer says after the first response asks for the next one, unless it only says
    thanks (trap 20); a case on hold goes on with it, if its policy says so, and what was put off
    is to be done now.
    """
    told = command.model_dump(exclude={"kind", "signals"})
    alert = story.book.rules.alerts is not None
    own_words = alert and talk.own_words(command)
    signals = command.signals if own_words else ()
    said = MessageRecorded(**told, signals=signals, to_read=own_words)
    story.tell(said)
    if talk.answers(said):
        clocks.answered(story)
    if talk.wants_something(said):
        hear(story)


def hear(story: Story) -> None:
    """The customer wants something: a hold may end, an answer is owed, and nothing sleeps on.

    A case that is resolved is opened again: it was not mended, or something new came up. Whoever
    only says thanks opens nothing (trap 20).
    """
    if story.state.status is Status.RESOLVED and story.since(Edition.SECOND):
        reopen(story, Reopen())
    asks = story.state.status in talk.ASKED_IN
    if asks and story.state.pause is not None and story.book.policy.pauses.ends_on_reply:
        pauses.resume(story, ResumeCause.REPLY)
    if asks:
        clocks.customer_waits(story)
    snoozing.wake(story, WakeCause.REPLY)


def add_note(story: Story, command: AddNote) -> None:
    """A note changes nothing but the timeline."""
    story.tell(NoteAdded(content_id=command.content_id))


def delegate(story: Story, command: Delegate) -> None:
    """Hand a question on to another person of the role, or of a higher one."""
    run, step = workable(story, command.step)
    approvals.delegate(story, run, step, command)


def change(story: Story, command: Change) -> None:
    """Correct facts. A new severity moves the clocks, and the log has the old and the new.

    Of a resolved case only the appointment can move, and what was promised for it moves along.
    """
    state = story.state
    if state.status is Status.RESOLVED and (command.severity or command.type or command.title_id):
        raise NotInThisStatus(
            "The case is resolved: only its appointment can be changed. Reopen it for the rest."
        )
    severity = command.severity if command.severity != state.severity else None
    kind = command.type if command.type != state.type else None
    if severity or kind or command.title_id:
        story.tell(
            Changed(
                severity=severity,
                previous_severity=state.severity if severity else None,
                type=kind,
                previous_type=state.type if kind else None,
                title_id=command.title_id,
            )
        )
    if severity:
        clocks.set_for_severity(story, command.clocks)
    _set_appointment(story, command.appointment_at)


def reopen(story: Story, command: Reopen) -> None:
    """It was not mended: the playbook begins again, and nobody is paged at once (trap 18).

    An answer is owed if the customer spoke last, and its owner has the time of a new one.
    """
    told: dict[str, Any] = {}
    if story.since(Edition.SECOND):
        within, owner = story.book.rules.owner_acts_within, story.state.assignee_id
        told["act_by"] = story.now + within if within and owner else None
        told["customer_waits"] = story.state.customer_spoke_last
    resumes = story.book.policy.reopen is ReopenRule.RESUME
    story.tell(Reopened(reason_id=command.reason_id, resumes=resumes, **told))
    clocks.set_for_reopening(story, command.clocks)
    if told.get("customer_waits"):
        clocks.customer_waits(story)
    for first in story.book.playbook.first_steps:
        steps.start_again(story, first, None)
    steps.advance(story)
    handing.tell_owner(story)


def cancel(story: Story, command: Cancel) -> None:
    """Everything stops, promises included. A letter that is still held back does not leave."""
    clocks.note_misses(story)
    story.tell(Cancelled(reason_id=command.reason_id))
    steps.end_the_rest(story, also_promised=True, why="The case was cancelled.")
    effects.take_back(story, letters=True, why="The case was cancelled.")


def move_clock(story: Story, command: MoveClock) -> None:
    """Remember how far a demonstration moved this escalation's time ahead."""
    story.tell(ClockMoved(offset=command.offset))


def workable(story: Story, run_id: str) -> tuple[StepRun, Step]:
    """The open run of that id and its step, or the error that says why it cannot be worked on."""
    run = story.state.run(run_id)
    if run is None:
        if any(step.id == run_id for step in story.book.playbook.steps):
            raise StepNotOpen(f"It is not yet the turn of {run_id}. {_open_now(story)}")
        raise StepUnknown(f"There is no step {run_id} in this case. {_open_now(story)}")
    if run.ended:
        when = f"{run.ended_at:%Y-%m-%d %H:%M} UTC" if run.ended_at else "earlier"
        by = "you" if _same(run.ended_by, story.actor) else _who(run.ended_by)
        raise StepAlreadyEnded(f"The step {run_id} was {run.status} by {by} at {when}.")
    if run.status is not StepStatus.OPEN:
        raise StepNotOpen(f"It is not yet the turn of {run_id}. {_open_now(story)}")
    step = story.book.step(run.step)
    require_owner(story.actor, doer(step))
    if isinstance(step, Approval):
        approvals.require_not_own(story.actor, run)
    return run, step


def _open_now(story: Story) -> str:
    names = [run.id for run in story.state.open_runs]
    return f"To do now: {', '.join(names)}." if names else "There is nothing to do now."


def _same(one: Actor | None, other: Actor) -> bool:
    return one is not None and one.kind is other.kind and one.id == other.id


def _who(actor: Actor | None) -> str:
    if actor is None or actor.kind is ActorKind.ENGINE:
        return "the engine"
    return f"{actor.kind} {actor.id}" if actor.id else str(actor.kind)


def _outcome(step: Step, outcome_id: str) -> Outcome:
    for outcome in step.outcomes:
        if outcome.id == outcome_id:
            return outcome
    known = ", ".join(outcome.id for outcome in step.outcomes)
    raise OutcomeUnknown(f"{step.id} cannot end with {outcome_id}. Choose one of: {known}.")


def _require_fields(step: Step, outcome: Outcome, command: CompleteStep) -> None:
    known = {field.id for field in step.fields}
    if unknown := sorted(set(command.filled) - known):
        raise FieldRequired(f"The step {step.id} has no field {', '.join(unknown)}.")
    missing = [field for field in step.fields if field.required and field.id not in command.filled]
    finds_a_time = isinstance(step, Schedule) and not outcome.without_fields
    if finds_a_time and command.appointment_at is None:
        raise FieldRequired("Write down the time that you found.")
    if missing and not outcome.without_fields:
        names = ", ".join(f"{field.id} ({field.label})" for field in missing)
        raise FieldRequired(f"Fill in: {names}.")


def _set_appointment(story: Story, at: datetime | None) -> None:
    if at is None or at == story.state.appointment_at:
        return
    story.tell(AppointmentSet(at=at))
    steps.move_to_appointment(story)


def _send_letter(story: Story, run: StepRun, step: Step, command: CompleteStep) -> None:
    if not isinstance(step, EmailStep):
        return
    if command.body_id is None or command.subject_id is None:
        raise FieldRequired("The letter of an e-mail step comes with its completion.")
    story.plan_effect(
        EffectKind.STEP_LETTER,
        CUSTOMER,
        step=run.id,
        subject_id=command.subject_id,
        body_id=command.body_id,
    )
