"""What time brings about: each thing once, none before its time."""

from datetime import timedelta
from uuid import UUID

from temporalio.client import Client

from config.settings import Settings
from domain.simulation import simulate
from models.command import Assign, Operation
from models.delivery import DeliveryStatus, EffectKind
from models.escalation import Status, StepStatus
from models.ids import new_id
from models.simulation import AgentScript
from models.store.repositories import deliveries, escalations, playbooks
from models.store.session import Store
from tests.conftest import Colleague
from tests.desk import Desk
from tests.domain.shipped import terms_for
from tests.workflows.clockwork import Clockwork
from workflows.client import Engine

LATE = timedelta(seconds=60)
"""The engine may be so late on a busy machine; nothing else of these lives is so near."""


async def test_a_short_target_warns_at_half_time_and_a_long_one_thirty_minutes_before(
    sarah: Desk, clockwork: Clockwork, store: Store
) -> None:
    opened = await sarah.open_case(severity="critical")
    case = opened["escalation_id"]
    state = await clockwork.ahead(case, timedelta(minutes=7))
    first = state.clocks[0]
    assert first.warned_at is None
    state = await clockwork.ahead(case, timedelta(minutes=1))
    first = state.clocks[0]
    assert first.warned_at is not None
    assert timedelta(0) <= first.warned_at - first.warn_at < LATE
    state = await clockwork.ahead(case, timedelta(hours=4))
    resolution = state.clocks[1]
    assert resolution.target == timedelta(hours=4)
    assert resolution.due_at - resolution.warn_at == timedelta(minutes=30)
    assert resolution.warned_at is not None
    assert resolution.breached_at is not None
    assert resolution.breached_at >= resolution.due_at
    facts = await clockwork.facts(case)
    assert facts.count("clock_warned") == 2
    assert facts.count("clock_breached") == 2
    async with store.transaction() as connection:
        ledger = await deliveries.of(connection, UUID(case))
    warnings = [one for one in ledger if one.kind is EffectKind.SLA_WARNING]
    assert len(warnings) == 2
    assert {one.status for one in ledger} == {DeliveryStatus.SENT}


async def test_seven_days_after_the_solution_both_promises_were_kept_or_reminded(
    sarah: Desk, clockwork: Clockwork
) -> None:
    answer = await sarah.open_case()
    for _ in range(5):
        answer = await sarah.work(answer)
    assert answer["snapshot"]["status"] == "resolved"
    case = answer["escalation_id"]
    state = await clockwork.ahead(case, timedelta(hours=23))
    assert [run.status for run in state.steps if run.promised] == [StepStatus.WAITING] * 2
    state = await clockwork.ahead(case, timedelta(hours=2))
    day = next(run for run in state.steps if run.promised)
    assert day.status is StepStatus.OPEN
    assert day.opens_at is not None
    assert day.opened_at is not None
    assert timedelta(0) <= day.opened_at - day.opens_at < LATE
    answer = await sarah.work(
        {
            **answer,
            "version": state.version,
            "snapshot": {**answer["snapshot"], "step": {"id": day.id}},
        }
    )
    state = await clockwork.ahead(case, timedelta(days=6))
    week = [run for run in state.steps if run.promised][1]
    assert week.status is StepStatus.OPEN
    assert state.status is Status.RESOLVED


async def test_a_case_that_was_taken_and_not_begun_is_free_again(
    sarah: Desk,
    clockwork: Clockwork,
    client: Client,
    settings: Settings,
    colleagues: dict[str, Colleague],
) -> None:
    opened = await sarah.open_case(severity="critical")
    case, number = opened["escalation_id"], opened["number"]
    actor = colleagues["sarah"].actor
    claim = Assign(assignee_id=actor.id, only_if_free=True, lapses_after=timedelta(minutes=45))
    take = Operation(op_id=new_id(), actor=actor, command=claim)
    await Engine(client, settings.task_queue).operate(UUID(case), take)
    state = await clockwork.ahead(case, timedelta(minutes=44))
    assert state.assignee_id is not None
    assert state.claimed_until is not None
    state = await clockwork.ahead(case, timedelta(minutes=2))
    assert state.assignee_id is None
    told = await sarah.get(f"/cs/escalations/{number}/timeline", min_version=state.version)
    assert "Sarah Lind did not begin. The case is free again." in [
        one["what"] for one in told["items"]
    ]


async def test_a_case_closes_fourteen_days_after_its_solution_and_then_refuses_politely(
    sarah: Desk, clockwork: Clockwork
) -> None:
    opened = await sarah.open_case(type="other", title="A small thing")
    number, case = opened["number"], opened["escalation_id"]
    await sarah.post(f"/cs/escalations/{number}/resolution", {"note": "Explained it."})
    state = await clockwork.settled(case)
    for run in state.steps:
        if not run.ended:
            await clockwork.ahead(case, timedelta(days=30))
    handle = clockwork.client.get_workflow_handle(f"escalation-{case}")
    await clockwork_closed(clockwork, case)
    ending = await handle.result()
    assert ending["status"] == "closed"
    late = await sarah.ask("POST", f"/cs/escalations/{number}/notes", {"text": "Too late"})
    assert late.status_code == 409
    assert late.json()["code"] == "escalation-closed"
    again = await sarah.ask("POST", f"/cs/escalations/{number}/reopening", {"reason": "Again"})
    assert again.status_code == 201
    linked = await sarah.case(again.json()["number"], at=again.json()["version"])
    assert linked["reopened_from"] == case


async def clockwork_closed(clockwork: Clockwork, case: str) -> None:
    """Let the rest of fourteen days pass, if the case is still running."""
    state = await clockwork.settled(case)
    if state.status is not Status.CLOSED:
        await clockwork.ahead(case, timedelta(days=15))


async def test_a_real_case_lives_as_its_simulation_says(
    sarah: Desk, clockwork: Clockwork, store: Store
) -> None:
    """The shell adds nothing to the rules: what the workshop shows is what happens."""
    opened = await sarah.open_case(type="other", severity="high", title="A small thing")
    case = opened["escalation_id"]
    answer = opened
    while answer["snapshot"]["step"] is not None:
        answer = await sarah.work(answer)
    await clockwork.ahead(case, timedelta(seconds=11))
    async with store.transaction() as connection:
        whole = await escalations.get(connection, UUID(case))
        assert whole is not None
        line = whole.line
        version = await playbooks.get(connection, line.playbook_slug, line.playbook_version)
    assert version is not None
    at_once = {step.id: [{"after": "0s"}] for step in version.playbook.steps}
    script = AgentScript.model_validate({"answers": at_once})
    life = simulate(version.playbook, script, terms=terms_for(script))
    silent = {"effect_planned", "effect_begun", "assigned"}
    happened = [one for one in await clockwork.facts(case) if one not in silent]
    assert happened == [one.fact for one in life.moments][: len(happened)]
    assert len(happened) > 12
