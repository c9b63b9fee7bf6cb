from datetime import timedelta
from pathlib import Path

import psutil
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from supervisor import temporal_namespace
from supervisor.stack import Stack
from supervisor.temporal import Temporal, TemporalPorts, installed_program

NUMBER = SearchAttributeKey.for_keyword("EscalationNumber")
LATE = SearchAttributeKey.for_int("AddedLater")


def server(time_skipping: bool) -> Temporal:
    ports = TemporalPorts(1, 2, 3, 4)
    return Temporal(Path("temporal"), Path("place"), ports, "cs", {"A": "Int"}, time_skipping)


async def test_everything_it_opens_is_on_loopback(stack: Stack) -> None:
    process = psutil.Process(stack.child("temporal").pid)
    listening = [at for at in process.net_connections("inet") if at.status == psutil.CONN_LISTEN]
    assert len(listening) >= 4
    assert {at.laddr.ip for at in listening} == {"127.0.0.1"}


async def test_closed_escalations_are_kept_for_thirty_days(stack: Stack) -> None:
    client = await Client.connect(stack.temporal_address)
    answer = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace="default")
    )
    kept = answer.config.workflow_execution_retention_ttl.ToTimedelta()
    assert kept == timedelta(days=30)


async def test_an_old_file_gets_new_search_attributes(stack: Stack) -> None:
    wanted = {"EscalationNumber": "Keyword", "AddedLater": "Int"}
    complaints = await temporal_namespace.furnish(stack.temporal_address, "default", wanted)
    assert complaints == []
    client = await Client.connect(stack.temporal_address)
    assert wanted.items() <= (await temporal_namespace.search_attributes(client)).items()
    handle = await client.start_workflow(
        "Anything",
        id="with-search-attributes",
        task_queue="nobody",
        search_attributes=TypedSearchAttributes(
            [SearchAttributePair(NUMBER, "E-1042"), SearchAttributePair(LATE, 7)]
        ),
    )
    assert (await handle.describe()).typed_search_attributes[LATE] == 7


async def test_an_attribute_of_another_type_is_said(stack: Stack) -> None:
    complaints = await temporal_namespace.furnish(
        stack.temporal_address, "default", {"EscalationNumber": "Int"}
    )
    assert complaints == [
        "  Temporal's search attribute EscalationNumber is Keyword, and we need Int."
    ]


async def test_a_started_workflow_survives_kill_9(stack: Stack) -> None:
    client = await Client.connect(stack.temporal_address)
    await client.start_workflow("Anything", id="survivor", task_queue="nobody")
    await stack.kill("temporal")
    await stack.start("temporal")
    again = await Client.connect(stack.temporal_address)
    assert (await again.get_workflow_handle("survivor").describe()).id == "survivor"


def test_time_skipping_is_only_for_those_who_ask() -> None:
    assert "TimeSkipping" not in " ".join(server(time_skipping=False).spec().command)
    command = server(time_skipping=True).spec().command
    assert "frontend.WorkflowTimeSkippingEnabled=true" in command
    assert "system.workflowTimeSkippingEnabled=true" in command


def test_the_command_says_what_the_server_keeps_and_how() -> None:
    command = " ".join(server(time_skipping=False).spec().command)
    assert "--sqlite-pragma journal_mode=wal --sqlite-pragma synchronous=2" in command
    assert "--db-filename place/temporal.db" in command
    assert "--namespace cs" in command
    assert "--search-attribute A=Int" in command
    assert "--http-port 3 --metrics-port 4" in command


def test_the_wheels_own_program_is_found() -> None:
    program = installed_program()
    assert program is not None
    assert program.name == "temporal"
