"""What happened, line by line: for eyes, and as stable lines for programs."""

from datetime import UTC, datetime, tzinfo

from rich.text import Text

from terminal import shape, signs
from terminal.answer import Answer, one_line
from terminal.screen import Screen


def show_entry(screen: Screen, entry: Answer, now: datetime, zone: tzinfo | None) -> None:
    """One thing that happened, with the words that belong to it below."""
    at = shape.moment(entry["at"])
    told = shape.clock_time(at, now, zone) if at else ""
    what = one_line(shape.local_moments(entry["what"], now, zone))
    screen.hang(told, Text.assemble((f"{one_line(entry['who'])}: ", "bold"), what), "dim")
    if entry.get("words"):
        screen.quote(str(entry["words"]))


def stable_line(entry: Answer) -> str:
    """One event as one line: UTC instant, number, kind, who, what, words; tabs between them."""
    at = shape.moment(entry["at"])
    cells = (
        f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else "",
        str(entry["seq"]),
        entry["fact"],
        entry["who"],
        entry["what"],
        entry.get("words"),
    )
    return "\t".join(one_line(cell) for cell in cells)


def show_delivery(screen: Screen, told: Answer, now: datetime, zone: tzinfo | None) -> None:
    """One thing that was sent, or was to be."""
    sign = signs.delivery(told["status"])
    at = shape.moment(told.get("ended_at") or told.get("attempted_at") or told["planned_at"])
    to = {"person": "owner", "vp": "VP"}.get(told["recipient"]["kind"], told["recipient"]["kind"])
    what = one_line(str(told["kind"]).replace("_", " ").replace("sla", "time"))
    why = f" ({one_line(told['detail'])})" if told.get("detail") else ""
    words = Text.assemble((f"{sign.word}: ", sign.style), f"{what} to the {to}{why}")
    if at is not None:
        words.append(f", {shape.clock_time(at, now, zone)}", "dim")
    screen.hang(sign.mark(ascii_only=screen.ascii_only), words, sign.style)


def show_queue(screen: Screen, lines: list[Answer]) -> None:
    """Cases in a table; on a narrow screen, two lines for each."""
    if not screen.narrow:
        screen.rows([_queue_row(screen, line) for line in lines], indent=0)
        return
    for line in lines:
        light, number, who, what, left, owner = _queue_row(screen, line)
        screen.line(light, screen.dot, left, screen.dot, number)
        screen.line(who, screen.dot, what, screen.dot, owner, indent=2)


def _queue_row(screen: Screen, line: Answer) -> tuple[str | Text, ...]:
    now = shape.moment(line["now"])
    due_at = shape.sooner(line.get("due_at"), (line.get("step") or {}).get("due_at"))
    late = due_at is not None and now is not None and due_at < now
    light = signs.light(line["light"], late=late)
    owner = (line.get("assignee") or {}).get("name")
    return (
        screen.signed(light),
        line["number"],
        Text(one_line(line["customer_name"]), style="bold"),
        one_line((line.get("step") or {}).get("title") or line["title"]),
        shape.time_left(due_at, now) if now else "",
        Text(one_line(owner) if owner else "free", style="dim"),
    )
