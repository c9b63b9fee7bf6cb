"""`next` and `queue`: the one thing to do now, and what waits behind it."""

from typing import Annotated

import typer

from terminal.answer import Answer
from terminal.command import CaseOption, command
from terminal.errors import TerminalError, WrongUsage
from terminal.response import Reply
from terminal.views.card import action_of, show_card
from terminal.views.story import show_queue
from terminal.work import Work


@command
def what_next(
    work: Work,
    take: Annotated[
        bool, typer.Option("--take/--no-take", " /--look", help="Take it, or only look.")
    ] = True,
    case: CaseOption = None,
) -> None:
    """What do I do right now? One thing, with the words to say."""
    if case is not None:
        _next_of(work, case)
        return
    reply = work.client.change("/cs/next") if take else work.client.look("/cs/next")
    action = reply.told.get("action")
    if action is None:
        _nothing(work, reply)
        return
    whole = _whole(work, action["escalation"]["id"])
    _keep(work, action["escalation"], action["step"])
    if work.printed(reply):
        return
    show_card(work.screen, action, whole, work.zone)
    waiting = reply.told.get("waiting") or 0
    if waiting:
        work.screen.gap()
        work.screen.line((f"{waiting} more wait. See them: rightnow queue", "dim"))
    if not take and not action.get("claimed"):
        work.screen.line("You only looked. To take it, type: rightnow next")


@command
def queue(work: Work) -> None:
    """Your work and free work, most urgent first."""
    reply = work.client.look("/cs/queue", limit=100)
    if work.printed(reply):
        return
    lines = reply.told["items"]
    if not lines:
        work.screen.line("You are done. Nice work.")
        return
    show_queue(work.screen, lines)
    if reply.told.get("next_cursor"):
        work.screen.line(("These are the first 100.", "dim"))
    work.screen.gap()
    work.screen.line("Type: rightnow next")


def _next_of(work: Work, case: str) -> None:
    """The step to do now in a case that was asked for. Nothing is taken."""
    reply = work.look_at(case)
    whole = reply.told
    found = [one for one in whole["steps"] if one["status"] == "open"]
    step = min(found, key=lambda one: one.get("snoozed_until") is not None, default=None)
    if step is None:
        work.memory.take(whole["id"], whole["number"], None)
        mend = f"See it: rightnow show {whole['number']}"
        raise WrongUsage(f"There is nothing to do in {whole['number']} right now.", mend)
    _keep(work, whole, step)
    if not work.printed(reply):
        show_card(work.screen, action_of(whole, step), whole, work.zone)


def _nothing(work: Work, reply: Reply) -> None:
    if work.printed(reply):
        return
    work.screen.line((reply.told.get("message") or "Nothing to do right now.", "bold"))
    if reply.told.get("waiting"):
        work.screen.line("Some cases wait, but none could be taken. Try again: rightnow next")


def _whole(work: Work, case_id: str) -> Answer | None:
    """Who it is in full. Without an answer the card does without: the step comes first."""
    if work.as_json:
        return None
    try:
        return work.look_at(case_id).told
    except TerminalError:
        return None


def _keep(work: Work, case: Answer, step: Answer) -> None:
    work.memory.take(case["id"], case["number"], step)
