"""The house: the company that runs Rightnow, as it signs and where it is reached."""

from models.actor import Person, Role
from models.frozen import Frozen
from models.messages import HouseRules


class House(Frozen):
    """The company, by name and addresses. The roots make it from the settings."""

    company: str
    """The name that customers know."""

    sender: str
    """Address from which letters and notices leave."""

    managers: str
    """Who is told when nobody else can be."""

    vp: str
    """The named contact of an executive escalation."""

    seniors: str = "seniors@rightnow.test"
    """Who is told of cases that wait for a senior."""

    retention: frozenset[str] = frozenset()
    """Mail addresses of the team that keeps customers from leaving, in lower case."""

    rules: HouseRules = HouseRules()
    """What each case is pinned to as it is opened."""

    def keeps_customers(self, person: Person, *, seniors: bool = True) -> bool:
        """Whether somebody is of the team that keeps customers from leaving.

        Where the settings name nobody, it is the seniors; where there are none, the managers.
        """
        if self.retention:
            return person.email.lower() in self.retention
        return person.role is (Role.SENIOR if seniors else Role.MANAGER)

    @property
    def own_addresses(self) -> frozenset[str]:
        """Addresses whose mail is our own, in lower case: it opens no case."""
        return frozenset({self.sender.lower()})
