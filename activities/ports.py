"""What the deeds need from the world, as small protocols. Adapters fill them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.llm import WORDS
from models.audit import LifeSeen, LifeTold
from models.command import Operation
from models.delivery import Mail
from models.llm import Answered, Ask, LlmTrouble
from models.messages import EscalationStart, RequestOrder
from models.sentiment import Reading


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


class Lives(Protocol):
    """The workflows of cases, seen from outside."""

    async def running(self) -> set[str]:
        """The ids of those that run, by a list that may lag behind: a hint, and no proof.

        Raises EngineUnavailable.
        """
        ...

    async def look(self, escalation_id: UUID) -> LifeSeen:
        """What Temporal itself knows of one. Raises EngineUnavailable."""
        ...

    async def ask(self, escalation_id: UUID) -> LifeTold | None:
        """What one says of itself; None when it does not answer."""
        ...

    async def begin_again(self, start: EscalationStart) -> bool:
        """Start a life that was lost. False when one runs: then nothing is done.

        Raises EngineUnavailable.
        """
        ...


class CaseDoor(Protocol):
    """The door of running cases, as a deed uses it."""

    async def send(self, escalation_id: UUID, operation: Operation) -> None:
        """Do something to a case, durably. Raises EscalationClosed, or EngineUnavailable."""
        ...


@dataclass(frozen=True)
class Call:
    """Something to tell another system. It carries ids and states, never a customer's words."""

    id: str
    """The same on every attempt."""

    body: Mapping[str, object]


class NotTaken(Exception):
    """Another system did not take a call."""

    def __init__(
        self,
        detail: str,
        *,
        for_good: bool = False,
        no_more: bool = False,
        wait: timedelta | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.for_good = for_good
        """Trying again will not help."""

        self.no_more = no_more
        """It wants no more calls at all."""

        self.wait = wait
        """How long it asked us to wait."""


class SystemUnknown(Exception):
    """The settings name no such system."""


class SystemCaller(Protocol):
    """How other systems are told something."""

    def address_of(self, name: str) -> str:
        """Where a system is. Raises SystemUnknown."""
        ...

    async def call(self, name: str, call: Call, now: datetime) -> None:
        """Tell a system something. Raises NotTaken, SystemUnknown."""
        ...


class ModelUnusable(Exception):
    """The model cannot be had here. The text says why, and what to do."""


class MessageReader(Protocol):
    """Whoever reads how people feel who write."""

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """What each text tells of its writer, in order. Raises ModelUnusable."""
        ...


class Embedder(Protocol):
    """Whoever makes vectors of texts, all of the same length."""

    @property
    def name(self) -> str:
        """The model: vectors of two models are not to be compared."""
        ...

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """One vector for each text, in their order. It takes a while, and waits for nobody.

        Raises ModelUnusable.
        """
        ...


class CreditIssuer(Protocol):
    """Where money goes out."""

    async def issue(self, order: RequestOrder, now: datetime) -> None:
        """Give the customer the money of this order, once for its key, however often it is asked.

        Raises NotTaken.
        """
        ...


class NoAnswer(Exception):
    """The language model gave no answer. Whoever asked goes on without: there is always a way.

    Its text is one of our own sentences, never the endpoint's, and no prompt.
    """

    def __init__(self, trouble: LlmTrouble, *, wait: float | None = None) -> None:
        super().__init__(WORDS[trouble])
        self.trouble = trouble
        self.wait = wait
        """Seconds for which the endpoint asked us to wait."""


class LanguageModel(Protocol):
    """Somebody who answers one question with one JSON object."""

    async def ask(self, ask: Ask) -> Answered:
        """Answer within the deadline, or raise NoAnswer. It raises nothing else."""
        ...
