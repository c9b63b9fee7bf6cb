"""How bad it is for the customer."""

from enum import StrEnum


class Severity(StrEnum):
    """How bad it is for the customer."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
