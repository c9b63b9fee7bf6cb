"""`done`, `skip` and `ask`: end the step in hand or hand it on, and say what comes next."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from terminal.address import segment
from terminal.after import show_after
from terminal.answer import Answer, one_line
from terminal.command import CaseOption, command
from terminal.errors import WrongUsage
from terminal.typed import read_file, read_moment, read_value, read_words
from terminal.views.card import done_command, needs
from terminal.work import Work

StepOption = Annotated[
    str | None, typer.Option("--step", metavar="STEP", help="Which step, such as call-now.")
]


@command
def done(
    work: Work,
    outcome: Annotated[str | None, typer.Argument(help="How it ended, such as reached.")] = None,
    case: CaseOption = None,
    step: StepOption = None,
    note: Annotated[str | None, typer.Option("--note", help="A note for the team.")] = None,
    field: Annotated[
        list[str] | None, typer.Option("--field", metavar="NAME=WORDS", help="Fill in a field.")
    ] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="Of your own letter.")] = None,
    letter: Annotated[
        Path | None, typer.Option("--letter", metavar="FILE", help="Your own letter; - reads it.")
    ] = None,
    amount: Annotated[
        str | None, typer.Option("--amount", metavar="49USD", help="How much they get.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="The time that you found.")
    ] = None,
) -> None:
    """The step in hand is done. Say how it ended."""
    case_id, about = step_in_hand(work, case, step)
    ended = _chosen(about, outcome)
    body: Answer = {"outcome": ended["id"], "fields": _filled(about, ended["id"], field or [])}
    body |= _asked_for(work, about, ended, amount, at)
    if note is not None:
        body["note"] = read_words(note)
    if letter is not None:
        known = about.get("letter") or {}
        body["letter"] = {"subject": subject or known.get("subject"), "body": read_file(letter)}
    reply = work.change(f"{step_path(case_id, about)}/completion", body)
    if not work.printed(reply):
        title, how = one_line(about["title"]), one_line(ended.get("label"))
        show_after(work, reply, f"Done: {title}. {how}.", undo=True)
    let_go(work, reply.told)


@command
def skip(
    work: Work,
    reason: Annotated[str | None, typer.Argument(help="Why, in a few words.")] = None,
    case: CaseOption = None,
    step: StepOption = None,
) -> None:
    """Leave the step in hand out. Say why in a few words."""
    case_id, about = step_in_hand(work, case, step)
    body = {"reason": read_words(reason)} if reason is not None else {}
    reply = work.change(f"{step_path(case_id, about)}/skip", body)
    if not work.printed(reply):
        show_after(work, reply, f"Skipped: {one_line(about['title'])}.", undo=True)
    let_go(work, reply.told)


@command
def ask(
    work: Work,
    who: Annotated[str, typer.Argument(help="A mail address.")],
    case: CaseOption = None,
    step: StepOption = None,
) -> None:
    """Let somebody else say yes or no."""
    case_id, about = step_in_hand(work, case, step)
    reply = work.change(f"{step_path(case_id, about)}/delegation", {"person": who})
    if not work.printed(reply):
        show_after(work, reply, f"{one_line(who)} is asked now.")


def _asked_for(
    work: Work, step: Answer, outcome: Answer, amount: str | None, at: str | None
) -> Answer:
    """The money or the time that the step needs, if it does. Raises WrongUsage."""
    body: Answer = {}
    if amount is not None:
        body["amount"] = read_value(amount)
    if at is not None:
        body["appointment_at"] = read_moment(at, work.zone)
    for kind, name, question in (
        ("credit", "amount", "How much money do they get?"),
        ("schedule", "appointment_at", "Which time did you find?"),
    ):
        if name not in body and needs(step, outcome, kind):
            raise WrongUsage(question, f"Type: {done_command(step, outcome['id'])}")
    return body


def step_in_hand(work: Work, case: str | None, step: str | None) -> tuple[str, Answer]:
    """Case and step: as given, else those shown last. Raises WrongUsage when it is not clear."""
    if case is None and step is None:
        kept = work.in_hand()
        if kept.step is None:
            raise WrongUsage(
                f"You have not seen what is next in {kept.number}.",
                f"Type: rightnow next, or rightnow next --case {kept.number}",
            )
        return kept.case_id, kept.step
    whole = work.look_at(work.case(case)).told
    if step is not None:
        wanted = step.replace("~", "#")
        found = [one for one in whole["steps"] if one["id"] == wanted]
    else:
        found = [one for one in whole["steps"] if one["status"] == "open"]
    if len(found) == 1:
        return whole["id"], found[0]
    raise WrongUsage(
        f"Which step of {whole['number']}?" if step is None else f"There is no step {step}.",
        "Add --step with one of these:",
        tuple(f"{one['id']}  {one_line(one['title'])}" for one in whole["steps"]),
    )


def _chosen(step: Answer, given: str | None) -> Answer:
    """The outcome that is meant: by id, by label, or the only one. Raises WrongUsage."""
    ways: list[Answer] = list(step.get("outcomes", ()))
    if given is not None:
        wish = given.strip().casefold()
        for one in ways:
            if wish in (str(one["id"]), one_line(one.get("label")).casefold()):
                return one
        asked = f"This step cannot end with “{one_line(given)}”."
    elif len(ways) == 1:
        return ways[0]
    elif ways and sys.stdin.isatty():
        return _asked(ways)
    else:
        asked = "How did it end?"
    lines = tuple(f"{done_command(step, one['id'])}  {one_line(one.get('label'))}" for one in ways)
    raise WrongUsage(asked, "Type one of these." if ways else "This step ends by itself.", lines)


def _asked(ways: list[Answer]) -> Answer:
    for number, one in enumerate(ways, 1):
        typer.echo(f"  {number}  {one_line(one.get('label'))}", err=True)
    answer = typer.prompt("How did it end? Number", err=True, default="", show_default=False)
    if answer.isdigit() and 1 <= int(answer) <= len(ways):
        return ways[int(answer) - 1]
    raise WrongUsage("That is none of them.", "Nothing was sent. Type the command again.")


def _filled(step: Answer, outcome: str, given: list[str]) -> dict[str, str]:
    """Fields as `name=words`. What must be there is asked for. Raises WrongUsage."""
    filled = {}
    for one in given:
        name, parted, words = one.partition("=")
        if not parted or not name.strip():
            raise WrongUsage(
                f"--field {shlex.quote(one)} has no =.", 'Write it: --field name="words"'
            )
        filled[name.strip()] = words
    ended: Answer = next((one for one in step.get("outcomes", ()) if one["id"] == outcome), {})
    asked = () if ended.get("without_fields") else step.get("fields", ())
    missing = [x for x in asked if x.get("required") and x["id"] not in filled]
    if missing and sys.stdin.isatty():
        for one in missing:
            filled[one["id"]] = typer.prompt(one_line(one.get("label")), err=True)
    elif missing:
        lines = tuple(f"{one['id']}  {one_line(one.get('label'))}" for one in missing)
        raise WrongUsage("Write this down, too:", f"Type: {done_command(step, outcome)}", lines)
    return filled


def step_path(case_id: str, step: Answer) -> str:
    """Where a step of a case is found."""
    return f"/cs/escalations/{segment(case_id)}/steps/{segment(str(step['id']))}"


def let_go(work: Work, told: Answer) -> None:
    """The case stays in hand; the step does not: the next one was not shown yet."""
    work.memory.take(told["escalation_id"], told["number"], None)
