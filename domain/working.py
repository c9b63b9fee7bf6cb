"""What people do to a case: finish steps, write, assign, correct, resolve, reopen, cancel."""

from datetime import datetime, timedelta
from uuid import UUID

from domain import clocks, effects, steps
from domain.permissions import require_owner
from domain.story import CUSTOMER, Story
from models.actor import Actor, ActorKind
from models.command import (
    AddNote,
    Assign,
    Author,
    Cancel,
    Change,
    CompleteStep,
    Direction,
    MoveClock,
    RecordMessage,
    Reopen,
    SkipStep,
    Visibility,
)
from models.delivery import EffectKind
from models.errors import (
    AlreadyAssigned,
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
    Assigned,
    Cancelled,
    Changed,
    ClockMoved,
    MessageRecorded,
    NoteAdded,
    Reopened,
    Resolved,
    StepEnded,
)
from models.sla import ClockKind
from models.step import EmailStep, Outcome, SkipRule, Step

OPEN_FOR_REOPENING = timedelta(days=14)
"""How long a resolved case can be reopened before it closes."""


def complete(story: Story, command: CompleteStep) -> None:
    """A step is done. What its outcome leads to happens at once.

    An outcome with contact is the first response. On an e-mail step it also sends the letter,
    ten seconds later.
    """
    run, step = _workable(story, command.step)
    outcome = _outcome(step, command.outcome)
    _require_fields(step, outcome, command)
    _take_over(story)
    leads_to = step.on_outcome.get(outcome.id)
    again = steps.jump_target(story, step, leads_to)
    story.tell(
        StepEnded(
            run=run.id,
            step=step.id,
            kind=step.kind,
            status=StepStatus.DONE,
            outcome=outcome.id,
            contact=outcome.contact,
            note_id=command.note_id,
            fields_id=command.fields_id,
            went_to=again.id if again else None,
        )
    )
    if outcome.contact:
        clocks.meet(story, ClockKind.FIRST_RESPONSE)
        _send_letter(story, run, step, command)
    _set_appointment(story, command.appointment_at)
    if leads_to and leads_to.resolve and story.state.status is not Status.RESOLVED:
        resolve(story, command.note_id)
        return
    if leads_to and again:
        steps.start_again(story, again, leads_to.delay)
    steps.advance(story)


def skip(story: Story, command: SkipStep) -> None:
    """A step is left out. Whether a reason is needed, or it is allowed at all, the step says."""
    run, step = _workable(story, command.step)
    if step.skip is SkipRule.NEVER:
        raise SkipForbidden(
            "This step cannot be skipped. Do it, or ask a senior to end the case another way."
        )
    if step.skip is SkipRule.WITH_REASON and command.reason_id is None:
        raise ReasonRequired("This step can be skipped with a reason. Say why in a few words.")
    _take_over(story)
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


def record_message(story: Story, command: RecordMessage) -> None:
    """A message is a touch. Only a human, public, outbound one is a first response (trap 27)."""
    told = command.model_dump(exclude={"kind"})
    story.tell(MessageRecorded(**told))
    answers = (
        command.direction is Direction.OUTBOUND
        and command.author is Author.HUMAN
        and command.visibility is Visibility.PUBLIC
    )
    if answers:
        clocks.meet(story, ClockKind.FIRST_RESPONSE)


def add_note(story: Story, command: AddNote) -> None:
    """A note changes nothing but the timeline."""
    story.tell(NoteAdded(content_id=command.content_id))


def assign(story: Story, command: Assign) -> None:
    """Give the case to somebody. A claim is refused when somebody else has it."""
    now = story.state.assignee_id
    if command.only_if_free and now not in (None, command.assignee_id):
        raise AlreadyAssigned("Somebody else took this case first. Take the next one.")
    if now != command.assignee_id:
        story.tell(Assigned(assignee_id=command.assignee_id, previous_id=now))


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
        clocks.set_clocks(story, command.clocks)
    _set_appointment(story, command.appointment_at)


def resolve(story: Story, note_id: UUID | None) -> None:
    """The trouble is mended: clocks stop, open work is dropped, promises to the customer go on."""
    _take_over(story)
    clocks.meet(story, ClockKind.RESOLUTION)
    clocks.note_misses(story)
    story.tell(Resolved(note_id=note_id, closes_at=story.now + OPEN_FOR_REOPENING))
    steps.end_the_rest(story, also_promised=False, why="The case is resolved.")
    effects.take_back(story, letters=False, why="The case is resolved.")
    steps.advance(story)


def reopen(story: Story, command: Reopen) -> None:
    """It was not mended: the playbook begins again, with fresh deadlines and no instant page."""
    story.tell(Reopened(reason_id=command.reason_id))
    clocks.set_clocks(story, command.clocks)
    steps.start_again(story, story.book.playbook.steps[0], None)
    steps.advance(story)


def cancel(story: Story, command: Cancel) -> None:
    """Everything stops, promises included. A letter that is still held back does not leave."""
    clocks.note_misses(story)
    story.tell(Cancelled(reason_id=command.reason_id))
    steps.end_the_rest(story, also_promised=True, why="The case was cancelled.")
    effects.take_back(story, letters=True, why="The case was cancelled.")


def move_clock(story: Story, command: MoveClock) -> None:
    """Remember how far a demonstration moved this escalation's time ahead."""
    story.tell(ClockMoved(offset=command.offset))


def _workable(story: Story, run_id: str) -> tuple[StepRun, Step]:
    """The open run of that id and its step, or the error that says why it cannot be worked on."""
    run = story.state.run(run_id)
    if run is None:
        if any(step.id == run_id for step in story.book.playbook.steps):
            raise StepNotOpen(f"It is not yet the turn of {run_id}. {_open_now(story)}")
        raise StepUnknown(f"There is no step {run_id} in this case. {_open_now(story)}")
    step = story.book.playbook.step(run.step)
    if run.ended:
        when = f"{run.ended_at:%Y-%m-%d %H:%M} UTC" if run.ended_at else "earlier"
        by = "you" if _same(run.ended_by, story.actor) else _who(run.ended_by)
        raise StepAlreadyEnded(f"The step {run_id} was {run.status} by {by} at {when}.")
    if run.status is not StepStatus.OPEN:
        raise StepNotOpen(f"It is not yet the turn of {run_id}. {_open_now(story)}")
    require_owner(story.actor, step.owner)
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
    if missing and not outcome.without_fields:
        names = ", ".join(f"{field.id} ({field.label})" for field in missing)
        raise FieldRequired(f"Fill in: {names}.")


def _take_over(story: Story) -> None:
    """Whoever works on a case that nobody owns owns it from then on."""
    actor = story.actor
    if story.state.assignee_id is None and actor.kind is ActorKind.PERSON:
        story.tell(Assigned(assignee_id=actor.id, previous_id=None))


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
