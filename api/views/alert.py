"""Alerts as people see them: what happened, whom it concerns, and one button."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AwareDatetime, Field

from api.views.line import own_now
from domain import alert_words
from domain.alerts import live, showing
from models.alert import Alert, AlertFor, AlertKind, AlertSource
from models.customer import first_name
from models.escalation import EscalationState, number_text
from models.frozen import Frozen
from models.standing import EscalationLine


class ButtonView(Frozen):
    """The one thing to press."""

    label: str
    number: Annotated[str, Field(examples=["E-1042"])]
    """The case that it opens."""

    step: str | None
    """The step that it opens; empty when there is nothing to do in the case now."""


class AlertView(Frozen):
    """One alert."""

    id: Annotated[str, Field(examples=["E-1042.3"])]
    kind: AlertKind
    title: str
    audience: AlertFor
    number: Annotated[str, Field(examples=["E-1042"])]
    customer_name: str
    raised_at: AwareDatetime
    expires_at: AwareDatetime
    """Nobody is shown it any more from then on."""

    due_at: AwareDatetime | None
    """By when we promised what it is about; empty where nothing was promised by a time."""

    button: ButtonView
    source: AlertSource
    """Who says so."""


class AlertPage(Frozen):
    """The caller's alerts, what is worst first."""

    items: tuple[AlertView, ...]
    next_cursor: str | None = None
    """Hand it in as `cursor` for the next page; empty on the last."""


def alert_view(alert: Alert, line: EscalationLine) -> AlertView:
    """One alert of a case, for its list."""
    name = first_name(line.customer_name)
    step = alert.step or (line.step.run if line.step else None)
    return AlertView(
        id=f"{number_text(line.number)}.{alert.n}",
        kind=alert.kind,
        title=alert_words.title(alert, name),
        audience=alert.audience,
        number=number_text(line.number),
        customer_name=line.customer_name,
        raised_at=alert.raised_at,
        expires_at=alert.expires_at,
        due_at=alert.due_at,
        button=ButtonView(
            label=alert_words.button(alert, name), number=number_text(line.number), step=step
        ),
        source=alert.source,
    )


def shown_alerts(line: EscalationLine, state: EscalationState | None) -> Iterator[AlertView]:
    """What a case is alerted of now, whomever it concerns."""
    now = own_now(line)
    for alert in live(state) if state else ():
        if showing(alert, now):
            yield alert_view(alert, line)
