"""Where an escalation stands: its rank in the queue, its tightest deadline, its light."""

from datetime import datetime

from domain.alerts import live
from domain.due import due
from domain.urgency import urgency
from models.actor import Role
from models.escalation import EscalationState, Light, Status, StepRun
from models.playbook import Playbook
from models.sla import Clock
from models.standing import Standing, StepRef
from models.step import doer
from models.urgency import Mind


def standing(state: EscalationState, playbook: Playbook) -> Standing:
    """What is kept beside the state. It does not ask what time it is, so a queue stays sorted.

    With nothing for a person to do now, it has no rank.
    """
    run = step_now(state, playbook)
    clock = tightest(state)
    rank_at = None
    owner = Role.AGENT
    deadline = due(state)
    if run is not None:
        due_at = due_first(run.due_at, clock) or state.received_at
        rank_at = urgency(state, due_at, mind_of(state)).rank_at
        owner = _doer(run, playbook)
    return Standing(
        rank_at=rank_at,
        owner_rank=max(owner.rank, _waits_for(state), 1),
        due_at=clock.due_at if clock else None,
        warn_at=clock.warn_at if clock else None,
        next_at=deadline.at - state.clock_offset if deadline else None,
        sla_breached=any(not one.ended and one.breached_at is not None for one in state.clocks),
        step=_ref(run) if run else None,
        alerts=live(state),
    )


def mind_of(state: EscalationState) -> Mind:
    """What the customer's words tell of them."""
    mood = state.mood.now if state.mood else None
    return Mind(churn_risk=state.churn_risk, sentiment=mood)


def _ref(run: StepRun) -> StepRef:
    of = str(run.of) if run.of else None
    return StepRef(run=run.id, step=run.step, kind=run.kind, due_at=run.due_at, of=of)


def _waits_for(state: EscalationState) -> int:
    """The rank that a case waits for which was handed up, while nobody has it."""
    return state.handed_to.rank if state.handed_to and state.assignee_id is None else 0


def step_now(state: EscalationState, playbook: Playbook) -> StepRun | None:
    """The step that a person is to do now: of the open ones the one that is due first.

    What was put off is not to be done now. In a case on hold it is a promise to the customer, or
    nothing. Of steps for different roles the lowest comes first: a question that waits for a
    manager does not hide from an agent what stands beside it. Whoever is asked hears of it by mail.
    """
    if state.status not in (Status.OPEN, Status.PAUSED, Status.RESOLVED):
        return None
    on_hold = state.status is Status.PAUSED

    def order(run: StepRun) -> tuple[int, datetime]:
        return _doer(run, playbook).rank, run.due_at or state.opened_at

    open_runs = [run for run in state.steps if run.for_now and (run.promised or not on_hold)]
    return min(open_runs, key=order, default=None)


def _doer(run: StepRun, playbook: Playbook) -> Role:
    """Who may do it, at least. A promise of another playbook says so itself."""
    return run.owner or doer(playbook.step(run.step))


def tightest(state: EscalationState) -> Clock | None:
    """The running clock that is due first."""
    running = [clock for clock in state.clocks if clock.running]
    return min(running, key=lambda clock: clock.due_at, default=None)


def due_first(step_due_at: datetime | None, clock: Clock | None) -> datetime | None:
    """The sooner of a step's due time and a clock's deadline; None when neither has one."""
    ends = [at for at in (step_due_at, clock.due_at if clock else None) if at is not None]
    return min(ends, default=None)


def light(due_at: datetime | None, warn_at: datetime | None, now: datetime) -> Light:
    """The tightest clock at a glance: red at its deadline, yellow from its warning on."""
    if due_at is not None and now >= due_at:
        return Light.RED
    if warn_at is not None and now >= warn_at:
        return Light.YELLOW
    return Light.GREEN
