"""Money in minor units, never a float."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

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
