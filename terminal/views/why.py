"""Why a time limit is when it is: what counted, what did not, line by line."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from rich.text import Text

from models.duration import say_duration
from terminal import shape, signs
from terminal.answer import Answer, one_line
from terminal.screen import Screen

_SAYS = {
    "counted": ("+", "counts", ""),
    "closed": ("-", "closed", "dim"),
    "holiday": ("-", "day off", "dim"),
    "paused": ("-", "on hold", "yellow"),
}


def show_why(screen: Screen, told: Answer) -> None:
    """Every clock with its receipt."""
    now = shape.moment(told["now"]) or datetime.now(UTC)
    for clock in told["items"]:
        _show_clock(screen, clock, now)


def _show_clock(screen: Screen, clock: Answer, now: datetime) -> None:
    slip = clock["receipt"]
    zone = _zone(slip["zone"])
    due_at = shape.moment(clock["due_at"])
    by = f"by {shape.clock_time(due_at, now, zone)}" if due_at else ""
    screen.heading(f"{signs.clock(clock['kind'])} {by}{_state(clock)}")
    screen.line(one_line(clock["why"]), indent=2)
    screen.rows([_row(line, now, zone) for line in slip["lines"]])
    for shift in slip["shifts"]:
        _show_shift(screen, shift, now, zone)
    screen.line((_sum(slip), "bold"), indent=2)
    rules = ", ".join([clock["policy"], *slip["calendars"]])
    screen.line(
        (f"Rules: {one_line(rules)}. Times are those of {one_line(slip['zone'])}.", "dim"), indent=2
    )


def _state(clock: Answer) -> str:
    if clock.get("met_at"):
        return ", met"
    if clock.get("stopped_at"):
        return ", stopped"
    return ", on hold" if clock.get("paused_at") else ""


def _row(line: Answer, now: datetime, zone: tzinfo) -> tuple[str | Text, ...]:
    sign, word, style = _SAYS.get(line["kind"], ("?", str(line["kind"]), ""))
    begin, end = shape.moment(line["from_at"]), shape.moment(line["until_at"])
    span = ""
    if begin is not None and end is not None:
        same_day = begin.astimezone(zone).date() == end.astimezone(zone).date()
        until = f"{end.astimezone(zone):%H:%M}" if same_day else shape.clock_time(end, now, zone)
        span = f"{shape.clock_time(begin, now, zone)} to {until}"
    why = one_line(line.get("name") or line.get("reason") or "")
    guess = "as in the last known week" if line.get("guessed") else ""
    length = say_duration(timedelta(seconds=line["seconds"]))
    told = f"{word}: {why}" if why else word
    return Text(sign, style), Text(told, style), span, Text(length, style), guess


def _show_shift(screen: Screen, shift: Answer, now: datetime, zone: tzinfo) -> None:
    at = shape.moment(shift["at"])
    way = "put ahead" if shift["seconds"] > 0 else "put back"
    length = say_duration(timedelta(seconds=abs(shift["seconds"])))
    when = shape.clock_time(at, now, zone) if at else ""
    screen.line((f"The clocks were {way} by {length}: {when}.", "dim"), indent=2)


def _sum(slip: Answer) -> str:
    counted = timedelta(seconds=slip["counted_seconds"])
    target = timedelta(seconds=slip["target_seconds"])
    if counted >= target:
        return f"It adds up to {say_duration(counted)}."
    return f"So far {say_duration(counted)} of {say_duration(target)}."


def _zone(name: str) -> tzinfo:
    """The zone of the hours; UTC when this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return UTC
