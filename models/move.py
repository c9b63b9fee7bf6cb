"""That a case moved: which one, and how far. What happened in it is read where cases are read."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from models.escalation import Status
from models.frozen import Frozen


class Move(Frozen):
    """A case is at this version now. It has no words: nothing of a customer's is in it."""

    escalation_id: UUID
    number: Annotated[str, Field(examples=["E-1042"])]
    version: int
    status: Status
