"""`snooze`: not now. The step comes back by itself."""

from typing import Annotated

import typer

from terminal import shape
from terminal.after import show_after
from terminal.answer import Answer, one_line
from terminal.command import CaseOption, command
from terminal.errors import WrongUsage
from terminal.steps import StepOption, let_go, step_in_hand, step_path
from terminal.typed import read_later, read_words
from terminal.work import Work


@command
def snooze(
    work: Work,
    until: Annotated[str, typer.Argument(metavar="TIME", help="2h, 15:00, or a day and a time.")],
    reason: Annotated[str | None, typer.Argument(help="Why, in a few words.")] = None,
    case: CaseOption = None,
    step: StepOption = None,
) -> None:
    """Not now: the step in hand comes back later. Its clocks go on."""
    case_id, about = step_in_hand(work, case, step)
    now = shape.moment(work.look_at(case_id).told["now"])
    if now is None:
        raise WrongUsage("We do not know what time it is for this case.")
    told, at = read_later(until, now, work.zone)
    body: Answer = {**told}
    if reason is not None:
        body["reason"] = read_words(reason)
    reply = work.change(f"{step_path(case_id, about)}/snooze", body)
    if not work.printed(reply):
        back = shape.when(at, now, work.zone)
        what = f"Put off until {back}: {one_line(about['title'])}. Its clocks go on."
        show_after(work, reply, what, undo=True)
    let_go(work, reply.told)
