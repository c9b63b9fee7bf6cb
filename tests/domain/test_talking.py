"""Who is in the middle of a conversation, and who is not."""

from datetime import timedelta

from domain.talking import REACHED_WITHIN, WITHIN, in_the_middle
from models.actor import Actor
from tests.domain.cases import MARCUS, MINUTE, SARAH, step, task
from tests.domain.world import World

STEPS = (
    step("call", "call", "reached!", "no-answer"),
    step("notify", "tell"),
    task("listen"),
    task("offer", "done", "no"),
    task("write"),
)
JUST_SO = timedelta(seconds=1)


def talks(world: World, who: Actor = SARAH) -> bool:
    """Whether they are in the middle of it, now."""
    assert who.id
    return in_the_middle(world.state, world.book.playbook, who.id, world.now)


def test_whoever_reached_the_customer_is_in_the_middle_of_it_for_ten_minutes() -> None:
    world = World(*STEPS)
    assert not talks(world)
    world.done("call", "reached")
    assert talks(world)
    assert not talks(world, MARCUS)
    world.sleep(WITHIN)
    assert talks(world)
    world.sleep(JUST_SO)
    assert not talks(world)


def test_each_step_of_the_conversation_counts_ten_minutes_anew_and_a_notice_does_not_end_it() -> (
    None
):
    world = World(*STEPS)
    world.done("call", "reached")
    for name in ("listen", "offer"):
        world.sleep(8 * MINUTE)
        world.done(name)
        assert talks(world)


def test_an_hour_after_the_customer_was_reached_nobody_talks_any_more() -> None:
    world = World(*STEPS)
    world.done("call", "reached")
    world.sleep(REACHED_WITHIN)
    world.done("listen")
    assert talks(world)
    world.sleep(JUST_SO)
    assert not talks(world)


def test_whoever_only_tried_is_free() -> None:
    world = World(*STEPS)
    world.done("call", "no-answer")
    assert not talks(world)
    world.done("listen")
    assert not talks(world)


def test_when_somebody_else_went_on_with_the_case_nobody_is_in_the_middle_of_it() -> None:
    world = World(*STEPS)
    world.done("call", "reached")
    world.sleep(MINUTE)
    world.done("listen", by=MARCUS)
    assert not talks(world)
    assert not talks(world, MARCUS)
