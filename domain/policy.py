"""The SLA policy that holds when no other was published."""

from datetime import timedelta

from models.severity import Severity
from models.sla import SlaPolicy, Targets

STANDARD = SlaPolicy(
    slug="standard",
    version=1,
    name="Standard, all hours count",
    targets={
        Severity.CRITICAL: Targets(
            first_response=timedelta(minutes=15), resolution=timedelta(hours=4)
        ),
        Severity.HIGH: Targets(first_response=timedelta(minutes=30), resolution=timedelta(hours=8)),
        Severity.MEDIUM: Targets(first_response=timedelta(hours=2), resolution=timedelta(hours=24)),
        Severity.LOW: Targets(first_response=timedelta(hours=4), resolution=timedelta(hours=40)),
    },
)
"""Medium and low count business hours one day; until calendars exist, all hours count, and every
deadline says `24/7`."""
