"""The one thing to do: what, who, why, how long, the words to say, and what to type next."""

import shlex
from datetime import datetime, tzinfo

from rich.text import Text

from terminal import shape, signs
from terminal.answer import Answer, one_line
from terminal.screen import Screen

_MOST_LINES = 4
"""Of the customer's own words; `show` has them all."""


def show_card(screen: Screen, action: Answer, case: Answer | None, zone: tzinfo | None) -> None:
    """A `NextAction`, with the whole case where it could be read."""
    step = action["step"]
    light = signs.light(str(action.get("light")))
    screen.panel(action["headline"], _head(screen, action, case, zone), light.style)
    if case and case.get("description"):
        screen.heading("What they told us")
        screen.quote(str(case["description"]), _MOST_LINES)
    _script(screen, step)
    if action.get("what_not_to_do"):
        screen.heading("Do not")
        no = signs.Sign("✗", "x", "", "red")
        screen.bullets((one_line(one) for one in action["what_not_to_do"]), no)
    if action.get("win_condition"):
        screen.heading("You win when")
        screen.line(one_line(action["win_condition"]), indent=2)
    show_endings(screen, step)


def show_endings(screen: Screen, step: Answer) -> None:
    """The exact commands that end a step."""
    screen.heading("Then type")
    rows: list[tuple[str | Text, str | Text]] = [
        (Text(done_command(step, one["id"]), style="bold"), one_line(one.get("label")))
        for one in step.get("outcomes", ())
    ]
    if step.get("skip") != "never":
        why = ' "why"' if step.get("skip") == "with_reason" else ""
        rows.append((Text(f"rightnow skip{why}", style="dim"), Text("Leave it out", style="dim")))
    rows.append((Text("rightnow snooze 2h", style="dim"), Text("Not now, later", style="dim")))
    if (
        screen.boxed
        and max((len(str(row[0])) for row in rows), default=0) > screen.console.width // 2
    ):
        for typed, label in rows:
            screen.line(typed, indent=2)
            screen.line(label, indent=4)
    else:
        screen.rows(rows)
    for one in step.get("fields", ()):
        if not one.get("required"):
            words = f'Add --field {one["id"]}="…"  {one_line(one.get("label"))}, if you know.'
            screen.line((words, "dim"), indent=2)


def needs(step: Answer, outcome: Answer, kind: str) -> bool:
    """Whether ending a step so needs what its kind asks for: money, or a time."""
    if step.get("kind") != kind:
        return False
    return bool(outcome.get("grants") if kind == "credit" else not outcome.get("without_fields"))


def done_command(step: Answer, outcome: str) -> str:
    """The command that ends this step in this way, with all that it must have."""
    ended: Answer = next((one for one in step.get("outcomes", ()) if one["id"] == outcome), {})
    if ended.get("without_fields"):
        return f"rightnow done {shlex.quote(outcome)}"
    needed = ["--amount 49USD"] if needs(step, ended, "credit") else []
    needed += ['--at "2026-11-24 09:30"'] if needs(step, ended, "schedule") else []
    needed += [
        f'--field {shlex.quote(str(one["id"]))}="…"'
        for one in step.get("fields", ())
        if one.get("required")
    ]
    return " ".join(["rightnow done", shlex.quote(outcome), *needed])


def action_of(case: Answer, step: Answer) -> Answer:
    """A step of a case in the form that `next` answers, for a case that was asked for by name."""
    customer = case.get("customer") or {}
    return {
        "headline": step["title"],
        "reason": step.get("why") or "",
        "escalation": {
            "id": case["id"],
            "number": case["number"],
            "title": case["title"],
            "customer_name": customer.get("name") or "",
            "customer_annual_value": customer.get("annual_value"),
            "now": case["now"],
        },
        "step": step,
        "clock": running_clock(case),
        "light": case["light"],
        "win_condition": case["playbook"]["win_condition"],
        "what_not_to_do": case["playbook"]["what_not_to_do"],
    }


def running_clock(case: Answer) -> Answer | None:
    """The clock of a case that still runs and is due first."""
    ends = ("met_at", "stopped_at", "paused_at")
    running = [one for one in case["clocks"] if not any(one.get(end) for end in ends)]
    return min(running, key=lambda one: str(one["due_at"]), default=None)


