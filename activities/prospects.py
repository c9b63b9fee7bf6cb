"""How a case may end, by what is on record of cases like it: counts alone, and no waiting."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from domain import prediction
from models.escalation import EscalationType
from models.playbook import Playbook
from models.prediction import Outlook, PredictedCsat, Prediction, Tallies
from models.severity import Severity
from models.standing import EscalationLine
from models.store.repositories import predictions


class Expected(NamedTuple):
    """What came of cases of a type and of about that severity, whatever was done in them."""

    left: Prediction
    """How likely the customer leaves."""

    content: PredictedCsat


class Prospects(NamedTuple):
    """What cases like one tell of it."""

    success: Prediction
    """How likely it ends well by the action that was asked about."""

    outlook: Outlook


async def predict(
    connection: AsyncConnection,
    line: EscalationLine,
    playbook: Playbook | None,
    action: str | None = None,
) -> Prediction:
    """How likely a case ends well by an action; without one, whatever is done in it.

    An action is the playbook, or one of its steps. Without a playbook nothing is believed before.
    """
    return _success(await _tallies(connection, line, playbook, action), line, playbook, action)


async def prospects(
    connection: AsyncConnection,
    line: EscalationLine,
    playbook: Playbook,
    action: str | None,
    risk: float | None,
) -> Prospects:
    """The same, and what may become of the case whatever is done: counted once for all of it.

    `risk` is how much the customer's words speak for their leaving.
    """
    seen = await _tallies(connection, line, playbook, action)
    left = prediction.loss(seen, line.type, line.severity)
    content = prediction.csat(*await predictions.scores(connection, line.type))
    return Prospects(
        _success(seen, line, playbook, action), prediction.outlook(risk, left, content)
    )


async def expected(
    connection: AsyncConnection, type_: EscalationType, severity: Severity
) -> Expected:
    """The same for every case of that kind that goes on: none of them is among those counted."""
    seen = await predictions.tallies(connection, type_, prediction.band(severity))
    left = prediction.loss(seen, type_, severity)
    return Expected(left, prediction.csat(*await predictions.scores(connection, type_)))


def _success(
    seen: Tallies, line: EscalationLine, playbook: Playbook | None, action: str | None
) -> Prediction:
    prior = playbook.success if playbook is not None else None
    return prediction.success(prior, seen, line.type, line.severity, action)


async def _tallies(
    connection: AsyncConnection,
    line: EscalationLine,
    playbook: Playbook | None,
    action: str | None,
) -> Tallies:
    by_step = playbook is not None and action is not None and action != playbook.slug
    return await predictions.tallies(
        connection,
        line.type,
        prediction.band(line.severity),
        playbook=playbook.slug if playbook is not None and action is not None else None,
        step=action if by_step else None,
        but=line.id,
    )
