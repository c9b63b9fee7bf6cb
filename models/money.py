"""Money in minor units, never a float."""

import re
from typing import Annotated, Any, assert_never

from pydantic import BeforeValidator, Field, StringConstraints

from models.actor import Role
from models.frozen import Frozen

_DIGITS = re.compile(r"^-?[0-9]{1,16}$")


def _from_text(given: Any) -> Any:
    """Content files know only text: `"5000"` is 5000. Nothing else is turned into a number."""
    return int(given) if isinstance(given, str) and _DIGITS.match(given) else given


class Money(Frozen):
    """An amount: `{minor: 420000, currency: "USD"}` is $4,200.00."""

    minor: Annotated[int, BeforeValidator(_from_text), Field(strict=True, ge=-(10**15), le=10**15)]
    """Minor units, such as cents."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    """ISO 4217 code."""

    def __str__(self) -> str:
        sign = "-" if self.minor < 0 else ""
        whole, cents = divmod(abs(self.minor), 100)
        amount = f"{whole:,}" if cents == 0 else f"{whole:,}.{cents:02d}"
        return f"{sign}${amount}" if self.currency == "USD" else f"{sign}{amount} {self.currency}"


class CreditLimits(Frozen):
    """How much each role may give in one case alone, in minor units of one currency.

    More needs a manager's yes, and so does any amount in another currency.
    """

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"
    agent: Annotated[int, Field(ge=0)] = 0
    senior: Annotated[int, Field(ge=0)] = 0
    manager: Annotated[int, Field(ge=0)] = 0

    def of(self, role: Role | None, currency: str) -> int:
        """The limit of a role in a currency: nothing for a role that does not work on cases."""
        if currency != self.currency:
            return 0
        match role:
            case Role.AGENT:
                return self.agent
            case Role.SENIOR:
                return self.senior
            case Role.MANAGER:
                return self.manager
            case Role.ADMIN | None:
                return 0
            case never:
                assert_never(never)
