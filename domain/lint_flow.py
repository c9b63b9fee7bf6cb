"""The way through a playbook: steps that never open, circles without a limit, no way to an end.

A step opens when the step that it follows has ended, was left out or was skipped. It does not when
that step's outcome went somewhere else or ended the case; a promised step opens even then. A jump
back ends by its repeat limit, and then the case goes on below.
"""

from collections.abc import Iterator

from domain.lint_conditions import where
from models.finding import Finding, Level
from models.playbook import Playbook
from models.step import ENGINE_RUN, Jump, SkipRule, Step


def flow_findings(playbook: Playbook) -> Iterator[Finding]:
    """What is wrong with the way from step to step."""
    yield from _never_opened(playbook)
    yield from _endless(playbook)
    if not any(jump.resolve for step in playbook.steps for jump in step.on_outcome.values()):
        yield Finding(
            where="steps",
            what="no outcome ends the case, so somebody must do it by hand",
            mend="Give the last step an outcome with `on_outcome: {name: {resolve: true}}`.",
            level=Level.WARNING,
        )


def _never_opened(playbook: Playbook) -> Iterator[Finding]:
    plain, with_skips = (_opened(playbook, skipping=skipping) for skipping in (False, True))
    for index, step in enumerate(playbook.steps):
        if step.id not in with_skips:
            what, level = "can never open: no way leads to it", Level.ERROR
        elif step.id not in plain:
            what, level = "opens only when the step before it is skipped", Level.WARNING
        else:
            continue
        yield Finding(
            where=where(("steps", index)),
            what=f"step `{step.id}` {what}",
            mend="Name it in a `go_to`, or give the step before it an outcome that goes on.",
            level=level,
        )


def _opened(playbook: Playbook, *, skipping: bool) -> set[str]:
    """The steps that some way leads to; with or without skipping steps by hand."""
    opened = {step.id for step in playbook.first_steps}
    while True:
        jumped = {target for name in opened for target in _jumps(playbook.step(name))}
        more = {step.id for step in playbook.steps if _follows(playbook, step, opened, skipping)}
        if not (more | jumped) - opened:
            return opened
        opened |= more | jumped


def _follows(playbook: Playbook, step: Step, opened: set[str], skipping: bool) -> bool:
    anchors = playbook.anchors(step)
    return all(_leads_to(playbook, playbook.step(one), step, opened, skipping) for one in anchors)


def _leads_to(
    playbook: Playbook, before: Step, step: Step, opened: set[str], skipping: bool
) -> bool:
    if step.promised and not before.promised:
        return True
    if before.id not in opened:
        return False
    if before.kind in ENGINE_RUN or before.when is not None:
        return True
    if skipping and before.skip is not SkipRule.NEVER:
        return True
    jumps = [before.on_outcome.get(outcome.id) for outcome in before.outcomes]
    return any(_goes_on(playbook, before, jump, step) for jump in jumps)


def _goes_on(playbook: Playbook, step: Step, jump: Jump | None, below: Step) -> bool:
    """Whether the step below opens some time after this outcome."""
    if jump is None or jump.escalate_to is not None:
        return True
    if jump.resolve:
        return below.promised
    return jump.go_to is not None and step.id in _ways(playbook, jump.go_to)


def _jumps(step: Step) -> set[str]:
    names = {jump.go_to for jump in step.on_outcome.values()} | {step.on_timeout.go_to}
    return {name for name in names if name}


def _ways(playbook: Playbook, start: str) -> set[str]:
    """Every step that can come after `start`, and itself."""
    found = {start}
    while True:
        below = {step.id for step in playbook.steps if found & {*playbook.anchors(step)}}
        jumped = {target for name in found for target in _jumps(playbook.step(name))}
        if not (below | jumped) - found:
            return found
        found |= below | jumped


def _endless(playbook: Playbook) -> Iterator[Finding]:
    for index, step in enumerate(playbook.steps):
        for outcome, jump in step.on_outcome.items():
            if jump.go_to is None or step.id not in _ways(playbook, jump.go_to):
                continue
            if playbook.step(jump.go_to).repeat is None:
                yield Finding(
                    where=where(("steps", index, "on_outcome", outcome)),
                    what=f"goes back to `{jump.go_to}`, which does not say how often it may run",
                    mend=f"Give `{jump.go_to}` a limit, such as `repeat: {{limit: 3}}`.",
                )
