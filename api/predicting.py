"""Predictions for one case, at once: from counts alone, whatever else is away."""

from sqlalchemy.ext.asyncio import AsyncConnection

from activities import prospects
from api.dependencies import invalid
from api.workshop import current_version
from models.playbook import Playbook
from models.prediction import Prediction
from models.standing import EscalationLine
from models.store.repositories import playbooks


async def predict_by(connection: AsyncConnection, line: EscalationLine, action: str) -> Prediction:
    """How likely a case ends well, as cases like it did by this action.

    An action is a playbook, or a step of the one that the case goes by. Raises BadInput for
    anything else.
    """
    pinned = await playbooks.get(connection, line.playbook_slug, line.playbook_version)
    book = pinned.playbook if pinned else None
    if action != line.playbook_slug:
        other = await current_version(connection, action)
        if other is not None:
            book = other.playbook
        elif book is None or not _has(book, action):
            raise invalid(
                "action",
                "is no published playbook, and no step of the case's own one",
                "GET /cs/playbooks lists the playbooks",
            )
    return await prospects.predict(connection, line, book, action)


def _has(playbook: Playbook, step: str) -> bool:
    return any(one.id == step for one in (*playbook.steps, *playbook.built_in))
