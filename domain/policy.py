"""SLA policies: which one a case is pinned to, and the one that holds when none was published."""

from collections.abc import Iterable
from datetime import timedelta

from domain.predicate import holds
from models.facts import Facts
from models.severity import Severity
from models.sla import PolicyVersion, SlaPolicy, Targets

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
"""What cases of 0.1.0 are pinned to: all hours count, and every deadline says `24/7`."""


def match_policy(policies: Iterable[PolicyVersion], facts: Facts) -> SlaPolicy:
    """The policy of a case: in their declared order the first whose condition holds."""
    for one in sorted(policies, key=lambda known: (known.policy.order, known.policy.slug)):
        if holds(one.policy.when, facts):
            return one.policy.pinned(one.version)
    return STANDARD
