"""Two changes to the workflow that do something else first: one careless, one guarded."""

from temporalio import workflow

from models.messages import Ending, EscalationStart
from workflows.escalation import EscalationWorkflow


@workflow.defn(name="Escalation")
class Careless(EscalationWorkflow):
    """Sleeps first, also in lives that began without it."""

    @workflow.init
    def __init__(self, start: EscalationStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: EscalationStart) -> Ending:
        """Sleep, and live."""
        await workflow.sleep(0.01)
        return await super().run(start)


@workflow.defn(name="Escalation")
class Guarded(EscalationWorkflow):
    """Sleeps first only in lives that begin with it."""

    @workflow.init
    def __init__(self, start: EscalationStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: EscalationStart) -> Ending:
        """Sleep if this life began so, and live."""
        if workflow.patched("sleep-first"):
            await workflow.sleep(0.01)
        return await super().run(start)
