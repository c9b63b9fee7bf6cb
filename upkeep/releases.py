"""Releasing a version of the workers: from then on it gets the work, running cases too."""

from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from workflows.options import DEPLOYMENT


class CannotRelease(Exception):
    """Why a version does not become the current one, in words for an operator."""


async def release(client: Client, version: str) -> None:
    """Make this version of the workers the current one. To do it again changes nothing.

    Raises CannotRelease when no worker of that version has asked for work yet.
    """
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=DEPLOYMENT,
        build_id=version,
        identity=client.identity,
    )
    try:
        await client.workflow_service.set_worker_deployment_current_version(request)
    except RPCError as error:
        if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
            raise CannotRelease(
                f"Temporal knows no worker of version {version}. Start workers with"
                f" RIGHTNOW_DEPLOYMENT_VERSION={version} first, and let the old ones run."
            ) from None
        raise CannotRelease(f"Temporal does not release it: {error.message}") from None
