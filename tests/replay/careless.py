"""What a careless change to the workflow would be: it does something else first."""

from temporalio import workflow

from models.messages import Ending, EscalationStart


@workflow.defn(name="Escalation")
class Careless:
    """Sleeps, and ends."""

    @workflow.run
    async def run(self, start: EscalationStart) -> Ending:
        """Sleep, and end."""
        await workflow.sleep(1)
        return Ending(number="E-1", status="closed", version=1)
