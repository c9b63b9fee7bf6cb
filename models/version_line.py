"""One version of a playbook as a line of a list: what is read of it when its steps are not."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from models.frozen import Frozen
from models.playbook import Origin, PlaybookRef, PlaybookVersion, Triggers
from models.text import Line


class VersionLine(Frozen):
    """A version, with as much of its document as a list shows."""

    ref: PlaybookRef
    name: Line
    triggers: Triggers
    steps: Annotated[int, Field(ge=1)]
    status: Literal["published", "draft"]
    origin: Origin
    created_at: AwareDatetime | None
    published_at: AwareDatetime | None


def line_of(version: PlaybookVersion) -> VersionLine:
    """The line of a version that was read whole."""
    playbook = version.playbook
    return VersionLine(
        ref=version.ref,
        name=playbook.name,
        triggers=playbook.triggers,
        steps=len(playbook.steps),
        status=version.status,
        origin=version.origin,
        created_at=version.created_at,
        published_at=version.published_at,
    )
