"""Terms: the part of a book that deadlines are counted from, kept so that they can be explained."""

import hashlib

from models.frozen import Frozen
from models.hours import OpenHours
from models.sla import SlaPolicy


class SlaTerms(Frozen):
    """The policy and the open hours of a case. Many cases of a month share them."""

    policy: SlaPolicy
    hours: tuple[OpenHours, ...] = ()

    @property
    def hash(self) -> str:
        """SHA-256 of the terms."""
        return hashlib.sha256(self.model_dump_json().encode("utf-8")).hexdigest()
