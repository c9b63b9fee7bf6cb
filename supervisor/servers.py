"""The two servers of one run: our own, or those that the settings name."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import replace

from pydantic import SecretStr
from temporalio.client import Client
from temporalio.service import RPCError

from config.settings import Settings
from supervisor import postgres, probes, processes, service_checks, temporal, temporal_namespace
from supervisor.directories import make_directory
from supervisor.errors import StartError
from supervisor.findings import Finding
from supervisor.ports import Wish, pick
from supervisor.postgres import Postgres
from supervisor.temporal import Temporal, TemporalPorts

Say = Callable[[str], None]
LOOKS_FOR_ADDED = 30
CODEC_PATH = "/api/v1/admin/codec"
API_PORTS = ("api_port",)
TEMPORAL_PORTS = ("temporal_port", "temporal_ui_port")
POSTGRES_PORTS = ("postgres_port",)
ALL_PORTS = (*API_PORTS, *TEMPORAL_PORTS, *POSTGRES_PORTS)


def choose_ports(
    settings: Settings, say: Say, any_port: bool, names: Collection[str] = ALL_PORTS
) -> Settings:
    """The settings with ports that are free now, for those of our own servers among `names`."""
    wishes = {"api_port": Wish("the API", settings.api_port, settings.api_host)}
    if not settings.temporal_address:
        wishes["temporal_port"] = Wish("Temporal", settings.temporal_port)
        wishes["temporal_ui_port"] = Wish("Temporal's page", settings.temporal_ui_port)
    if not settings.database_url:
        wishes["postgres_port"] = Wish("PostgreSQL", settings.postgres_port)
    if any_port:
        wishes = {key: replace(wish, port=0) for key, wish in wishes.items()}
    return settings.model_copy(
        update=pick({key: wish for key, wish in wishes.items() if key in names}, say)
    )


async def own_postgres(settings: Settings, say: Say) -> Postgres:
    """Our own PostgreSQL with everything on disk that a start needs."""
    return await postgres.prepared(settings.data_dir, settings.postgres_port, say)


def own_temporal(settings: Settings, search_attributes: Mapping[str, str]) -> Temporal:
    """Our own Temporal, its side doors on any two ports. Raises StartError: not installed."""
    program = temporal.installed_program()
    if program is None:
        raise StartError(
            "The Temporal server is not installed. Mend it: run `make up`, or set "
            "RIGHTNOW_TEMPORAL_ADDRESS to a Temporal of your own."
        )
    side_doors = pick({"http": Wish("", 0), "metrics": Wish("", 0)}, lambda _: None)
    return Temporal(
        program=program,
        place=make_directory(settings.data_dir / "temporal"),
        ports=TemporalPorts(settings.temporal_port, settings.temporal_ui_port, **side_doors),
        namespace=settings.temporal_namespace,
        search_attributes=search_attributes,
        time_skipping=settings.demo,
        codec_url=f"{processes.local_url(settings)}{CODEC_PATH}" if settings.payload_keys else None,
    )


async def require_database(url: SecretStr) -> None:
    """A database that the settings name has to answer, and be new enough. Raises StartError."""
    version = await probes.database_version(url.get_secret_value(), within=5)
    if version is None:
        raise StartError(
            "The database in RIGHTNOW_DATABASE_URL does not let us in. "
            "Mend it: check that it runs, its address, user and password."
        )
    if complaint := probes.too_old(version):
        raise StartError(f"{complaint} Mend it: name a newer one in RIGHTNOW_DATABASE_URL.")


async def require_temporal(
    settings: Settings, address: str, wanted: Mapping[str, str], say: Say
) -> None:
    """A Temporal that the settings name has to answer and to have our search attributes.

    Without them every opening would fail, so missing ones are added. Raises StartError.
    """
    client = await service_checks.temporal_client(settings, address, within=10)
    if client is None:
        raise StartError(
            f"Temporal at {address} does not answer. "
            "Mend it: check RIGHTNOW_TEMPORAL_ADDRESS (host:port) and that it runs."
        )
    try:
        finding = await service_checks.temporal_attributes(client, wanted)
        if not finding.ok:
            finding = await _mended(client, wanted, finding, say)
    except RPCError as error:
        raise StartError(
            f"Temporal at {address} does not tell its search attributes: {error.message}. "
            "Mend it: check RIGHTNOW_TEMPORAL_NAMESPACE and RIGHTNOW_TEMPORAL_API_KEY."
        ) from error
    if not finding.ok:
        raise StartError(
            f"Temporal at {address} lacks search attributes. {finding.detail} "
            f"Mend it: {finding.mend}"
        )


async def _mended(client: Client, wanted: Mapping[str, str], finding: Finding, say: Say) -> Finding:
    """What is still missing after we added what we may; a server may show it a little later."""
    found = await temporal_namespace.search_attributes(client)
    try:
        added = await temporal_namespace.add_missing(client, wanted, found)
    except RPCError as error:
        say(f"  Temporal does not let us add search attributes: {error.message}")
        return finding
    if added:
        say(f"  Added to Temporal's namespace {client.namespace}: {', '.join(added)}.")
    for _ in range(LOOKS_FOR_ADDED if added else 0):
        finding = await service_checks.temporal_attributes(client, wanted)
        if finding.ok:
            break
        await asyncio.sleep(0.5)
    return finding


async def together(*tasks: Coroutine[None, None, None]) -> None:
    """Run all at once; the first failure ends the others and is raised alone."""
    try:
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                group.create_task(task)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
