"""Single steps: who does it, by when, and whether what it says really happens."""

from collections.abc import Iterator
from datetime import timedelta

from domain.lint_conditions import where
from models.actor import Role
from models.finding import Finding, Level
from models.playbook import Place, Playbook
from models.step import ENGINE_RUN, Approval, Credit, EmailStep, FollowUp, Schedule, Step

LONGEST_IN_OPEN_HOURS = timedelta(days=40)
"""Of a step that counts in open hours: 960 of them."""


def step_findings(playbook: Playbook) -> Iterator[Finding]:
    """What is wrong with a step by itself."""
    sets_appointment = any(
        isinstance(step, Schedule) or any(field.sets for field in step.fields)
        for step in playbook.steps
    )
    for index, step in enumerate(playbook.steps):
        place: Place = ("steps", index)
        yield from _admins(step, place)
        yield from _timing(step, place)
        if step.promised and isinstance(step, Credit | Approval):
            yield Finding(
                where=where((*place, "promised")),
                what="money, and the question about it, end with the case: they are no promise",
                mend="Leave `promised` out, or promise a `follow_up`.",
            )
        if isinstance(step, EmailStep) and not any(one.contact for one in step.outcomes):
            yield Finding(
                where=where((*place, "outcomes")),
                what="no outcome has `contact: true`, so the letter would never leave",
                mend="Set `contact: true` on the outcome that means: sent.",
            )
        if step.after and step.after.before_appointment is not None and not sets_appointment:
            yield Finding(
                where=where((*place, "after", "before_appointment")),
                what="no step asks when the appointment is",
                mend="Put a `schedule` step above it.",
                level=Level.WARNING,
            )


def _admins(step: Step, place: Place) -> Iterator[Finding]:
    """An admin configures and does not work cases: nobody would ever do such a step."""
    named: list[tuple[Place, Role | None]] = [
        (("owner",), step.owner),
        (("on_timeout", "escalate_to"), step.on_timeout.escalate_to),
    ]
    named += [
        (("on_outcome", outcome, "escalate_to"), jump.escalate_to)
        for outcome, jump in step.on_outcome.items()
    ]
    if isinstance(step, Approval):
        named.append((("approver",), step.approver))
    for key, role in named:
        if role is Role.ADMIN:
            yield Finding(
                where=where((*place, *key)),
                what="an admin sets things up and does not work cases",
                mend="Use agent, senior or manager.",
            )


def _timing(step: Step, place: Place) -> Iterator[Finding]:
    waits = step.after and (step.after.delay or step.after.before_appointment)
    if isinstance(step, FollowUp) and not waits:
        yield Finding(
            where=where((*place, "after")),
            what="a follow-up needs a delay: at once is not later",
            mend="Say how long after, such as `after: {delay: 24h}`.",
        )
    if step.kind not in ENGINE_RUN and step.due is None and not isinstance(step, Approval):
        yield Finding(
            where=where((*place, "due")),
            what=f"step `{step.id}` does not say by when it must be done",
            mend="Add `due: {within: 15m}`, or what fits.",
            level=Level.WARNING,
        )
    if step.due is not None and step.due.open_hours and step.due.within > LONGEST_IN_OPEN_HOURS:
        yield Finding(
            where=where((*place, "due", "within")),
            what="so many open hours are more than half a year",
            mend="Count in open hours: `40h` is a working week.",
        )
