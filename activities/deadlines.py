"""Compute deadlines. A local activity that only computes: its instants enter history."""

from temporalio import activity

from domain.sla_clock import plan
from models.messages import ClockAnswer, ClockQuestion


@activity.defn(name="plan_clocks")
async def plan_clocks(question: ClockQuestion) -> ClockAnswer:
    """Compute deadlines from a pinned policy. Changes nothing outside, so it may run twice.

    It runs outside the workflow, so that a newer time zone database never changes a replay
    (docs/decisions/0002).
    """
    return ClockAnswer(clocks=plan(question))
