"""Whose alerts somebody is shown, and where the next page of them begins."""

import re
from datetime import UTC, datetime
from uuid import UUID

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from api.dependencies import invalid
from domain.alerts import concerns
from models.actor import Person
from models.alert import Alert, AlertFor, AlertKind
from models.store.repositories.alerts import Place, Reach

_SOMEBODY_ELSE = UUID(int=0)
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_MOMENT: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)
_CURSOR = re.compile(r"([0-9]{1,4})~([^~]{1,40})~([0-9]{1,15})[.]([0-9]{1,4})", re.ASCII)


def reach_of(person: Person, *, keeps_customers: bool, seniors: bool) -> Reach:
    """Which alerts concern somebody.

    The rule (domain/alerts.py) is asked, and not written down a second time.
    """

    def told(owner: UUID | None, rank: int) -> frozenset[AlertFor]:
        return frozenset(
            audience
            for audience in AlertFor
            if concerns(
                _alert_for(audience),
                person,
                owner,
                rank=rank,
                keeps_customers=keeps_customers,
                seniors=seniors,
            )
        )

    rank = person.role.rank
    return Reach(
        person,
        always=told(_SOMEBODY_ELSE, rank + 1),
        own=told(person.id, rank + 1),
        free=told(None, rank),
    )


def _alert_for(audience: AlertFor) -> Alert:
    """Any alert for them: the rule looks at nothing else of it."""
    return Alert(
        n=1,
        kind=AlertKind.OVERDUE_STEP,
        occasion="any",
        audience=audience,
        raised_at=_ANY_TIME,
        expires_at=_ANY_TIME,
    )


def cursor_text(place: Place) -> str:
    """What is handed in for the alerts behind this one."""
    at = place.raised_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f"{place.importance}~{at}~{place.number}.{place.n}"


def cursor_place(text: str | None) -> Place | None:
    """Where the page before ended; None for the first page. Raises FieldsInvalid."""
    if text is None:
        return None
    found = _CURSOR.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        at = _MOMENT.validate_python(found[2]).astimezone(UTC)
    except (ValidationError, ValueError, OverflowError) as error:
        words = ("is not one of ours", "Use next_cursor of the page before.")
        raise invalid("cursor", *words) from error
    return Place(int(found[1]), at, int(found[3]), int(found[4]))
