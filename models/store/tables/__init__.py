"""Tables, one file a noun. Truths of the business are constraints here."""

from models.store.tables import (
    content,
    customer,
    delivery,
    escalation,
    event,
    mail,
    operation,
    person,
    playbook,
)
from models.store.tables.metadata import METADATA

__all__ = [
    "METADATA",
    "content",
    "customer",
    "delivery",
    "escalation",
    "event",
    "mail",
    "operation",
    "person",
    "playbook",
]
