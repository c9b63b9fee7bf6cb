"""A simulated life: what an agent answers, and what happened when."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, model_validator

from models.duration import Duration
from models.escalation import EscalationType, Status
from models.frozen import Frozen
from models.severity import Severity
from models.text import Line, Slug


def _as_in_a_file(given: Any) -> Any:
    """Values of a file are text. A number is no truth."""
    return given == "true" if given in ("true", "false") else given


def _no_truth(given: Any) -> Any:
    if isinstance(given, bool):
        raise ValueError("is no number")
    return given


_Count = Annotated[int, BeforeValidator(_no_truth)]
_Truth = Annotated[
    bool,
    Field(strict=True),
    BeforeValidator(_as_in_a_file, json_schema_input_type=bool | Literal["true", "false"]),
]


class Answer(Frozen):
    """What the agent of a simulation does with one run of a step: ends it, skips it, or nothing."""

    outcome: Slug | None = None
    """How it ends; empty: with its first outcome."""

    after: Duration | None = None
    """How long after it opened; empty: as long as the step takes by its own estimate."""

    skip: _Truth = False
    never: _Truth = False
    """Nobody does it: then one sees the reminders."""

    @model_validator(mode="after")
    def _one_thing(self) -> Answer:
        if sum((self.outcome is not None, self.skip, self.never)) > 1:
            raise ValueError("give one of outcome, skip, never")
        return self


def _spelt_out(given: Any) -> Any:
    """`reached` is an outcome; `never` and `skip` are what they say."""
    if not isinstance(given, str):
        return given
    return {given: True} if given in ("never", "skip") else {"outcome": given}


def _in_brackets(given: Any) -> Any:
    """One answer may stand without brackets."""
    return given if isinstance(given, list | tuple) else [given]


_Short = Answer | Slug
_Answer = Annotated[Answer, BeforeValidator(_spelt_out, json_schema_input_type=_Short)]
Answers = Annotated[
    tuple[_Answer, ...],
    BeforeValidator(_in_brackets, json_schema_input_type=tuple[_Short, ...] | _Short),
]
"""What an agent does with the runs of a step: one answer, or several; a word for an outcome."""


class AgentScript(Frozen):
    """How a simulated case begins, and what its agent does."""

    type: EscalationType = EscalationType.OTHER
    severity: Severity = Severity.HIGH
    appointment_in: Duration | None = None
    """How long after the opening the customer has an appointment."""

    customer_annual_value: Annotated[_Count, Field(ge=0, le=10**12)] = 0
    """Minor units."""

    customer_years: Annotated[_Count, Field(ge=0, le=200)] = 0
    answers: dict[Slug, Answers] = Field(default_factory=dict, max_length=60)
    """By step: the first answer is for its first run, the last one for all that follow. One may
    stand without brackets, and a word for it: an outcome, `never` or `skip`."""


class Moment(Frozen):
    """One thing that happened."""

    at: AwareDatetime
    after: timedelta
    """Since the opening."""

    who: Line
    fact: str | None
    """The kind of event; empty for what was refused."""

    what: Annotated[str, Field(max_length=2000)]


class Simulation(Frozen):
    """A life, as far as it was looked at."""

    moments: tuple[Moment, ...]
    status: Status
    """How the case stands at the end."""

    resolved_after: timedelta | None
    """How long it took until it was resolved first."""

    reminders: int
    mails: int
    """Letters and notices that left."""

    late: int
    """Targets that were missed."""

    cut: bool
    """It went on for too long and was cut off: the playbook may be a circle."""
