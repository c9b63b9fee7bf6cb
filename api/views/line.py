"""A case in a list. A page has fifty of them, so they are plain dictionaries with a known shape.

What goes out was looked at when it came in, and the type checker knows every field: to build models
here would only check it once more, and would take longer than to find the rows.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from api.parts import Parts
from domain.script import placeholders, render
from domain.script_values import line_values
from domain.standing import light
from models.escalation import EscalationType, Light, Status, number_text
from models.money import Money
from models.severity import Severity
from models.standing import EscalationLine
from models.step import StepKind

_SHAPE = ConfigDict(extra="forbid", use_attribute_docstrings=True)


@with_config(_SHAPE)
class PersonView(TypedDict):
    """Somebody of the team."""

    id: UUID
    name: str


@with_config(_SHAPE)
class StepNowView(TypedDict):
    """The step to do now."""

    id: str
    kind: StepKind
    title: str
    due_at: AwareDatetime | None


@with_config(_SHAPE)
class LineView(TypedDict):
    """One case in a list."""

    id: UUID
    number: Annotated[str, Field(examples=["E-1042"])]
    version: int
    status: Status
    light: Light
    type: EscalationType
    severity: Severity
    title: str
    customer_name: str
    customer_annual_value: Money | None
    assignee: PersonView | None
    playbook: str
    step: StepNowView | None
    due_at: AwareDatetime | None
    """The tightest SLA deadline that still runs."""

    opened_at: AwareDatetime
    now: AwareDatetime
    """The case's own time, to count down from."""


@with_config(_SHAPE)
class LinePage(TypedDict):
    """A page of cases."""

    items: list[LineView]
    next_cursor: str | None
    """Hand it in as `cursor` for the next page; empty on the last."""


_PAGE = TypeAdapter(LinePage)


async def answer_page(
    parts: Parts, lines: Iterable[EscalationLine], next_cursor: str | None
) -> Response:
    """A page as a finished answer."""
    items = [await line_view(parts, line) for line in lines]
    body = _PAGE.dump_json({"items": items, "next_cursor": next_cursor})
    return Response(body, media_type="application/json")


async def line_view(parts: Parts, line: EscalationLine) -> LineView:
    """A case for a list."""
    now = own_now(line)
    return {
        "id": line.id,
        "number": number_text(line.number),
        "version": line.version,
        "status": line.status,
        "light": light(line.due_at, line.warn_at, now),
        "type": line.type,
        "severity": line.severity,
        "title": line.title,
        "customer_name": line.customer_name,
        "customer_annual_value": line.customer_annual_value,
        "assignee": assignee_view(line),
        "playbook": f"{line.playbook_slug}@{line.playbook_version}",
        "step": await _step_now(parts, line),
        "due_at": line.due_at,
        "opened_at": line.opened_at,
        "now": now,
    }


async def _step_now(parts: Parts, line: EscalationLine) -> StepNowView | None:
    step = line.step
    if step is None:
        return None
    slug, number = line.playbook_slug, line.playbook_version
    if step.of is not None:
        slug, _, of = step.of.partition("@")
        number = int(of)
    version = await parts.playbook(slug, number)
    title = version.playbook.step(step.step).title
    if placeholders(title):
        title = render(title, line_values(parts.house.company, line))
    return {"id": step.run, "kind": step.kind, "title": title, "due_at": step.due_at}


def assignee_view(line: EscalationLine) -> PersonView | None:
    """Whose case it is."""
    if line.assignee_id is None:
        return None
    return {"id": line.assignee_id, "name": line.assignee_name or "Somebody"}


def own_now(line: EscalationLine) -> datetime:
    """What time it is for this case: a demonstration may have moved its clock ahead."""
    return datetime.now(UTC) + line.clock_offset  # noqa: TID251 (the edge reads the clock)
