"""Steps: which one opens when, and what the end of one leads to.

A step follows the one above it, or the one that its `after` names. It gets a new run whenever the
step that it follows has ended more recently than it has run; so a jump back, or a reopening, plays
the steps below again, as runs of their own (`call-now#2`).
"""

from datetime import datetime, timedelta

from domain.facts import facts_of
from domain.predicate import holds, sentence
from domain.story import MANAGERS, VP, Story
from models.delivery import EffectKind, Recipient
from models.escalation import EscalationState, Status, StepRun, StepStatus
from models.event import StepEnded, StepOpened, StepWaiting
from models.playbook import LAST_STEP
from models.step import ENGINE_RUN, After, Jump, Notify, Step

DEFAULT_DUE = timedelta(hours=4)
"""By when a step is due that does not say so itself."""

DEFAULT_LAPS = 3
"""How often a step runs at most when it does not say so itself."""

NO_APPOINTMENT = "No appointment is known."
_MAX_TURNS = 200

LatestRuns = dict[str, tuple[int, StepRun | None]]
"""The latest run of each step that has one, with its place among all: later ones began later."""

_NEVER: tuple[int, StepRun | None] = (-1, None)


def advance(story: Story) -> None:
    """Open, plan or leave out every step whose turn has come."""
    for _ in range(_MAX_TURNS):
        latest = _latest_runs(story.state)
        anchored = story.book.playbook.anchored()
        if not any(_take_turn(story, latest, step, anchor) for step, anchor in anchored):
            _never_leave_it_open(story)
            return
    raise AssertionError("a playbook without circles comes to rest")


def _never_leave_it_open(story: Story) -> None:
    """When every step has ended and the case is still open, somebody is asked how it ends."""
    if story.state.status is Status.OPEN and all(run.ended for run in story.state.steps):
        last = story.book.playbook.last_step
        open_run(story, _next_id(story.state, last), last)


def _take_turn(story: Story, latest: LatestRuns, step: Step, anchor: str | None) -> bool:
    """Give the step a new run if it is its turn. Says whether it did."""
    if story.state.status not in (Status.OPEN, Status.RESOLVED):
        return False
    if story.state.status is Status.RESOLVED and not step.promised:
        return False
    since = _turn_since(story, latest, step, anchor)
    if since is None:
        return False
    run_id = _next_id(story.state, step)
    if _left_out(story, run_id, step):
        return True
    opens_at = _opens_at(step.after, since, story.state)
    if opens_at is None:
        end(story, run_id, step, StepStatus.SKIPPED, why=NO_APPOINTMENT)
    else:
        _open_at(story, run_id, step, opens_at)
    return True


def _wanted(story: Story, step: Step) -> bool:
    return step.when is None or holds(step.when, facts_of(story.book, story.state))


def _left_out(story: Story, run_id: str, step: Step) -> bool:
    """Leave the step out, and say so, when its condition is not true as its turn comes."""
    if step.when is None or _wanted(story, step):
        return False
    why = f"Not needed: it is not so that {sentence(step.when)}."
    end(story, run_id, step, StepStatus.SKIPPED, why=why[:200])
    return True


def _turn_since(
    story: Story, latest: LatestRuns, step: Step, anchor: str | None
) -> datetime | None:
    """Since when it is this step's turn; None when it is not."""
    state = story.state
    my_place, mine = latest.get(step.id, _NEVER)
    if mine is not None and not mine.ended:
        return None
    if anchor is None:
        return state.opened_at if mine is None else None
    place, before = latest.get(anchor, _NEVER)
    came = before is not None and _really_ended(before)
    if state.status is Status.RESOLVED and not story.book.playbook.step(anchor).promised:
        promised_anew = mine is None or not _in_this_life(state, mine)
        if promised_anew and not (came and _in_this_life(state, before)):
            return state.resolved_at
    if before is None or not came or my_place > place or _ended_later(mine, before):
        return None
    return before.ended_at


def _really_ended(run: StepRun) -> bool:
    return run.ended and run.went_to is None


def _ended_later(mine: StepRun | None, before: StepRun) -> bool:
    """A follow-up that was still promised when the case was reopened is not done twice."""
    return (
        mine is not None
        and mine.ended_at is not None
        and before.ended_at is not None
        and mine.ended_at > before.ended_at
    )


def _in_this_life(state: EscalationState, run: StepRun | None) -> bool:
    """Whether a run belongs to the case since it was last reopened."""
    if run is None:
        return False
    return state.reopened_at is None or run.ended_at is None or run.ended_at >= state.reopened_at


def _latest(state: EscalationState, step_id: str) -> StepRun | None:
    return next((run for run in reversed(state.steps) if run.step == step_id), None)


def _latest_runs(state: EscalationState) -> LatestRuns:
    return {run.step: (place, run) for place, run in enumerate(state.steps)}


def _laps(state: EscalationState, step_id: str) -> int:
    return sum(run.step == step_id for run in state.steps)


def _next_id(state: EscalationState, step: Step) -> str:
    laps = _laps(state, step.id)
    return step.id if laps == 0 else f"{step.id}#{laps + 1}"


def _open_at(story: Story, run_id: str, step: Step, opens_at: datetime) -> None:
    if opens_at > story.now:
        wait(story, run_id, step, opens_at)
    else:
        open_run(story, run_id, step)


