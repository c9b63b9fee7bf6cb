"""Who does something: a person of the team, the customer, another system, or the engine."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from models.frozen import Frozen
from models.mail_address import MailAddress
from models.text import Line, VisibleLine


class Role(StrEnum):
    """What a person of the team may do. An admin configures and does not work cases."""

    AGENT = "agent"
    SENIOR = "senior"
    MANAGER = "manager"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Case-working rank: agent 1, senior 2, manager 3; an admin has none."""
        return {Role.AGENT: 1, Role.SENIOR: 2, Role.MANAGER: 3, Role.ADMIN: 0}[self]


class Scope(StrEnum):
    """What a service token may do."""

    READ = "esc:read"
    OPEN = "esc:open"
    EVENT = "esc:event"


class ActorKind(StrEnum):
    """The kinds of actor that a timeline can name."""

    PERSON = "person"
    CUSTOMER = "customer"
    SERVICE = "service"
    ENGINE = "engine"
    OPERATOR = "operator"


class Actor(Frozen):
    """Who is behind an operation. Carries ids and roles, never a name."""

    kind: ActorKind
    """Person, customer, service, engine (a timer), or operator (Temporal's own page)."""

    id: UUID | None = None
    """The person or service, if there is one."""

    role: Role | None = None
    """The person's role when the operation was accepted."""

    scopes: tuple[Scope, ...] = ()
    """What a service may do."""

    @property
    def key(self) -> str:
        """Stable text for idempotency: one actor's keys never meet another's."""
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)


ENGINE = Actor(kind=ActorKind.ENGINE)
OPERATOR = Actor(kind=ActorKind.OPERATOR)


class PersonIn(Frozen):
    """A member of the team, as they are added."""

    email: MailAddress
    name: VisibleLine
    role: Role


class Person(Frozen):
    """A member of the team."""

    id: UUID
    email: MailAddress
    name: Line
    role: Role
    active: bool = True
    """A person who left keeps the name in timelines and can do nothing."""

    created_at: AwareDatetime | None = None

    def as_actor(self) -> Actor:
        """This person as the actor of an operation."""
        return Actor(kind=ActorKind.PERSON, id=self.id, role=self.role)