def _head(screen: Screen, action: Answer, case: Answer | None, zone: tzinfo | None) -> list[Text]:
    line = action["escalation"]
    customer = (case or {}).get("customer") or {}
    now = shape.moment(line.get("now"))
    value = shape.money(line.get("customer_annual_value"))
    who = [
        one_line(line.get("customer_name")),
        shape.years_with_us(customer.get("customer_since"), now) if now else "",
        f"{value} a year" if value else "",
    ]
    lines = [screen.joined(who), Text(f"{line['number']}: {one_line(line['title'])}", "dim")]
    why = action["step"].get("why")
    lines += [Text(one_line(said)) for said in dict.fromkeys((action.get("reason"), why)) if said]
    lines.append(_time(screen, action, now, zone))
    snoozed = shape.moment(action["step"].get("snoozed_until"))
    if snoozed is not None and now is not None:
        until = shape.clock_time(snoozed, now, zone)
        lines.append(Text(f"Put off until {until}. Its clocks go on.", "yellow"))
    if reach := _reach(action["step"], customer):
        lines.append(Text(reach, "bold"))
    return lines


def _time(screen: Screen, action: Answer, now: datetime | None, zone: tzinfo | None) -> Text:
    """Light as shape and word, how long, until when: by the step or the deadline, the sooner."""
    step, clock = action["step"], action.get("clock") or {}
    due_at = shape.sooner(step.get("due_at"), clock.get("due_at"))
    if now is None:
        return Text(str(action.get("time_left") or ""))
    lines = [shape.time_left(due_at, now)]
    late = due_at is not None and due_at < now
    if due_at is not None and not late:
        lines.append(f"until {shape.clock_time(due_at, now, zone)}")
    light = signs.light(str(action.get("light")), late=late)
    return screen.signed(light) + Text(screen.dot) + screen.joined(lines)


def _reach(step: Answer, customer: Answer) -> str:
    if step.get("kind") in ("call", "follow_up", "schedule") and customer.get("phone"):
        return f"Call {one_line(customer['phone'])}"
    if step.get("kind") == "email" and customer.get("email"):
        return f"Mail {one_line(customer['email'])}"
    return ""


def _script(screen: Screen, step: Answer) -> None:
    if script := step.get("script"):
        screen.heading("Say this")
        screen.line(script["opening"], indent=2)
        screen.bullets(script.get("key_points") or ())
        if script.get("closing"):
            screen.line(("Last: ", "bold"), script["closing"], indent=2)
    if step.get("offer"):
        screen.heading("Offer")
        screen.line(step["offer"], indent=2)
        if most := shape.money(step.get("offer_at_most")):
            screen.line((f"It may cost {most} at most.", "dim"), indent=2)
    _asks(screen, step)
    if step.get("instructions"):
        screen.heading("Do this")
        screen.bullets(step["instructions"])
    if minutes := step.get("appointment_lasts_minutes"):
        screen.line(f"It takes about {minutes} minutes.", indent=2)
    if letter := step.get("letter"):
        screen.heading("The letter that will leave")
        screen.line(("Subject: ", "dim"), letter["subject"], indent=2)
        screen.quote(letter["body"])
        for blank in letter.get("blanks") or ():
            screen.line((f"Not known yet: {blank}", "bold yellow"), indent=2)
        screen.line(("Write your own: add --letter FILE", "dim"), indent=2)


def _asks(screen: Screen, step: Answer) -> None:
    """A yes or no, or an amount of money: what it is about, who asked, and what is allowed."""
    if question := step.get("question"):
        screen.heading("Say yes or no")
        screen.line(question["text"], indent=2)
        if amount := shape.money(question.get("amount")):
            screen.line((f"It is about {amount}.", "bold"), indent=2)
        if question.get("asked_by"):
            screen.line(f"{one_line(question['asked_by'])} asked for it.", indent=2)
        if question.get("then"):
            words = f"With no answer in time it counts as: {one_line(question['then'])}"
            screen.line((words, "dim"), indent=2)
        screen.line(("Ask someone else: rightnow ask MAIL-ADDRESS", "dim"), indent=2)
    if credit := step.get("credit"):
        screen.heading("Money")
        screen.line(f"You can give {shape.money(credit['at_most'])} at most.", indent=2)
        limits = credit["limits"]
        alone = {"minor": limits["agent"], "currency": limits["currency"]}
        words = f"An agent gives up to {shape.money(alone)} alone. For more, a manager is asked."
        screen.line((words, "dim"), indent=2)
