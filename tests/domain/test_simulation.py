"""A playbook played through: the rules of a case, an agent who does as told, and days at once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from activities.adapters.playbook_files import load_folder
from domain import simulation
from domain.simulation import MAX_EVENTS, MONDAY, policy_for
from models.escalation import Status
from models.playbook import Playbook
from models.simulation import AgentScript, Simulation
from models.sla import PolicyVersion
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MINUTE
from tests.domain.shipped import terms_for
from tests.domain.test_sla_lint import policy

LIBRARY = load_folder(Path(__file__).parents[2] / "playbooks")


def script(**given: Any) -> AgentScript:
    """What the agent does, as a file says it."""
    return AgentScript.model_validate(given)


def simulate(playbook: Playbook, given: AgentScript | None = None, *, days: int = 7) -> Simulation:
    """Played through by the SLA rules that are shipped."""
    terms = terms_for(given or AgentScript())
    return simulation.simulate(playbook, given, terms=terms, days=days)


def told(life: Simulation, fact: str) -> list[timedelta]:
    """When such things happened."""
    return [one.after for one in life.moments if one.fact == fact]


@pytest.mark.parametrize("playbook", LIBRARY, ids=lambda one: one.slug)
def test_each_of_our_playbooks_leads_to_an_end_when_all_goes_well(playbook: Playbook) -> None:
    life = simulate(playbook)
    assert life.status in (Status.RESOLVED, Status.CLOSED)
    assert life.resolved_after is not None
    assert life.resolved_after < 8 * HOUR
    assert not life.cut
    assert [one.at for one in life.moments] == sorted(one.at for one in life.moments)


@pytest.mark.parametrize("playbook", LIBRARY, ids=lambda one: one.slug)
def test_the_same_playbook_and_script_always_give_the_same_life(playbook: Playbook) -> None:
    given = script(answers={playbook.steps[0].id: ["never"]})
    assert simulate(playbook, given) == simulate(playbook, given)


@pytest.mark.parametrize("playbook", LIBRARY, ids=lambda one: one.slug)
def test_nobody_is_forgotten_when_nobody_does_anything(playbook: Playbook) -> None:
    """Each step has a way out: reminders first, then somebody higher."""
    idle = script(answers={step.id: "never" for step in playbook.steps})
    life = simulate(playbook, idle)
    assert life.status is Status.OPEN
    assert life.reminders > 0
    assert life.late == 2
    assert any("nobody did the step to the managers" in one.what for one in life.moments)


def test_a_step_takes_as_long_as_it_says_or_as_the_script_says() -> None:
    playbook = cases.playbook(cases.task("look", minutes=7), cases.task("mend", minutes=3))
    assert told(simulate(playbook), "step_ended") == [7 * MINUTE, 10 * MINUTE, 12 * MINUTE]
    slower = script(answers={"look": {"after": "1h"}})
    assert told(simulate(playbook, slower), "step_ended")[:2] == [HOUR, HOUR + 3 * MINUTE]


def test_each_run_of_a_step_has_its_own_answer_and_the_last_one_holds() -> None:
    playbook = cases.playbook(
        cases.step("call", "ring", "reached! -> resolve", "no-answer -> ring after 30m", minutes=1)
    )
    tries = script(answers={"ring": ["no-answer", "no-answer", "reached"]})
    assert told(simulate(playbook, tries), "step_ended") == [
        MINUTE,
        32 * MINUTE,
        63 * MINUTE,
    ]
    once = script(answers={"ring": ["no-answer", "reached"]})
    assert simulate(playbook, once).resolved_after == 32 * MINUTE


def test_a_step_can_be_skipped() -> None:
    playbook = cases.playbook(cases.task("look"), cases.task("mend", "done -> resolve"))
    life = simulate(playbook, script(answers={"look": "skip"}))
    assert any(one.what.startswith("Skipped: Do look") for one in life.moments)
    assert life.status is Status.RESOLVED


def test_what_the_rules_refuse_is_shown_and_not_tried_again() -> None:
    playbook = cases.playbook(cases.task("look"), cases.task("mend", skip="never"))
    life = simulate(playbook, script(answers={"look": "no-such-outcome"}))
    refused = [one for one in life.moments if one.fact is None]
    assert len(refused) == 1
    assert "no-such-outcome" in refused[0].what
    assert life.reminders > 0


def test_a_circle_is_cut_off_and_says_so() -> None:
    """Whoever begins again at the very end is not counted, so this one never ends."""
    playbook = cases.playbook(cases.task("look"))
    life = simulate(playbook, script(answers={"how-does-it-end": "again"}), days=60)
    assert life.cut
    assert MAX_EVENTS - 50 < len(life.moments) < MAX_EVENTS + 50


def test_the_longest_playbook_is_played_to_its_end_though_every_step_is_late() -> None:
    steps = [cases.task(f"look-{number}") for number in range(30)]
    slow = script(answers={step.id: {"after": "47h"} for step in steps})
    life = simulate(cases.playbook(*steps), slow, days=60)
    assert not life.cut
    assert life.reminders > 30
    assert life.status is Status.RESOLVED


def test_it_ends_with_the_days_that_were_asked_for() -> None:
    playbook = cases.playbook(
        cases.task("look", "done -> resolve"), cases.step("follow_up", "ask", "happy!")
    )
    assert len(told(simulate(playbook, days=1), "step_opened")) == 2
    late = script(answers={"look": {"after": "36h"}})
    assert told(simulate(playbook, late, days=1), "resolved") == [36 * HOUR]
    later = script(answers={"look": {"after": "37h"}})
    assert told(simulate(playbook, later, days=1), "resolved") == []


@pytest.mark.parametrize(
    "given",
    [
        {"answers": {"look": {"outcome": "done", "never": True}}},
        {"answers": {"look": {"outcom": "done"}}},
        {"answers": {"Not A Slug": "done"}},
        {"answers": {"look": {"after": "soon"}}},
        {"severity": "awful"},
        {"surprise": 1},
    ],
)
def test_a_script_that_means_nothing_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        script(**given)


def words(life: Simulation) -> str:
    """The whole life, a line for each moment."""
    return "\n".join(f"{one.at:%a %H:%M} {one.what}" for one in life.moments)


def test_a_calm_case_is_owed_its_solution_by_the_hours_that_its_policy_counts() -> None:
    """Forty hours of a business that opens for eight a day, from Monday at nine: Friday at five."""
    idle = script(severity="low", answers={"look": "never"})
    life = simulate(cases.playbook(cases.task("look", due={"within": "9d"})), idle)
    assert "first answer by 2026-03-02 13:00 UTC, solution by 2026-03-06 17:00 UTC" in words(life)
    assert told(life, "clock_breached") == [4 * HOUR, 4 * DAY + 8 * HOUR]
    pressing = simulate(
        cases.playbook(cases.task("look")), script(severity="critical", answers={"look": "never"})
    )
    assert told(pressing, "clock_breached") == [15 * MINUTE, 4 * HOUR]


def test_nobody_is_told_of_a_calm_case_before_the_house_opens() -> None:
    """The step is late at three in the night; the reminder waits until nine in the morning."""
    calm = script(severity="low", answers={"look": "never"})
    steps = cases.playbook(cases.task("look", due={"within": "18h"}))
    assert told(simulate(steps, calm), "step_reminded")[0] == DAY
    assert "Tue 09:00 Sent: a reminder to the owner" in words(simulate(steps, calm))
    assert "Tue 0" not in words(simulate(steps, calm)).replace("Tue 09:", "")
    pressing = script(severity="critical", answers={"look": "never"})
    assert "Tue 03:00 Sent: a reminder to the owner" in words(simulate(steps, pressing))


def test_a_step_that_counts_in_open_hours_does() -> None:
    due = {"within": "10h", "open_hours": True}
    steps = cases.playbook(cases.task("look", due=due, minutes=5))
    assert "To do until 2026-03-03 11:00 UTC" in words(simulate(steps, script(severity="low")))
    assert "To do until 2026-03-02 19:00 UTC" in words(simulate(steps, script(severity="high")))


def test_a_case_gets_the_policy_that_one_like_it_gets() -> None:
    rich = {"field": "customer.annual_value", "op": "at_least", "value": 1_000_000}
    mine = policy(2 * HOUR, calendar="24/7", slug="rich", when=rich)
    others = policy(8 * HOUR, calendar="24/7", slug="others", order=2)
    known = [PolicyVersion(version=3, hash=one.slug, policy=one) for one in (mine, others)]
    assert policy_for(script(), known).ref == "others@3"
    assert policy_for(script(customer_annual_value=1_000_000), known).ref == "rich@3"
    assert MONDAY.weekday() == 0
