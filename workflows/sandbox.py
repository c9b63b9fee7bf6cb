"""The two runners of workflows: the free one works, the strict one proves.

Rule: the worker runs workflows freely; tests and replay run the same ones in the sandbox, with
workflows and rules inside it, where a `datetime.now()` fails as it runs (ADR 2). Both give signs of
life, for what one of them did is replayed by the other.
"""

from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows.signs_of_life import SignsOfLife


def free_runner() -> WorkflowRunner:
    """For work: nothing is imported anew, and no payload enters a sandbox."""
    return SignsOfLife(UnsandboxedWorkflowRunner())


def strict_runner() -> WorkflowRunner:
    """For proof: only nouns and deeds pass through; importing nouns anew costs half a second."""
    passed = SandboxRestrictions.default.with_passthrough_modules("models", "activities")
    return SignsOfLife(SandboxedWorkflowRunner(restrictions=passed))
