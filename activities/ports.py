"""What the deeds need from the world, as small protocols. Adapters fill them."""

from typing import Protocol

from models.delivery import Mail


class PostOfficeError(Exception):
    """A letter did not leave. `permanent`: trying again will not help."""

    def __init__(self, detail: str, *, permanent: bool, handed_over: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.permanent = permanent
        self.handed_over = handed_over
        """The letter may have left: the answer was lost after hand-over."""


class PostOffice(Protocol):
    """Where letters are handed over."""

    async def hand_over(self, mail: Mail) -> None:
        """Hand a letter over. Raises PostOfficeError."""
        ...
