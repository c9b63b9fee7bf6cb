"""The house: the company that runs Rightnow, as it signs and where it is reached."""

from models.frozen import Frozen


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

    @property
    def own_addresses(self) -> frozenset[str]:
        """Addresses whose mail is our own, in lower case: it opens no case."""
        return frozenset({self.sender.lower()})
