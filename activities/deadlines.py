"""Compute deadlines of cases of 0.1.0. It only computes: its instants enter history."""

from temporalio import activity

from domain.sla_clock import plan
from models.messages import ClockAnswer, ClockQuestion


@activity.defn(name="plan_clocks")
async def plan_clocks(question: ClockQuestion) -> ClockAnswer:
    """Compute deadlines from a pinned policy. Changes nothing outside, so it may run twice.

    Only a case of 0.1.0, which carries no open hours, asks for it (docs/decisions/0006). It runs
    outside the workflow, so that a newer time zone database never changes a replay.
    """
    return ClockAnswer(clocks=plan(question))
