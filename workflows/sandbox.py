"""The one sandbox runner, for worker, tests and replay."""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions


def sandbox_runner() -> SandboxedWorkflowRunner:
    """Nouns, deeds and rules pass through; workflows stay inside.

    Importing nouns anew for every workflow costs half a second, and rules ten milliseconds, a
    third of an opening. That rules ask no clock is checked on their source instead (ADR 2).
    """
    passed = SandboxRestrictions.default.with_passthrough_modules("models", "activities", "domain")
    return SandboxedWorkflowRunner(restrictions=passed)
