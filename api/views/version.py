"""One version of a playbook, as a list shows it."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.predicate import sentence
from models.frozen import Frozen
from models.playbook import Origin
from models.version_line import VersionLine


class VersionView(Frozen):
    """One version of a playbook, without its steps."""

    id: Annotated[str, Field(examples=["missed-appointment@3"])]
    slug: str
    version: int
    name: str
    status: str
    current: bool
    """New cases begin with it, if its trigger holds."""

    origin: Origin
    for_cases: str
    """Which cases it is for, as a sentence."""

    priority: int
    steps: int
    created_at: AwareDatetime | None
    published_at: AwareDatetime | None


def version_view(found: VersionLine, *, current: bool) -> VersionView:
    """A version; whether it is current only its neighbours say."""
    return VersionView(
        id=str(found.ref),
        slug=found.ref.slug,
        version=found.ref.version,
        name=found.name,
        status=found.status,
        current=current,
        origin=found.origin,
        for_cases=sentence(found.triggers.when),
        priority=found.triggers.priority,
        steps=found.steps,
        created_at=found.created_at,
        published_at=found.published_at,
    )
