"""Steps: which one opens when, and what the end of one leads to.

A step follows the one above it, or the one that its `after` names. It gets a new run whenever the
step that it follows has ended more recently than it has run; so a jump back, or a reopening, plays
the steps below again, as runs of their own (`call-now#2`).
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain import clock_plans, notice_hours
from domain.facts import facts_of
from domain.predicate import holds, sentence
from domain.step_effects import plan_what_leaves
from domain.story import Story
from models.actor import ActorKind
from models.delivery import EffectKind
from models.escalation import EscalationState, Status, StepRun, StepStatus
from models.event import StepEnded, StepMoved, StepOpened, StepWaiting
from models.playbook import LAST_STEP
from models.step import ENGINE_RUN, After, Approval, Jump, Step, doer

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
        if not any(_take_turn(story, latest, step, anchors) for step, anchors in anchored):
            _never_leave_it_open(story)
            return
    raise AssertionError("a playbook without circles comes to rest")


def _never_leave_it_open(story: Story) -> None:
    """When every step has ended and the case is still open, somebody is asked how it ends."""
    if story.state.status is Status.OPEN and all(run.ended for run in story.state.steps):
        last = story.book.playbook.last_step
        open_run(story, next_id(story.state, last), last)


def _take_turn(story: Story, latest: LatestRuns, step: Step, anchors: tuple[str, ...]) -> bool:
    """Give the step a new run if it is its turn. Says whether it did."""
    if story.state.status not in (Status.OPEN, Status.RESOLVED):
        return False
    if story.state.status is Status.RESOLVED and not step.promised:
        return False
    since = _turn_since(story, latest, step, anchors)
    if since is None:
        return False
    run_id = next_id(story.state, step)
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
    story: Story, latest: LatestRuns, step: Step, anchors: tuple[str, ...]
) -> datetime | None:
    """Since when it is this step's turn; None when it is not.

    It is when all that it waits for has ended, and something of it more recently than this step
    has run.
    """
    state = story.state
    my_place, mine = latest.get(step.id, _NEVER)
    if mine is not None and not mine.ended:
        return None
    if not anchors:
        return state.opened_at if mine is None else None
    found = [latest.get(anchor, _NEVER) for anchor in anchors]
    ended = [run for _, run in found if run is not None and _really_ended(run)]
    came = len(ended) == len(anchors)
    promised = all(story.book.playbook.step(anchor).promised for anchor in anchors)
    if state.status is Status.RESOLVED and not promised:
        promised_anew = mine is None or not _in_this_life(state, mine)
        if promised_anew and not (came and all(_in_this_life(state, run) for run in ended)):
            return state.resolved_at
    if not came or my_place > max(place for place, _ in found):
        return None
    if mine is not None and my_place < state.adopted and not _repeated(found, my_place):
        return None
    since = max(run.ended_at for run in ended if run.ended_at is not None)
    return None if _ended_later(mine, since) else since


def _repeated(found: list[tuple[int, StepRun | None]], my_place: int) -> bool:
    """Whether something above was done again; what is only new above leaves what was done alone."""
    return any(run is not None and "#" in run.id and place > my_place for place, run in found)


def _really_ended(run: StepRun) -> bool:
    return run.ended and run.went_to is None


def _ended_later(mine: StepRun | None, since: datetime) -> bool:
    """A follow-up that was still promised when the case was reopened is not done twice."""
    return mine is not None and mine.ended_at is not None and mine.ended_at > since


def _in_this_life(state: EscalationState, run: StepRun | None) -> bool:
    """Whether a run belongs to the case since it was last reopened."""
    if run is None:
        return False
    return state.reopened_at is None or run.ended_at is None or run.ended_at >= state.reopened_at


def latest_run(state: EscalationState, step_id: str) -> StepRun | None:
    """The latest run of a step, if it has one in the playbook that the case goes by."""
    return _latest_runs(state).get(step_id, _NEVER)[1]


def _latest_runs(state: EscalationState) -> LatestRuns:
    since = state.played_from
    return {
        run.step: (place, run)
        for place, run in enumerate(state.steps)
        if place >= since or not run.ended
    }


def _laps(state: EscalationState, step_id: str) -> int:
    return sum(run.step == step_id for run in state.steps)


def next_id(state: EscalationState, step: Step) -> str:
    """The id of a step's next run."""
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
            **_whose(story, step),
        )
    )


def _whose(story: Story, step: Step) -> dict[str, Any]:
    """Of a promise that another playbook made: which one, and who may keep it."""
    of = next((one.of for one in story.book.kept if one.step.id == step.id), None)
    return {"of": of, "owner": doer(step)} if of is not None else {}


def _promised(story: Story, run_id: str, step: Step) -> bool:
    """What a promise leads to in a resolved case is promised too, or no timer would watch it."""
    known = story.state.run(run_id)
    if known is not None:
        return known.promised
    return step.promised or story.state.status is Status.RESOLVED


def open_run(story: Story, run_id: str, step: Step, *, promised: bool | None = None) -> None:
    """Open a run now: for a person, with a due time and reminders; or the engine does it."""
    by_engine = step.kind in ENGINE_RUN
    promise = _promised(story, run_id, step) if promised is None else promised
    due_at = due_from(story, step, promised=promise)
    story.tell(
        StepOpened(
            run=run_id,
            step=step.id,
            kind=step.kind,
            promised=promise,
            by_engine=by_engine,
            due_at=due_at,
            remind_at=None if by_engine else first_reminder(story, due_at, step),
            asked_by=_asker(story, step) if isinstance(step, Approval) else None,
            **_whose(story, step),
        )
    )
    plan_what_leaves(story, run_id, step)


