"""Another playbook: it begins anew, promises stay, money and letters go out or are taken back."""

from typing import Any

import pytest

from domain.standing import standing
from models.command import Pause, Resolve, Resume
from models.delivery import DeliveryStatus, EffectKind, PendingEffect
from models.errors import (
    NotAllowed,
    NotInThisStatus,
    PlaybookNotAdoptable,
)
from models.escalation import StepStatus
from models.event import EffectEnded
from models.playbook_change import Fate
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MARCUS, NOON, PRIYA, playbook, step, task
from tests.domain.changes import adopt, change, fates, other, plan_of
from tests.domain.world import World, none_end

THREE = (task("a"), task("b"), task("c"))


def test_another_playbook_is_played_from_its_beginning_whatever_names_it_shares() -> None:
    world = World(*THREE)
    world.done("a")
    new = other(task("x"), task("a"), task("c"))
    told = fates(world, new)
    assert told == {"a": "stays", "b": "vanishes", "x": "new", "c": "later"} | {"a": "later"}
    adopt(world, new)
    assert world.open == ["x"]
    world.done("x")
    assert world.open == ["a#2"]
    world.done("a#2")
    assert world.open == ["c"]


def test_promises_to_the_customer_stay_and_are_kept_as_they_were_made() -> None:
    world = World(
        task("a"), step("follow_up", "ask", "happy", "no -> ask after 2h", owner="senior")
    )
    world.done("a")
    waiting = world.run("ask")
    new = other(task("x"))
    assert fates(world, new) == {"a": "stays", "ask": "promised", "x": "new"}
    adopt(world, new)
    kept = world.run("ask")
    assert (kept.opens_at, kept.status, str(kept.of)) == (
        waiting.opens_at,
        waiting.status,
        "rescue@1",
    )
    world.done("x")
    world.sleep_until(NOON + DAY)
    assert "ask" in world.open
    assert standing(world.state.model_copy(update={"steps": (world.run("ask"),)}), new.document)
    with pytest.raises(NotAllowed):
        world.done("ask", "happy")
    world.done("ask", "no", MARCUS)
    assert "ask#2" in world.waiting
    world.sleep(2 * HOUR)
    world.do(Resolve(), MARCUS)
    assert world.open == ["ask#2"]
    world.done("ask#2", "happy", MARCUS)


def test_a_promise_of_another_playbook_leads_to_none_of_the_new_steps() -> None:
    ask = step("follow_up", "ask", "happy", "no -> a")
    world = World(task("a"), ask)
    world.done("a")
    adopt(world, other(task("x"), task("a")))
    world.sleep(DAY)
    world.done("ask", "no", MARCUS)
    assert world.open == ["x"]


def test_a_promise_whose_name_the_other_playbook_uses_stands_in_the_way() -> None:
    world = World(task("a"), step("follow_up", "ask"))
    world.done("a")
    new = other(task("x"), task("ask"))
    found = plan_of(world, new)
    assert not found.possible
    [why] = [one.why for one in found.fates if one.fate is Fate.CANNOT]
    assert why is not None
    assert why.startswith("The other playbook has a step of that name.")
    with pytest.raises(PlaybookNotAdoptable):
        adopt(world, new)
    world.sleep(DAY)
    world.skipped("ask")
    adopt(world, new)
    assert world.open == ["x"]


def test_a_promise_of_another_playbook_does_not_become_a_namesake_of_a_later_version() -> None:
    world = World(task("a"), step("follow_up", "ask"))
    world.done("a")
    adopt(world, other(task("x")))
    document = playbook(task("x"), step("follow_up", "ask"), slug="refund")
    later = change("refund", 2, document)
    [why] = [one.why for one in plan_of(world, later).fates if one.fate is Fate.CANNOT]
    assert why is not None
    assert why.startswith("The other playbook has a step of that name.")
    with pytest.raises(PlaybookNotAdoptable):
        adopt(world, later)
    assert str(world.run("ask").of) == "rescue@1"


@pytest.mark.parametrize("delay", [None, {"delay": "2h"}])
def test_money_that_was_promised_is_given_before_the_playbook_changes(delay: Any) -> None:
    world = World(step("credit", "give", "yes+", "no", promised=True, after=delay))
    assert (world.open, world.waiting) == ((["give"], []) if delay is None else ([], ["give"]))
    assert fates(world, other(task("x")))["give"] == "cannot"
    with pytest.raises(PlaybookNotAdoptable, match="keep it first"):
        adopt(world, other(task("x")))


def test_deliveries_that_have_not_begun_are_taken_back() -> None:
    def slow(effect: PendingEffect) -> DeliveryStatus | None:
        return None

    credit = step("credit", "give", "yes+", "no")
    world = World(credit, postman=slow)
    world.done("give", "yes", PRIYA, amount=cases.usd(1_000))
    adopt(world, other(task("x")))
    assert world.run("give").status is StepStatus.CANCELLED
    [ended] = [one for one in world.facts(EffectEnded) if "step_credit" in one.key]
    assert ended.status is DeliveryStatus.CANCELLED


def test_money_that_has_left_is_on_its_way() -> None:
    world = World(step("credit", "give", "yes+", "no"), postman=none_end)
    world.done("give", "yes", PRIYA, amount=cases.usd(1_000))
    world.sleep(HOUR)
    adopt(world, other(task("x")))
    assert world.run("give").status is StepStatus.DONE
    [money] = [one for one in world.state.effects if one.kind is EffectKind.STEP_CREDIT]
    world.end(money, DeliveryStatus.SENT)
    assert world.open == ["x"]


def test_another_playbook_starts_no_work_in_a_case_on_hold() -> None:
    world = World(*THREE)
    world.do(Pause(reason_id=cases.REASON), PRIYA)
    with pytest.raises(NotInThisStatus, match="Let it go on first"):
        adopt(world, other(task("x")))
    world.do(Resume(), PRIYA)
    adopt(world, other(task("x")))
    assert world.open == ["x"]
