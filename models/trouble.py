"""The root of every error, and the troubles that one tells. models/errors.py has the tree."""

from typing import ClassVar

from models.frozen import Frozen


class Trouble(Frozen):
    """One thing that is wrong: where, what, and what to do about it."""

    where: str
    """A field, such as `customer.name`, or a file with its line and key."""

    what: str
    """What is wrong with it."""

    mend: str = ""
    """What to do about it."""


class RightnowError(Exception):
    """The root. Each leaf has a stable code, a plain title, and says whether trying again helps."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong."
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str, *, troubles: tuple[Trouble, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        """What happened, and what to do, in plain words. Never a customer's words."""

        self.troubles = troubles