def due_from(story: Story, step: Step, *, promised: bool) -> datetime:
    """By when a step that opens now must be done."""
    return _due_at(story, step, story.now, promised=promised)


def first_reminder(story: Story, due_at: datetime, step: Step) -> datetime | None:
    """When somebody is first reminded of an open step: when it is overdue.

    Of an approval half way, for it expires when it is due. Nobody is when nothing would follow.
    """
    rule = step.on_timeout
    if isinstance(step, Approval):
        # An approval expires when it is due, in the night as well: nobody waits longer for it.
        return story.now + (due_at - story.now) / 2 if rule.remind_times else due_at
    nobody_told = rule.remind_times == 0 and rule.escalate_to is None and rule.go_to is None
    return None if nobody_told else remind_at(story, due_at)


def _asker(story: Story, step: Step) -> UUID | None:
    """Who asked for an approval: whoever did the step before it, else the owner."""
    if story.actor.kind is ActorKind.PERSON:
        return story.actor.id
    runs = [latest_run(story.state, anchor) for anchor in story.book.playbook.anchors(step)]
    people = [run.ended_by.id for run in runs if run and run.ended_by and run.ended_by.id]
    return people[-1] if people else story.state.assignee_id


def _due_at(story: Story, step: Step, opened_at: datetime, *, promised: bool) -> datetime:
    """By when a step is due: in all hours, or in those of the policy when it says so."""
    within = step.due.within if step.due else DEFAULT_DUE
    if step.due is None or not step.due.open_hours:
        return opened_at + within
    return clock_plans.step_due_at(story.book, story.state, within, opened_at, held=not promised)


def remind_at(story: Story, at: datetime) -> datetime:
    """When a reminder may go out that is meant for `at`: not at midnight (trap 12)."""
    return notice_hours.leaves_at(story.book, story.state.severity, at)


def move_after_pause(story: Story, held_from: datetime, held_until: datetime) -> None:
    """Give open steps the time back in which their case was on hold. Promises go on as they are."""
    for run in story.state.steps:
        if run.status is not StepStatus.OPEN or run.promised or not run.due_at or not run.opened_at:
            continue
        lost = held_until - max(held_from, run.opened_at)
        if lost <= timedelta(0):
            continue
        step = story.book.step(run.step)
        due_at = run.due_at + lost
        if step.due is not None and step.due.open_hours:
            due_at = _due_at(story, step, run.opened_at, promised=False)
        following = run.remind_at + (due_at - run.due_at) if run.remind_at else None
        if following is not None:
            following = remind_at(story, following)
        story.tell(StepMoved(run=run.id, due_at=due_at, remind_at=following))


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
    target = _named(story, step, jump.go_to)
    if target is None:
        return None  # it was a step of a playbook that the case no longer goes by
    limit = target.repeat.limit if target.repeat else DEFAULT_LAPS
    state = story.state
    runs = state.steps[state.played_from :]
    laps = sum(run.step == target.id and _in_this_life(state, run) for run in runs)
    return None if laps >= limit and step.id != LAST_STEP else target


def _named(story: Story, step: Step, name: str) -> Step | None:
    """The step that another one names. One of another playbook means only that one's steps."""
    kept = {one.step.id: one for one in story.book.kept}
    mine = kept.get(step.id)
    if mine is None or mine.of.slug == story.state.playbook.slug:
        return story.book.find(name)
    return kept[name].step if name in kept else None


def start_again(story: Story, target: Step, delay: timedelta | None) -> None:
    """Give the target of a jump, or the first step of a reopened case, a new run.

    A step has one run at a time: one that waits takes the new time, one that is open is enough.
    """
    mine = latest_run(story.state, target.id)
    if mine is not None and mine.status in (StepStatus.OPEN, StepStatus.RUNNING):
        return
    run_id = next_id(story.state, target) if mine is None or mine.ended else mine.id
    if not _left_out(story, run_id, target):
        _open_at(story, run_id, target, story.now + (delay or timedelta(0)))


def end_the_rest(story: Story, *, also_promised: bool, why: str) -> None:
    """Cancel every run that has not ended; promised ones only when everything stops."""
    for run in story.state.steps:
        if not run.ended and (also_promised or not run.promised):
            step = story.book.step(run.step)
            if _money_is_out(story.state, run, begun=also_promised):
                end(story, run.id, step, StepStatus.DONE, why="The money is on its way.")
            else:
                end(story, run.id, step, StepStatus.CANCELLED, why=why)


def _money_is_out(state: EscalationState, run: StepRun, *, begun: bool) -> bool:
    """Whether a credit step's money was granted, or has even begun to leave the house."""
    sent = (one for one in state.effects if one.kind is EffectKind.STEP_CREDIT)
    return any(one.step == run.id and (one.begun or not begun) for one in sent)


def move_to_appointment(story: Story) -> None:
    """Plan anew every step that hangs on the appointment, because it moved or became known."""
    for step in (*story.book.playbook.steps, *(one.step for one in story.book.kept)):
        run = latest_run(story.state, step.id)
        opens_at = _opens_at(step.after, story.now, story.state)
        if run is None or opens_at is None or not _moves(story, step, run):
            continue
        run_id = next_id(story.state, step) if run.ended else run.id
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
    if run.of is not None:
        return False
    before = [latest_run(state, anchor) for anchor in story.book.playbook.anchors(step)]
    its_turn = all(run is None or (run.ended and _in_this_life(state, run)) for run in before)
    lives = step.promised or state.status is not Status.RESOLVED
    return its_turn and lives and state.appointment_at > story.now and _wanted(story, step)
