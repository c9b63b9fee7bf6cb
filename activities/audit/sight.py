"""What one audit saw: findings, what it looked at, and of which kinds it saw everything."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from models.audit import FindingKind, Found


@dataclass
class Sight:
    """Filled by one look after the other."""

    found: list[Found] = field(default_factory=list)
    covered: dict[FindingKind, set[UUID] | None] = field(default_factory=dict)
    """In which cases a kind was looked for; None: in all. What is not here was not looked for."""

    suspects: set[UUID] = field(default_factory=set)
    """Cases whose workflow should be looked at."""

    looked_at: dict[str, int] = field(default_factory=dict)

    def tell(self, one: Found) -> None:
        """Something is wrong. What a case has is a reason to look at its workflow."""
        self.found.append(one)
        if one.escalation_id is not None and not one.healed:
            self.suspects.add(one.escalation_id)

    def saw_all(self, kind: FindingKind, seen: int, most: int) -> None:
        """All of a kind were looked for; not when there are more than fit into one audit."""
        self.covered[kind] = None if seen < most else set()

    def saw(self, kinds: Iterable[FindingKind], cases: Iterable[UUID]) -> None:
        """These kinds were looked for in these cases."""
        for kind in kinds:
            known = self.covered.setdefault(kind, set())
            if known is not None:
                known.update(cases)
