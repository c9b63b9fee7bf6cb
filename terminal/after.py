"""What a change did, and what comes next in that case."""

from terminal import shape, signs
from terminal.answer import Answer, one_line
from terminal.errors import TerminalError
from terminal.response import Reply
from terminal.views.card import running_clock
from terminal.views.picture import later_steps
from terminal.work import Work


def show_after(work: Work, reply: Reply, what: str, *, undo: bool = False) -> None:
    """What happened, then what is next; or that it is safe, when it is not done yet."""
    screen, told = work.screen, reply.told
    if reply.only_safe:
        work.show_safe(told)
        return
    tick = signs.step("done")
    mark = tick.mark(ascii_only=screen.ascii_only)
    screen.line((f"{mark} ", tick.style), what, (f"  {told['number']}", "dim"))
    if undo:
        work.memory.did(str(told["escalation_id"]), str(told["number"]), str(told["op_id"]))
        screen.line(("A mistake? Type within ten seconds: rightnow undo", "dim"))
    _show_next(work, told)


def _show_next(work: Work, told: Answer) -> None:
    snapshot = told.get("snapshot") or {}
    case = _whole(work, told)
    screen, status = work.screen, str(snapshot.get("status") or "")
    if status == "resolved":
        screen.line(("The case is solved. Nice work.", "bold"))
    elif status in signs.OVER:
        screen.line(f"The case is {signs.status(status)}.")
    step = snapshot.get("step")
    if step is not None:
        screen.line("Next in this case: ", (_title(case, step), "bold"), _left(case, step))
    coming = later_steps(case, work.zone) if case and step is None else []
    if coming:
        screen.line("Still to come:")
        screen.bullets(coming)
    elif step is None and status == "open":
        screen.line("Nothing to do in this case right now.")
    screen.line("Type: rightnow next")


def _whole(work: Work, told: Answer) -> Answer | None:
    """The case after the change; an answer of the engine has no titles."""
    try:
        return work.look_at(str(told["escalation_id"]), told.get("version")).told
    except TerminalError:
        return None


def _title(case: Answer | None, step: Answer) -> str:
    steps = case["steps"] if case else ()
    found = next((one["title"] for one in steps if one["id"] == step["id"]), None)
    return one_line(found or str(step["id"]).partition("#")[0].replace("-", " ").capitalize())


def _left(case: Answer | None, step: Answer) -> str:
    """Until the step is due or the deadline, the sooner, as `next` and `queue` say it."""
    clock = (running_clock(case) if case else None) or {}
    due_at = shape.sooner(step.get("due_at"), clock.get("due_at"))
    now = shape.moment((case or {}).get("now"))
    return f" ({shape.time_left(due_at, now)})" if due_at and now else ""
