"""Where an escalation stands: its rank in the queue, its tightest deadline, its light."""

from datetime import datetime, timedelta

from models.actor import Role
from models.escalation import EscalationState, Light, Status, StepRun, StepStatus
from models.playbook import Playbook
from models.severity import Severity
from models.sla import Clock
from models.standing import Standing, StepRef

HEAD_START = {
    Severity.CRITICAL: timedelta(hours=4),
    Severity.HIGH: timedelta(hours=2),
    Severity.MEDIUM: timedelta(hours=1),
    Severity.LOW: timedelta(0),
}
"""How much earlier than its deadline says a case is ranked, for how bad it is."""


def standing(state: EscalationState, playbook: Playbook) -> Standing:
    """What is kept beside the state. It does not ask what time it is, so a queue stays sorted.

    A case is ranked by the earlier of its step's due time and its tightest SLA deadline, less the
    head start of its severity. With nothing for a person to do now, it has no rank.
    """
    run = step_now(state)
    clock = tightest(state)
    rank_at = None
    owner = Role.AGENT
    if run is not None:
        due_at = due_first(run.due_at, clock) or state.received_at
        rank_at = due_at - HEAD_START[state.severity]
        owner = playbook.step(run.step).owner
    return Standing(
        rank_at=rank_at,
        owner_rank=max(owner.rank, 1),
        due_at=clock.due_at if clock else None,
        warn_at=clock.warn_at if clock else None,
        sla_breached=any(one.running and one.breached_at is not None for one in state.clocks),
        step=StepRef(run=run.id, step=run.step, kind=run.kind, due_at=run.due_at) if run else None,
    )


def step_now(state: EscalationState) -> StepRun | None:
    """The step that a person is to do now: of the open ones the one that is due first."""
    if state.status not in (Status.OPEN, Status.RESOLVED):
        return None
    open_runs = [run for run in state.steps if run.status is StepStatus.OPEN]
    return min(open_runs, key=lambda run: run.due_at or state.opened_at, default=None)


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
