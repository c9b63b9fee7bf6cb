"""The one sandbox runner, for worker, tests and replay."""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions


def sandbox_runner() -> SandboxedWorkflowRunner:
    """Nouns and deeds pass through; rules and workflows stay inside.

    Inside, a stray `datetime.now()` in a rule is caught as it runs. The nouns pass because
    importing Pydantic models anew for every workflow costs half a second.
    """
    passed = SandboxRestrictions.default.with_passthrough_modules("models", "activities")
    return SandboxedWorkflowRunner(restrictions=passed)
