"""SLA policies for tests."""

from typing import Any

from domain.policy import STANDARD
from models.edition import NEWEST
from models.messages import Book, HouseRules
from models.playbook import Playbook
from models.sla import SlaPolicy
from tests.domain.calendars import WORK, calendar, hours
from tests.domain.cases import NOON

SHOP = calendar(WORK, "Europe/Berlin")
"""Monday to Friday, nine to five, in Berlin. NOON is a Monday, one o'clock there."""

_TARGETS: dict[str, dict[str, Any]] = {
    "critical": {"first_response": "15m", "resolution": "4h", "next_response": "30m"},
    "high": {"first_response": "30m", "resolution": "8h", "next_response": "1h"},
    "medium": {
        "first_response": "2h", "resolution": "24h", "next_response": "2h", "calendar": "shop",
    },
    "low": {
        "first_response": "4h", "resolution": "40h", "next_response": "4h", "calendar": "shop",
    },
}  # fmt: skip


def policy(**given: Any) -> SlaPolicy:
    """A policy with business hours for what is not bad, as the shipped one has them."""
    told = {"slug": "house", "version": 2, "name": "House", "targets": _TARGETS}
    return SlaPolicy.model_validate({**told, **given})


HOUSE = policy()
RICH = policy(
    warnings=[{"at_percent": 50}, {"before": "30m"}, {"before": "5m"}],
    on_breach=[
        {"notify": "managers"},
        {"notify": "owner"},
        {"severity": "up"},
        {"hand_to": "manager", "clocks": ["resolution"]},
    ],
    notices={"calendar": "shop", "urgent": ["critical", "high"]},
    pauses={"stops": ["resolution", "next_response"], "longest": "3d"},
    reopen="resume",
)
"""Everything that a policy may declare."""


def book(of: Playbook, terms: SlaPolicy | None) -> Book:
    """What a case is pinned to: as 0.1.0 did it without terms, and with open hours otherwise."""
    if terms is None:
        return Book(playbook=of, policy=STANDARD, rules=HouseRules(edition=NEWEST))
    known = (hours(SHOP, NOON),) if terms.calendars else ()
    return Book(playbook=of, policy=terms, hours=known, rules=HouseRules(edition=NEWEST))
