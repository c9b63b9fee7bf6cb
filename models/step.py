"""A step of a playbook: one thing to do, who does it, with which words, and by when."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from models.actor import Role
from models.duration import Duration
from models.frozen import Frozen
from models.money import Money
from models.predicate import Predicate
from models.text import Line, Slug, Text


class StepKind(StrEnum):
    """What kind of thing is to be done."""

    CALL = "call"
    EMAIL = "email"
    OFFER = "offer"
    FOLLOW_UP = "follow_up"
    TASK = "task"
    NOTIFY = "notify"
    APPROVAL = "approval"
    SCHEDULE = "schedule"
    CREDIT = "credit"
    WEBHOOK = "webhook"


class SkipRule(StrEnum):
    """Whether a step may be left out."""

    FREE = "free"
    WITH_REASON = "with_reason"
    NEVER = "never"


class Outcome(Frozen):
    """One way in which a step can end, as the agent chooses it."""

    id: Slug
    label: Line
    """What the button says, in plain words."""

    contact: bool = False
    """A person of ours reached the customer. The first such outcome is the first response."""

    without_fields: bool = False
    """Nothing has to be filled in for the step to end this way."""

    grants: bool = False
    """On an approval it means yes; on a credit step the money goes out."""


class Jump(Frozen):
    """What an outcome leads to, when it is not simply the next step. Exactly one is given."""

    go_to: Slug | None = None
    """A step that runs next, again if it ran before."""

    resolve: bool = False
    """The case is resolved."""

    escalate_to: Role | None = None
    """The case is handed up."""

    delay: Duration | None = None
    """How long to wait before `go_to`."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Jump:
        if sum((self.go_to is not None, self.resolve, self.escalate_to is not None)) != 1:
            raise ValueError("give exactly one of go_to, resolve, escalate_to")
        return self


class After(Frozen):
    """When a step may open: after another step ended, after a delay, or before a moment."""

    step: Slug | None = None
    """The step that must have ended. Left out: the one above it in the list."""

    delay: Duration | None = None
    """How long after that it opens."""

    before_appointment: Duration | None = None
    """It opens this long before the appointment, and not before the step above it ended."""

    @model_validator(mode="after")
    def _one_way(self) -> After:
        if self.before_appointment is not None and self.delay is not None:
            raise ValueError("give either delay or before_appointment, not both")
        return self


def _is_not(value: bool) -> bool:
    """Left out of what is stored, so that a playbook of an earlier version keeps its hash."""
    return not value


class Due(Frozen):
    """By when an open step must be done."""

    within: Duration
    """Counted from the moment it opened."""

    open_hours: Annotated[bool, Field(exclude_if=_is_not)] = False
    """Counted in the hours of the case's SLA policy, and not in all hours."""


class OnTimeout(Frozen):
    """What happens when a step is overdue. A step never waits without a way out."""

    remind_every: Annotated[Duration, Field(ge=timedelta(minutes=1))] = timedelta(minutes=30)
    """Pause between two reminders."""

    remind_times: Annotated[int, Field(ge=0, le=20)] = 3
    """How many reminders at most."""

    escalate_to: Role | None = Role.MANAGER
    """Who is told after the last reminder."""

    go_to: Slug | None = None
    """A step that runs instead after the last reminder."""


class Repeat(Frozen):
    """How often a step may run again."""

    limit: Annotated[int, Field(ge=1, le=20)]


class Script(Frozen):
    """What to say. Placeholders such as `{customer.first_name}` are filled when it is shown."""

    opening: Text
    key_points: Annotated[tuple[Text, ...], Field(max_length=12)] = ()
    closing: Text | None = None


class Letter(Frozen):
    """A mail to the customer. The agent can change it before it leaves."""

    subject: Line
    body: Text


class FieldKind(StrEnum):
    """What the agent writes into a field."""

    TEXT = "text"
    MOMENT = "moment"
    MONEY = "money"


class StepField(Frozen):
    """Something the agent writes down when the step is done."""

    id: Slug
    label: Line
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    sets: Literal["appointment_at"] | None = None
    """The fact of the case that this field becomes."""

    @model_validator(mode="after")
    def _sets_a_moment(self) -> StepField:
        if self.sets == "appointment_at" and self.kind is not FieldKind.MOMENT:
            raise ValueError("only a field of kind `moment` can set appointment_at")
        return self


