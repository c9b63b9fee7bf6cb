"""What our namespace needs before the first escalation: long retention and search attributes.

Awkward case: `--search-attribute` is silently ignored for a database file that exists already, so
missing ones are added through the server, and one of another type, which cannot be mended here, is
said.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from supervisor import probes

RETENTION = timedelta(hours=720)
PATIENCE = timedelta(seconds=3)


async def connected(address: str, namespace: str) -> Client | None:
    """A client of the server there, or None when it does not answer."""
    host, _, port = address.rpartition(":")
    if not await probes.listens(host, int(port)):
        return None
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            return await Client.connect(address, namespace=namespace)
    except (RuntimeError, RPCError, TimeoutError):
        return None


async def exists(address: str, namespace: str) -> bool:
    """True when the server answers and has the namespace."""
    client = await connected(address, namespace)
    if client is None:
        return False
    try:
        await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=namespace), timeout=PATIENCE
        )
    except RPCError:
        return False
    return True


async def furnish(address: str, namespace: str, wanted: Mapping[str, str]) -> list[str]:
    """Raise the retention and add missing search attributes. Returns what cannot be mended."""
    client = await connected(address, namespace)
    if client is None:
        return [f"Temporal at {address} stopped answering."]
    await _raise_retention(client)
    found = await search_attributes(client)
    await add_missing(client, wanted, found)
    return [
        f"  Temporal's search attribute {name} is {found[name]}, and we need {kind}."
        for name, kind in wanted.items()
        if name in found and found[name] != kind
    ]


async def add_missing(
    client: Client, wanted: Mapping[str, str], found: Mapping[str, str]
) -> tuple[str, ...]:
    """Add the search attributes that are not found. Returns their names. Raises RPCError."""
    missing = {name: _kind(kind) for name, kind in wanted.items() if name not in found}
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing),
            timeout=timedelta(seconds=10),
        )
    return tuple(missing)


async def search_attributes(client: Client) -> dict[str, str]:
    """The custom search attributes of the namespace: name to type, such as `Keyword`."""
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace), timeout=PATIENCE
    )
    return {name: _name(kind) for name, kind in answer.custom_attributes.items()}


async def _raise_retention(client: Client) -> None:
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace), timeout=PATIENCE
    )
    if described.config.workflow_execution_retention_ttl.ToTimedelta() >= RETENTION:
        return
    kept = Duration()
    kept.FromTimedelta(RETENTION)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=client.namespace,
            config=NamespaceConfig(workflow_execution_retention_ttl=kept),
        ),
        timeout=timedelta(seconds=10),
    )


def _kind(name: str) -> IndexedValueType.ValueType:
    words = "KEYWORD_LIST" if name == "KeywordList" else name.upper()
    return IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{words}")


def _name(kind: IndexedValueType.ValueType) -> str:
    words = IndexedValueType.Name(kind).removeprefix("INDEXED_VALUE_TYPE_")
    return "".join(word.capitalize() for word in words.split("_"))
