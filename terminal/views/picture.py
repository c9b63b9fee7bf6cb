"""One case on one screen: who, how long, each step with sign and word, what happened last."""

from datetime import datetime, tzinfo

from rich.text import Text

from terminal import shape, signs
from terminal.answer import Answer, one_line
from terminal.screen import Screen


def show_picture(screen: Screen, case: Answer, zone: tzinfo | None) -> None:
    """The whole picture, without its timeline."""
    now = shape.moment(case["now"])
    if now is None:
        return
    screen.panel(f"{case['number']}: {one_line(case['title'])}", _head(screen, case, now))
    if case.get("description"):
        screen.heading("What they told us")
        screen.quote(case["description"])
    screen.heading("Deadlines")
    screen.rows([_clock(screen, one, now, zone) for one in case["clocks"]])
    screen.heading("Steps")
    screen.rows([_step(screen, one, case, now, zone) for one in case["steps"]], gap=1)
    for at, words in ((case.get("appointment_at"), "Visit"), (case.get("closes_at"), "Closes")):
        if told := shape.when(shape.moment(at), now, zone):
            screen.line(f"{words}: {told}", indent=2)


def show_reasons(screen: Screen, case: Answer) -> None:
    """What the case was taken for, and why."""
    reasons = case.get("reasons") or {}
    rows = [
        ("Trouble", signs.trouble(case["type"]), reasons.get("type")),
        ("How bad", case["severity"], reasons.get("severity")),
        ("Playbook", case["playbook"]["name"], reasons.get("playbook")),
    ]
    screen.rows(
        [(f"{name}:", Text(one_line(what), "bold"), one_line(why)) for name, what, why in rows]
    )


def first_deadline(case: Answer, zone: tzinfo | None) -> str:
    """The first deadline that runs: `First answer by 14:10 (in 15 minutes)`. Empty: none."""
    now = shape.moment(case["now"])
    ends = ("met_at", "stopped_at", "paused_at")
    running = [one for one in case["clocks"] if not any(one.get(end) for end in ends)]
    first = min(running, key=lambda one: str(one["due_at"]), default=None)
    if first is None or now is None:
        return ""
    return f"{signs.clock(first['kind'])} by {shape.when(shape.moment(first['due_at']), now, zone)}"


def later_steps(case: Answer, zone: tzinfo | None) -> list[str]:
    """What was promised to the customer and is still to come, and when."""
    now = shape.moment(case["now"])
    told = []
    for one in case["steps"]:
        at = shape.moment(one.get("opens_at"))
        if one["status"] == "waiting" and at is not None and now is not None:
            told.append(f"{one_line(one['title'])}: {shape.when(at, now, zone)}")
    return told


def _head(screen: Screen, case: Answer, now: datetime) -> list[Text]:
    customer = case.get("customer") or {}
    value = shape.money(customer.get("annual_value"))
    dot = screen.dot
    who = [
        one_line(customer.get("name")),
        shape.years_with_us(customer.get("customer_since"), now),
        f"{value} a year" if value else "",
        one_line(customer.get("phone")),
        one_line(customer.get("email")),
    ]
    state = [signs.status(case["status"]), signs.trouble(case["type"]), f"{case['severity']}"]
    owner = (case.get("assignee") or {}).get("name")
    lines = [
        screen.joined(who),
        screen.signed(signs.light(case["light"])) + Text(dot + dot.join(state)),
        Text(f"{one_line(owner)} has it." if owner else "Nobody has it yet."),
        *_hold(case.get("pause"), now),
        Text(f"Playbook: {one_line(case['playbook']['name'])}", "dim"),
    ]
    if case.get("merged_into"):
        lines.append(Text(f"It goes on in {case['merged_into']}.", "bold"))
    if case.get("absorbed"):
        lines.append(Text(f"With it: {', '.join(case['absorbed'])}.", "dim"))
    if case.get("reopened"):
        lines.append(Text(f"Opened again {case['reopened']} times.", "dim"))
    return lines


def _hold(pause: Answer | None, now: datetime) -> list[Text]:
    until = shape.moment(pause["until"]) if pause else None
    if pause is None or until is None:
        return []
    why = one_line(pause.get("reason") or "")
    return [Text(f"On hold, and on again {shape.from_now(until, now)} or before: {why}", "yellow")]


def _clock(
    screen: Screen, clock: Answer, now: datetime, zone: tzinfo | None
) -> tuple[str | Text, ...]:
    due_at, met_at = shape.moment(clock["due_at"]), shape.moment(clock.get("met_at"))
    if due_at is None:
        return (signs.clock(clock["kind"]),)
    by = f"by {shape.clock_time(due_at, now, zone)}"
    if met_at is not None:
        sign = signs.step("done")
        how = "kept, but late" if met_at > due_at else "kept in time"
        told = Text(f"{sign.mark(ascii_only=screen.ascii_only)} {how}", style=sign.style)
    elif clock.get("stopped_at"):
        told = Text("stopped", style="dim")
    elif clock.get("paused_at"):
        told = Text("on hold", style="yellow")
    else:
        told = screen.signed(signs.light(clock["light"]))
        told += Text(f", {shape.time_left(due_at, now)}")
    return signs.clock(clock["kind"]), by, told


def _step(
    screen: Screen, step: Answer, case: Answer, now: datetime, zone: tzinfo | None
) -> tuple[str | Text, ...]:
    if case["status"] == "paused" and step["status"] == "open" and not step["promised"]:
        return Text("·", "dim"), one_line(step["title"]), Text(signs.status("paused"), "yellow")
    sign = signs.step(step["status"])
    title = Text(one_line(step["title"]), style="bold" if step["status"] == "open" else "")
    return (
        Text(sign.mark(ascii_only=screen.ascii_only), style=sign.style),
        title,
        Text(_step_state(step, sign.word, now, zone), style=sign.style),
    )


def _step_state(step: Answer, word: str, now: datetime, zone: tzinfo | None) -> str:
    opens_at, due_at = shape.moment(step.get("opens_at")), shape.moment(step.get("due_at"))
    ended_at = shape.moment(step.get("ended_at"))
    snoozed = shape.moment(step.get("snoozed_until"))
    if step["status"] == "open" and snoozed is not None:
        late = f", {shape.time_left(due_at, now)}" if due_at else ""
        return f"put off until {shape.clock_time(snoozed, now, zone)}{late}"
    if step["status"] == "open" and due_at is not None:
        return f"{word}, {shape.time_left(due_at, now)}"
    if step["status"] == "waiting" and opens_at is not None:
        return f"{word}, {shape.clock_time(opens_at, now, zone)}"
    if ended_at is not None:
        how = next((o["label"] for o in step["outcomes"] if o["id"] == step.get("outcome")), "")
        by = f" by {one_line(step['ended_by'])}" if step.get("ended_by") else ""
        said = f": {one_line(how)}" if how else ""
        return f"{word}{by} {shape.clock_time(ended_at, now, zone)}{said}"
    return word