class _Step(Frozen):
    id: Slug
    title: Line
    """What to do, in plain words, beginning with a verb."""

    why: Line | None = None
    """Why it helps, in one sentence."""

    script: Script | None = None
    outcomes: Annotated[tuple[Outcome, ...], Field(max_length=8)] = ()
    on_outcome: Annotated[dict[Slug, Jump], Field(max_length=8, default_factory=dict)]
    when: Predicate | None = None
    """The step is left out, and said so, when this is not true as its turn comes."""

    after: After | None = None
    due: Due | None = None
    on_timeout: OnTimeout = OnTimeout()
    owner: Role = Role.AGENT
    """Who may do it, at least."""

    minutes: Annotated[int, Field(ge=1, le=600)] = 5
    """How long it takes a person, about."""

    skip: SkipRule = SkipRule.WITH_REASON
    group: Slug | None = None
    """Steps of the same group, one below the other, open together."""

    repeat: Repeat | None = None
    promised: bool = False
    """The customer was promised it: it goes on after the case is resolved."""

    fields: Annotated[tuple[StepField, ...], Field(max_length=12)] = ()


class Call(_Step):
    """Telephone the customer."""

    kind: Literal[StepKind.CALL]


class EmailStep(_Step):
    """Send the customer a letter. It leaves ten seconds after the agent says so."""

    kind: Literal[StepKind.EMAIL]
    letter: Letter


class OfferStep(_Step):
    """Offer the customer something that makes it right."""

    kind: Literal[StepKind.OFFER]
    offer: Text
    """The offer in plain words."""

    at_most: Money | None = None
    """What it may cost at most."""


class FollowUp(_Step):
    """Ask again later, as promised."""

    kind: Literal[StepKind.FOLLOW_UP]
    promised: bool = True


class Task(_Step):
    """Do something that is neither a call nor a letter."""

    kind: Literal[StepKind.TASK]
    instructions: Annotated[tuple[Text, ...], Field(max_length=12)] = ()


class Notify(_Step):
    """The engine tells somebody of ours, and proves that it did."""

    kind: Literal[StepKind.NOTIFY]
    to: Literal["assignee", "managers", "vp"]
    letter: Letter


class Approval(_Step):
    """Somebody of a role says yes or no, and never the one who asked for it.

    It expires when it is due, so that nobody waits for an answer that does not come.
    """

    kind: Literal[StepKind.APPROVAL]
    approver: Role
    question: Text
    expires_as: Slug | None = None
    """The outcome it ends with when nobody answers. Left out: the first that does not grant."""

    @property
    def expiry(self) -> Outcome | None:
        """The outcome of an approval that nobody answered."""
        if self.expires_as is not None:
            return next((one for one in self.outcomes if one.id == self.expires_as), None)
        return next((one for one in self.outcomes if not one.grants), None)


class Schedule(_Step):
    """Find a time with the customer and write it down. It becomes the case's appointment."""

    kind: Literal[StepKind.SCHEDULE]
    lasts: Duration | None = None
    """How long the appointment takes, so that the agent can say so."""


class Credit(_Step):
    """Give money back. The agent says how much, and the engine does it ten seconds later."""

    kind: Literal[StepKind.CREDIT]
    at_most: Money
    approve_within: Duration = timedelta(hours=4)
    """How long an amount above the agent's own limit waits for a manager's yes."""


class Webhook(_Step):
    """The engine tells another system."""

    kind: Literal[StepKind.WEBHOOK]
    target: Slug
    """The name of a system that the settings know. Addresses are never in a playbook."""


Step = Annotated[
    Call
    | EmailStep
    | OfferStep
    | FollowUp
    | Task
    | Notify
    | Approval
    | Schedule
    | Credit
    | Webhook,
    Field(discriminator="kind"),
]

ENGINE_RUN = frozenset({StepKind.NOTIFY, StepKind.WEBHOOK})
"""The kinds that the engine does by itself."""


def doer(step: Step) -> Role:
    """The lowest role that may do a step: an approval's is whoever may say yes."""
    return step.approver if isinstance(step, Approval) else step.owner
