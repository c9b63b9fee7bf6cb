"""Compute deadlines. A local activity that only computes: its instants enter history."""

from temporalio import activity

from domain.sla_clock import plan
from models.messages import ClockAnswer, ClockQuestion


@activity.defn(name="plan_clocks")
async def plan_clocks(question: ClockQuestion) -> ClockAnswer:
    """Compute deadlines from a pinned policy. Changes nothing outside, so it may run twice.

    It runs outside the workflow, because time zones do not work inside and a newer time zone
    database must never change a replay.
    """
    return ClockAnswer(clocks=plan(question))
