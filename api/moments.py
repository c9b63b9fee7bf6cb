"""Moments as callers write them: a date and a time with a zone, near enough to be meant.

A number is no moment: `0` is 1970 for one library and an error for the next. Far away ones are
refused at the edge, because an hour before the year 1 cannot be computed, and a timer of a
thousand years cannot be set.
"""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from api.dependencies import invalid

APPOINTMENT_WITHIN = timedelta(days=400)
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")
_YEARS = range(1970, 2200)


def _as_text(given: Any) -> Any:
    if isinstance(given, datetime) or (isinstance(given, str) and _WRITTEN.match(given)):
        return given
    raise ValueError("is not a moment; write it like 2026-11-23T09:30:00+01:00")


def _near(moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise ValueError("is too far away; check the year")
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_as_text), AfterValidator(_near)]
"""An instant such as `2026-11-23T09:30:00+01:00`, of the years 1970 to 2199."""


def require_appointment(where: str, at: datetime | None, now: datetime) -> None:
    """Let an appointment pass that somebody may keep, or have missed. Raises FieldsInvalid."""
    if at is not None and abs(at - now) > APPOINTMENT_WITHIN:
        raise invalid(where, "is more than 400 days away", "Check the year.")
