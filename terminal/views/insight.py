"""What is seen in a case: who should look at it, how the customer feels, and how it may end."""

from datetime import datetime, tzinfo

from rich.text import Text

from terminal import shape, signs
from terminal.answer import Answer, one_line
from terminal.screen import Screen

Row = tuple[str | Text, ...]


def show_insight(screen: Screen, case: Answer, chance: Answer | None, zone: tzinfo | None) -> None:
    """Alerts, mood, risk and chance, each in a line; nothing at all when nothing is known.

    `chance` is how likely the case ends well by its playbook, as the API tells it.
    """
    now = shape.moment(case["now"])
    ai, alerts = case.get("ai") or {}, case.get("alerts") or ()
    rows = [*_mood(ai), *_risk(ai), *_chance(chance)]
    if now is None or not (rows or alerts):
        return
    screen.heading("What we see")
    screen.rows([_alert(screen, one, now, zone) for one in alerts])
    screen.rows(rows)


def _alert(screen: Screen, alert: Answer, now: datetime, zone: tzinfo | None) -> Row:
    sign = signs.ALERT
    raised_at = shape.moment(alert.get("raised_at"))
    since = f", since {shape.clock_time(raised_at, now, zone)}" if raised_at else ""
    return (
        Text(f"{sign.mark(ascii_only=screen.ascii_only)} {sign.word}", style=sign.style),
        Text(one_line(alert["title"]), style="bold"),
        f"for {signs.audience(alert['audience'])}{since}",
    )


def _mood(ai: Answer) -> list[Row]:
    told, mood = ai.get("sentiment") or {}, ai.get("mood") or {}
    if not told:
        return []
    drops = mood.get("drops") or 0
    worse = f", much worse {_times(drops)}" if drops else ""
    return [("Mood:", f"{one_line(told['says'])}{worse}", signs.reader(told["source"]))]


def _risk(ai: Answer) -> list[Row]:
    if (risk := ai.get("churn_risk")) is None:
        return []
    return [("May leave:", _share(risk), "a guess from what they wrote")]


def _chance(chance: Answer | None) -> list[Row]:
    if not chance:
        return []
    told = "too few cases to say"
    if chance.get("enough"):
        low, high = _share(chance["low"]), _share(chance["high"])
        told = f"{_share(chance['probability'])}, likely between {low} and {high}"
    return [("Ends well:", told, one_line(chance.get("words")))]


def _share(share: float) -> str:
    return f"{round(share * 100)} %"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
