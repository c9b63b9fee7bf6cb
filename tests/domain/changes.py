"""Changes of a playbook, as tests ask for them."""

from typing import Any

from domain.adopting import preview
from models.command import ChangePlaybook
from models.playbook import Playbook, PlaybookRef
from models.playbook_change import ChangePlan
from models.step import Step
from tests.domain.cases import MARCUS, playbook
from tests.domain.world import World


def version(*steps: Step, number: int = 2, **given: Any) -> ChangePlaybook:
    """The next version of the playbook of these tests."""
    return change("rescue", number, playbook(*steps, **given))


def other(*steps: Step, **given: Any) -> ChangePlaybook:
    """Another playbook altogether."""
    return change("refund", 1, playbook(*steps, slug="refund", **given))


def change(slug: str, number: int, document: Playbook) -> ChangePlaybook:
    """To this version of this playbook."""
    ref = PlaybookRef(slug=slug, version=number, hash=f"{slug}{number}")
    return ChangePlaybook(playbook=ref, document=document, seen="-")


def plan_of(world: World, command: ChangePlaybook) -> ChangePlan:
    """What would happen now."""
    return preview(world.book, world.state, command, world.now)


def fates(world: World, command: ChangePlaybook) -> dict[str, str]:
    """What would become of each step."""
    return {one.step: str(one.fate) for one in plan_of(world, command).fates}


def adopt(world: World, command: ChangePlaybook) -> None:
    """Do what the preview says."""
    world.do(command.model_copy(update={"seen": plan_of(world, command).token}), MARCUS)