def _opens_at(after: After | None, since: datetime, state: EscalationState) -> datetime | None:
    """When the step opens; None when it hangs on an appointment that nobody knows."""
    if after is None:
        return since
    if after.before_appointment is not None:
        if state.appointment_at is None:
            return None
        return _ahead_of(state.appointment_at, after.before_appointment, since)
    return since + (after.delay or timedelta(0))


def _ahead_of(appointment_at: datetime, length: timedelta, earliest: datetime) -> datetime:
    """So long before the appointment, and not before `earliest`; any appointment will do."""
    return appointment_at - length if appointment_at > earliest + length else earliest


def wait(story: Story, run_id: str, step: Step, opens_at: datetime) -> None:
    """Plan a run for later."""
    story.tell(
        StepWaiting(
            run=run_id,
            step=step.id,
            kind=step.kind,
            promised=_promised(story, run_id, step),
            opens_at=opens_at,
        )
    )


def _promised(story: Story, run_id: str, step: Step) -> bool:
    """What a promise leads to in a resolved case is promised too, or no timer would watch it."""
    known = story.state.run(run_id)
    if known is not None:
        return known.promised
    return step.promised or story.state.status is Status.RESOLVED


def open_run(story: Story, run_id: str, step: Step) -> None:
    """Open a run now: for a person, with a due time and reminders; or the engine does it."""
    by_engine = step.kind in ENGINE_RUN
    due_at = story.now + (step.due.within if step.due else DEFAULT_DUE)
    nobody_told = step.on_timeout.remind_times == 0 and step.on_timeout.escalate_to is None
    story.tell(
        StepOpened(
            run=run_id,
            step=step.id,
            kind=step.kind,
            promised=_promised(story, run_id, step),
            by_engine=by_engine,
            due_at=due_at,
            remind_at=None if by_engine or nobody_told else due_at,
        )
    )
    if isinstance(step, Notify):
        story.plan_effect(EffectKind.STEP_NOTICE, _audience(story, step), step=run_id)


def _audience(story: Story, step: Notify) -> Recipient:
    return {"assignee": story.owner, "managers": MANAGERS, "vp": VP}[step.to]


def end(story: Story, run_id: str, step: Step, status: StepStatus, *, why: str) -> None:
    """End a run by rule, saying why."""
    story.tell(StepEnded(run=run_id, step=step.id, kind=step.kind, status=status, why=why))


def jump_target(story: Story, step: Step, jump: Jump | None) -> Step | None:
    """Where an outcome leads: the step to run again, or None to go on below.

    A step runs at most as often as its `repeat` allows (3 times when it does not say); after
    that the case goes on below instead of in a circle. A reopening counts anew (trap 45), and
    whoever chooses to begin again at the very end is not counted.
    """
    if jump is None or jump.go_to is None:
        return None
    target = story.book.playbook.step(jump.go_to)
    limit = target.repeat.limit if target.repeat else DEFAULT_LAPS
    state = story.state
    laps = sum(run.step == target.id and _in_this_life(state, run) for run in state.steps)
    return None if laps >= limit and step.id != LAST_STEP else target


def start_again(story: Story, target: Step, delay: timedelta | None) -> None:
    """Give the target of a jump, or the first step of a reopened case, a new run.

    A step has one run at a time: one that waits takes the new time, one that is open is enough.
    """
    mine = _latest(story.state, target.id)
    if mine is not None and mine.status in (StepStatus.OPEN, StepStatus.RUNNING):
        return
    run_id = _next_id(story.state, target) if mine is None or mine.ended else mine.id
    if not _left_out(story, run_id, target):
        _open_at(story, run_id, target, story.now + (delay or timedelta(0)))


def end_the_rest(story: Story, *, also_promised: bool, why: str) -> None:
    """Cancel every run that has not ended; promised ones only when everything stops."""
    for run in story.state.steps:
        if not run.ended and (also_promised or not run.promised):
            step = story.book.playbook.step(run.step)
            end(story, run.id, step, StepStatus.CANCELLED, why=why)


def move_to_appointment(story: Story) -> None:
    """Plan anew every step that hangs on the appointment, because it moved or became known."""
    for step in story.book.playbook.steps:
        run = _latest(story.state, step.id)
        opens_at = _opens_at(step.after, story.now, story.state)
        if run is None or opens_at is None or not _moves(story, step, run):
            continue
        run_id = _next_id(story.state, step) if run.ended else run.id
        _open_at(story, run_id, step, opens_at)


def _moves(story: Story, step: Step, run: StepRun) -> bool:
    """Whether a moved appointment plans this step anew.

    A run that waits moves. One that ended is planned again for an appointment that lies ahead,
    unless its turn has not come in this life, its condition is not true, or the case is resolved
    and nobody promised it.
    """
    state = story.state
    if step.after is None or step.after.before_appointment is None or state.appointment_at is None:
        return False
    if not run.ended:
        return run.status is StepStatus.WAITING
    before = _latest(state, story.book.playbook.anchor(step) or "")
    its_turn = before is None or (before.ended and _in_this_life(state, before))
    lives = step.promised or state.status is not Status.RESOLVED
    return its_turn and lives and state.appointment_at > story.now and _wanted(story, step)
