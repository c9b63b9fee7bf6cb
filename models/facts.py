"""What conditions can ask of a case: the one input of every predicate."""

from typing import Annotated

from pydantic import Field

from models.escalation import EscalationType, Source
from models.frozen import Frozen
from models.severity import Severity
from models.text import Line


class Facts(Frozen):
    """A case as conditions see it. Each `models.predicate.Fact` reads one field."""

    type: EscalationType
    severity: Severity
    source: Source
    text: str = ""
    """Title and description. Empty once the case runs: words stay in PostgreSQL."""

    customer_tier: Line | None = None
    customer_years: Annotated[int, Field(ge=0)] = 0
    customer_annual_value: Annotated[int, Field(ge=0)] = 0
    """Minor units."""

    appointment_known: bool = False
    touches: Annotated[int, Field(ge=0)] = 0
    """Messages and calls so far."""

    reopened: Annotated[int, Field(ge=0)] = 0
    """How often the case was reopened."""
