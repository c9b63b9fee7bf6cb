"""How Temporal's own page tells a case: one page in Markdown, and one line for each wait."""

from datetime import datetime

from domain.due import Deadline
from domain.standing import step_now
from models.escalation import EscalationState, StepStatus, number_text
from models.messages import Book, Opening
from models.sla import Clock


def headline(opening: Opening) -> str:
    """One line for lists: `E-1042 missed appointment, critical`."""
    kind = str(opening.type).replace("_", " ")
    return f"{number_text(opening.number)} {kind}, {opening.severity}"


def preface(opening: Opening) -> str:
    """What never changes about a case, under its headline."""
    return (
        f"Playbook {opening.playbook}. Came by {opening.source}"
        f" at {_moment(opening.received_at)}. Team {opening.team}."
    )


def details(state: EscalationState, book: Book, deadline: Deadline | None) -> str:
    """The case as it stands, in Markdown. Ids and states, never a customer's words."""
    lines = [f"**{state.number_text}: {state.status}**", ""]
    run = step_now(state, book.playbook)
    if run is not None:
        step = book.step(run.step)
        lines += [f"To do now: **{step.title}** (`{run.id}`), due {_moment(run.due_at)}", ""]
    else:
        lines += ["Nothing for a person to do now.", ""]
    owner = f"`{state.assignee_id}`" if state.assignee_id else "nobody yet"
    lines += [f"Owner: {owner}. Severity: {state.severity}. Version {state.version}.", ""]
    if deadline is not None:
        lines += [f"Waits for: {deadline.what}, {_moment(deadline.at)}", ""]
    lines += [
        f"* {clock.kind.replace('_', ' ')} due {_moment(clock.due_at)}: **{_clock_word(clock)}**"
        for clock in state.clocks
    ]
    lines += [""]
    lines += [f"* `{run.id}`: **{_run_word(run.status, run.opens_at)}**" for run in state.steps]
    return "\n".join(lines)


def timer_line(state: EscalationState, deadline: Deadline) -> str:
    """What a timer waits for at most; what comes sooner wakes the case before it.

    `E-1042: at the latest for: SLA warning: resolution`.
    """
    return f"{number_text(state.number)}: at the latest for: {deadline.what}"[:200]


def _clock_word(clock: Clock) -> str:
    ends = {
        "met": clock.met_at,
        "stopped": clock.stopped_at,
        "on hold": clock.paused_at,
        "breached": clock.breached_at,
        "warned": clock.warned_at,
    }
    return next((word for word, at in ends.items() if at is not None), "running")


def _run_word(status: StepStatus, opens_at: datetime | None) -> str:
    if status is StepStatus.WAITING:
        return f"waiting until {_moment(opens_at)}"
    return str(status)


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "-"
