"""Ways out: no step of a person waits for ever, and every question has an answer (trap 62)."""

from collections.abc import Iterator

from domain.lint_conditions import where
from models.actor import Role
from models.finding import Finding, Level
from models.playbook import Place, Playbook
from models.step import ENGINE_RUN, Approval, Credit, Schedule, Step


def way_findings(playbook: Playbook) -> Iterator[Finding]:
    """Steps that nobody would be told of, questions without a yes or a no, groups in pieces."""
    for index, step in enumerate(playbook.steps):
        place: Place = ("steps", index)
        if step.kind not in ENGINE_RUN:
            yield from _timeout(step, place)
        yield from _answers(step, place)
    yield from _groups(playbook)


def _timeout(step: Step, place: Place) -> Iterator[Finding]:
    rule = step.on_timeout
    told = rule.escalate_to
    if isinstance(step, Approval):
        if step.due is None:
            yield Finding(
                where=where((*place, "due")),
                what=f"the question `{step.id}` never expires by itself",
                mend="Say how long it waits, such as `due: {within: 2h}`.",
            )
    elif told is None and rule.go_to is None:
        yield Finding(
            where=where((*place, "on_timeout")),
            what=f"nobody hears of it when step `{step.id}` stays undone",
            mend="Name who is told, `escalate_to: manager`, or a step to go to.",
        )
    if told is Role.AGENT:
        yield Finding(
            where=where((*place, "on_timeout", "escalate_to")),
            what="an agent is told by reminders already",
            mend="Use senior or manager.",
        )


def _answers(step: Step, place: Place) -> Iterator[Finding]:
    grants = [one.id for one in step.outcomes if one.grants]
    if isinstance(step, Approval):
        if step.approver is Role.AGENT:
            yield Finding(
                where=where((*place, "approver")),
                what="an agent cannot say yes to another agent",
                mend="Use senior or manager.",
            )
        if not grants or len(grants) == len(step.outcomes):
            yield Finding(
                where=where((*place, "outcomes")),
                what=f"the question `{step.id}` has no yes, or no no",
                mend="Set `grants: true` on the outcome that means yes, and on no other.",
            )
        elif step.expiry is not None and step.expiry.grants:
            yield Finding(
                where=where((*place, "expires_as")),
                what="nobody's silence means yes",
                mend="Name an outcome that does not grant.",
            )
    elif isinstance(step, Credit) and not grants:
        yield Finding(
            where=where((*place, "outcomes")),
            what="no outcome has `grants: true`, so the money would never go out",
            mend="Set `grants: true` on the outcome that means: give it.",
        )
    elif grants and not isinstance(step, Credit):
        yield Finding(
            where=where((*place, "outcomes")),
            what="`grants` means something on approvals and credits only",
            mend="Leave it out.",
            level=Level.WARNING,
        )
    if isinstance(step, Schedule) and all(one.without_fields for one in step.outcomes):
        yield Finding(
            where=where((*place, "outcomes")),
            what="every outcome is `without_fields`, so the time would never be written down",
            mend="Leave `without_fields` out of the outcome that means: we have a time.",
        )


def _groups(playbook: Playbook) -> Iterator[Finding]:
    seen: set[str] = set()
    above: str | None = None
    for index, step in enumerate(playbook.steps):
        if step.group is not None and step.group != above and step.group in seen:
            yield Finding(
                where=where(("steps", index, "group")),
                what=f"the group `{step.group}` is in pieces: its steps do not open together",
                mend="Put its steps one below the other, or give them another group.",
            )
        above = step.group
        seen |= {step.group} if step.group else set()
