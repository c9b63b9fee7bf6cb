"""Where it happens: a whole Rightnow, each part a process that can be killed, and its sinks."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from domain.playbook import document_hash
from models.actor import Person, Role
from models.playbook import Playbook
from models.step import Due
from models.store.repositories import playbooks
from models.store.session import Store
from supervisor import processes
from supervisor.crew import Patience
from supervisor.stack import Stack
from supervisor.temporary import temporary_stack
from tests.chaos import shim
from tests.chaos.plan import Plan
from tests.chaos.sink import Sink, listening, taking_calls
from upkeep import team
from upkeep.library import bring_up_to_date, publish_library
from workflows.search_attributes import REGISTRATION

PLAYBOOKS = Path(__file__).parent / "playbooks"
UNDER_FIRE = "under-fire"
ROOT = Path(__file__).parent.parent.parent
SYSTEM = "crm"
"""The other system: it is told of cases, and it pays credits."""

_SECRET = "whsec_" + "c2luay1zaW5rLXNpbmstc2luay1zaW5r"
NEW_RUN_AFTER = 150
"""Events after which Temporal suggests a new run; the real one says 4,096."""

_ROLES = (Role.AGENT, Role.SENIOR, Role.MANAGER, Role.AGENT)
_PATIENCE = Patience(first_wait=0.5, longest_wait=4, healthy_after=5)


@dataclass(frozen=True)
class Player:
    """A member of the team, with a token."""

    person: Person
    token: str


@dataclass(frozen=True)
class Arena:
    """A running Rightnow with everything that a checker looks at."""

    stack: Stack
    store: Store
    sink: Sink
    notes: Path
    """Where the shim notes the answers that it lost."""

    def lost(self) -> list[dict[str, str]]:
        """The answers that the shim lost, in order."""
        if not self.notes.exists():
            return []
        return [json.loads(line) for line in self.notes.read_text(encoding="utf-8").splitlines()]

    def lost_letters(self) -> Counter[str]:
        """How often the mail server's answer to a letter was lost, by Message-ID."""
        return Counter(one["what"] for one in self.lost() if one["where"] == "letter")

    def lost_calls(self) -> Counter[str]:
        """How often another system's answer to a call was lost, by Webhook-Id."""
        return Counter(one["what"] for one in self.lost() if one["where"] == "call")

    async def players(self, count: int) -> list[Player]:
        """So many members of the team: agents, seniors and managers by turns."""
        found: list[Player] = []
        for number in range(count):
            email = f"player-{number}@demo.test"
            role = _ROLES[number % len(_ROLES)]
            person = await team.add_person(self.store, email, f"Player {number}", role)
            found.append(Player(person, await team.new_token(self.store, email)))
        return found


@asynccontextmanager
async def arena(plan: Plan) -> AsyncIterator[Arena]:
    """A fresh Rightnow for one run, gone afterwards."""
    sink = Sink()
    with listening(sink) as smtp_url:
        async with (
            taking_calls(sink) as system_url,
            temporary_stack(
                search_attributes=REGISTRATION,
                migrate=_furnish,
                patience=_PATIENCE,
                changes=_outside(smtp_url, system_url),
            ) as stack,
        ):
            notes = stack.settings.data_dir / "lost-answers.jsonl"
            await _shorten_runs(stack)
            for name in ("worker", "api"):
                if plan.lost_answers:
                    _lose_answers(stack, name, plan, notes)
                await stack.start(name)
            store = Store(stack.database_url, pool=4)
            try:
                yield Arena(stack, store, sink, notes)
            finally:
                await store.close()


def _outside(smtp_url: str, system_url: str) -> dict[str, object]:
    """The settings by which whatever leaves the house arrives at the sinks."""
    systems = {SYSTEM: {"url": system_url, "secret": _SECRET}}
    return {
        "smtp_url": SecretStr(smtp_url),
        "webhooks": SecretStr(json.dumps(systems)),
        "credit_target": SYSTEM,
        "outgoing_loopback": True,
    }


def _furnish(url: str) -> None:
    bring_up_to_date(url)

    async def publish() -> None:
        store = Store(url, pool=1)
        await publish_library(store, PLAYBOOKS)
        await _publish_another(store)
        await store.close()

    asyncio.run(publish())


async def _publish_another(store: Store) -> None:
    """Another version of the playbook under fire; new cases go on beginning with the first one."""
    async with store.transaction() as connection:
        first = await playbooks.get(connection, UNDER_FIRE, 1)
        assert first is not None
        changed = another_version(first.playbook)
        await playbooks.publish(connection, changed, document_hash(changed))
        await playbooks.make_current(connection, first.ref)


def another_version(first: Playbook) -> Playbook:
    """Sooner, without the offer, and with more time for the cause."""
    steps = tuple(
        one.model_copy(update={"due": Due(within=timedelta(seconds=25))})
        if one.id == "find-cause"
        else one
        for one in first.steps
        if one.id != "make-offer"
    )
    changed = first.model_copy(update={"steps": steps, "resolve_within": timedelta(minutes=18)})
    return Playbook.model_validate(changed.model_dump(by_alias=True))


async def _shorten_runs(stack: Stack) -> None:
    """Have Temporal suggest a new run early, so that new runs begin while things are killed."""
    await stack.stop("temporal")
    spec = stack._specs["temporal"]
    limit = f"limit.historyCount.suggestContinueAsNew={NEW_RUN_AFTER}"
    command = (*spec.command, "--dynamic-config-value", limit)
    stack._specs["temporal"] = replace(spec, command=command)
    await stack.start("temporal")


def _lose_answers(stack: Stack, name: str, plan: Plan, notes: Path) -> None:
    specs = {"worker": processes.worker_spec, "api": processes.api_spec}
    spec = specs[name](stack.settings)
    told = {
        shim.SHARE: str(plan.lost_answers),
        shim.SEED: str(plan.seed),
        shim.NOTES: str(notes),
    }
    stack._specs[name] = replace(
        spec,
        command=(sys.executable, "-P", "-m", "tests.chaos.shim", name),
        environment={**spec.environment, **told},
    )
