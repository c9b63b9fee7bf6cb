"""How a case went, from its events: what was taken back never happened."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.lifecycle import OVER
from models import event as ev
from models.command import Author, Direction, Visibility
from models.escalation import EscalationState, Status, StepRun, StepStatus
from models.event import Event
from models.result import CaseResult, RunEnd, RunResult

_ENDS = {
    StepStatus.DONE: RunEnd.DONE,
    StepStatus.FAILED: RunEnd.FAILED,
    StepStatus.CANCELLED: RunEnd.DROPPED,
}


def result(state: EscalationState, events: Sequence[Event]) -> CaseResult | None:
    """How the case went that these events tell, all of them; None while it is not over.

    `state` is their fold. One that was resolved and then cancelled left its playbook, and so did
    one that changed it; its result bears the playbook that it ended with.
    """
    if state.status not in OVER:
        return None
    told = _not_undone(events)
    closed = state.status is Status.CLOSED
    left = not closed or any(isinstance(one.fact, ev.PlaybookChanged) for one in told)
    mended = not left and state.reopened == 0
    return CaseResult(
        escalation_id=state.id,
        playbook=state.playbook,
        over_at=next(one.at for one in told if isinstance(one.fact, _LAST)),
        left=left,
        mended=mended,
        first_contact=mended and _one_contact(told),
        sla_kept=not any(isinstance(one.fact, ev.ClockBreached) for one in told),
        took=_between(state.received_at, state.resolved_at) if not left else None,
        runs=tuple(_runs(state, told)),
    )


_LAST = (ev.Closed, ev.Cancelled, ev.Merged)


def _not_undone(events: Sequence[Event]) -> list[Event]:
    undone = {one.fact.undone for one in events if isinstance(one.fact, ev.Undone)}
    return [one for one in events if one.op_id is None or one.op_id not in undone]


def _one_contact(events: Sequence[Event]) -> bool:
    """Whether the customer was turned to once at most, and did not have to write again after it.

    Only what came before the solution counts: a promise that is kept later is no second contact.
    """
    ours = 0
    for event in events:
        match event.fact:
            case ev.Resolved():
                return True
            case ev.StepEnded(contact=True):
                ours += 1
            case ev.MessageRecorded(author=Author.HUMAN) as words:
                if words.direction is Direction.INBOUND:
                    if ours and not words.thanks:
                        return False
                elif words.visibility is Visibility.PUBLIC:
                    ours += 1
            case _:
                continue
        if ours > 1:
            return False
    return True


def _runs(state: EscalationState, events: Sequence[Event]) -> list[RunResult]:
    ends = {one.fact.run: one.fact for one in events if isinstance(one.fact, ev.StepEnded)}
    return [_run(run, ends.get(run.id)) for run in state.steps if run.ended]


def _run(run: StepRun, end: ev.StepEnded | None) -> RunResult:
    """A step that a person skips has no `why`: that is the engine's."""
    chosen = end is not None and end.why is None
    skipped = run.status is StepStatus.SKIPPED
    by_choice = RunEnd.SKIPPED if chosen else RunEnd.LEFT_OUT
    return RunResult(
        run=run.id,
        step=run.step,
        ended_as=by_choice if skipped else _ENDS[run.status],
        late=run.due_at is not None and run.ended_at is not None and run.ended_at > run.due_at,
        took=_between(run.opened_at, run.ended_at),
        reason_id=run.note_id if skipped and chosen else None,
    )


def _between(begin: datetime | None, end: datetime | None) -> timedelta | None:
    """A customer's own clock may be ahead of ours: then no time passed."""
    return max(end - begin, timedelta(0)) if begin is not None and end is not None else None
