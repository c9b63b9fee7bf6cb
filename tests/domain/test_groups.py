"""Groups: steps that open together, and a step below that waits for all of them."""

import pytest

from models.command import Reopen, Resolve
from models.playbook import LAST_STEP
from models.step import Step
from tests.domain.cases import HOUR, playbook, step, task
from tests.domain.world import World


def together(*names: str, group: str = "g") -> list[Step]:
    return [task(name, group=group) for name in names]


def test_steps_of_a_group_open_together_and_the_step_below_waits_for_all() -> None:
    world = World(task("begin"), *together("a", "b", "c"), task("end"))
    world.done("begin")
    assert world.open == ["a", "b", "c"]
    for name in ("b", "c"):
        world.done(name)
        assert "end" not in world.open
    world.skipped("a")
    assert world.open == ["end"]


def test_a_case_can_begin_with_a_group_and_two_groups_follow_each_other() -> None:
    world = World(*together("a", "b"), *together("c", "d", group="h"), task("end"))
    assert world.open == ["a", "b"]
    world.done("a")
    assert world.open == ["b"]
    world.done("b")
    assert world.open == ["c", "d"]
    world.done("d")
    world.done("c")
    assert world.open == ["end"]


def test_a_member_that_is_left_out_or_waits_is_waited_for_as_well() -> None:
    never = {"field": "severity", "op": "is", "value": "low"}
    left_out, later = task("b", group="g", when=never), task("c", group="g", after={"delay": "1h"})
    world = World(task("a", group="g"), left_out, later, task("end"))
    world.done("a")
    assert world.waiting == ["c"]
    world.sleep(HOUR)
    world.done("c")
    assert world.open == ["end"]


def test_a_jump_back_above_a_group_plays_it_again_and_one_into_it_only_that_step() -> None:
    steps = (
        task("begin"),
        *together("a", "b"),
        task("end", "fine", "again -> begin", "part -> a"),
    )
    world = World(*steps)
    world.done("begin")
    for name in ("a", "b"):
        world.done(name)
    world.done("end", "part")
    assert world.open == ["a#2"]
    world.done("a#2")
    assert world.open == ["end#2"]
    world.done("end#2", "again")
    world.done("begin#2")
    assert world.open == ["a#3", "b#2"]


def test_a_case_that_begins_with_a_group_begins_with_all_of_it_again() -> None:
    world = World(*together("a", "b"))
    for name in ("a", "b"):
        world.done(name)
    world.done(LAST_STEP, "again")
    assert world.open == ["a#2", "b#2"]
    world.do(Resolve())
    world.do(Reopen())
    assert world.open == ["a#3", "b#3"]


def test_the_engines_part_of_a_group_is_done_beside_the_peoples() -> None:
    world = World(step("webhook", "tell", group="g"), task("a", group="g"), task("end"))
    assert world.open == ["a"]
    world.done("a")
    assert world.open == ["end"]


def test_a_circle_through_a_group_is_refused() -> None:
    with pytest.raises(ValueError, match="circle"):
        playbook(task("a", after={"step": "c"}), *together("b", "c"))
