"""Single steps: who does it, by when, and whether what it says really happens."""

from collections.abc import Iterator

from domain.lint_conditions import where
from models.actor import Role
from models.finding import Finding, Level
from models.playbook import Place, Playbook
from models.step import ENGINE_RUN, Approval, EmailStep, FollowUp, Step


def step_findings(playbook: Playbook) -> Iterator[Finding]:
    """What is wrong with a step by itself."""
    sets_appointment = any(field.sets for step in playbook.steps for field in step.fields)
    for index, step in enumerate(playbook.steps):
        place: Place = ("steps", index)
        yield from _admins(step, place)
        yield from _timing(step, place)
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
                mend="Give a step above a `moment` field with `sets: appointment_at`.",
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
    if step.kind not in ENGINE_RUN and step.due is None:
        yield Finding(
            where=where((*place, "due")),
            what=f"step `{step.id}` does not say by when it must be done",
            mend="Add `due: {within: 15m}`, or what fits.",
            level=Level.WARNING,
        )
