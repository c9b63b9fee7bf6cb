"""Whom rules name and nobody can reach (trap 30): roles that nobody has, addresses of nobody."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from models.actor import Role
from models.playbook import Playbook
from models.sla import PolicyFile
from models.step import Step, doer

NOBODYS = (".test", ".invalid", ".example", ".localhost")
"""No mail ever arrives under these (RFC 2606)."""


def unfilled(
    roles: Collection[Role], policies: Iterable[PolicyFile], playbooks: Iterable[Playbook]
) -> dict[Role, tuple[str, ...]]:
    """The roles that somebody must have, and nobody of these has, nor a higher one.

    Each with what names it, as people write it: `premium on_breach`, `goodwill/ask-manager`.
    """
    reached = max((role.rank for role in roles), default=0)
    found: dict[Role, list[str]] = {}
    for role, where in (*_of_policies(policies), *_of_playbooks(playbooks)):
        told = found.setdefault(role, [])
        if role.rank > reached and where not in told:
            told.append(where)
    return {role: tuple(found[role]) for role in Role if found.get(role)}


def nobodys(addresses: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the addresses at which nobody can read anything, in order."""
    return tuple(name for name, address in addresses.items() if address.endswith(NOBODYS))


def _of_policies(policies: Iterable[PolicyFile]) -> Iterator[tuple[Role, str]]:
    for policy in policies:
        for action in policy.on_breach:
            if action.hand_to is not None:
                yield action.hand_to, f"{policy.slug} on_breach"


def _of_playbooks(playbooks: Iterable[Playbook]) -> Iterator[tuple[Role, str]]:
    for playbook in playbooks:
        for step in playbook.steps:
            for role in _of_step(step):
                yield role, f"{playbook.slug}/{step.id}"


def _of_step(step: Step) -> Iterator[Role]:
    """Who must do it, and who gets the case. Whom `on_timeout` tells is reached by an address."""
    yield doer(step)
    yield from (one.escalate_to for one in step.on_outcome.values() if one.escalate_to is not None)
