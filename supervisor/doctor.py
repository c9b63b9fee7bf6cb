"""`rightnow doctor`: what is wrong, in plain words, and how to mend it.

Each question is bounded to 3 s, so the whole answers even when nothing else does.
"""

import asyncio
from collections.abc import Awaitable, Mapping

from temporalio.client import Client

from config.settings import Settings, llm_of
from supervisor import machine_checks, processes, service_checks
from supervisor.findings import Finding, bounded, broken, well
from supervisor.running import Running, read_running

__all__ = ["Finding", "diagnose"]

START = "rightnow up"
AGAIN = "Stop Rightnow with Ctrl-C and start it again: rightnow up"


async def diagnose(
    settings: Settings, *, search_attributes: Mapping[str, str] | None = None
) -> list[Finding]:
    """Everything that can be wrong here, the well things too, in the order in which to mend.

    The settings are those that were wished, not completed by the local run: what to do about a
    database that is away depends on whose it is.
    """
    running = await asyncio.to_thread(read_running, settings.data_dir.resolve())
    machine = await _machine(settings, running)
    database, temporal, rest = await asyncio.gather(
        _database(settings, running),
        _temporal(settings, running, search_attributes or {}),
        _rest(settings, running),
    )
    return [*machine, *database, *temporal, *rest]


async def _machine(settings: Settings, running: Running | None) -> list[Finding]:
    one_by_one: dict[str, Awaitable[Finding]] = {
        "Python": asyncio.to_thread(machine_checks.python_version),
        "PostgreSQL's programs": asyncio.to_thread(machine_checks.postgres_program, settings),
        "Temporal's program": asyncio.to_thread(machine_checks.temporal_program, settings),
        "The data directory": asyncio.to_thread(machine_checks.data_directory, settings),
        "Time zones": asyncio.to_thread(machine_checks.clock),
        "The built-in reader": asyncio.to_thread(machine_checks.built_in_reader),
        "Encryption": asyncio.to_thread(machine_checks.encryption, settings),
    }
    found = await asyncio.gather(
        *[bounded(what, "make clean up", check) for what, check in one_by_one.items()]
    )
    return [*found, *machine_checks.ports(settings, running)]


async def _database(settings: Settings, running: Running | None) -> list[Finding]:
    given = settings.database_url.get_secret_value() if settings.database_url else None
    url = given or (running.database_url if running else "")
    if not url:
        return [broken("The database", "Rightnow is not running here.", START)]
    mend = "Check RIGHTNOW_DATABASE_URL and that the server runs." if given else AGAIN
    try:
        async with asyncio.timeout(3):
            found = await service_checks.database(url, mend)
            if not all(one.ok for one in found):
                return found
            if settings.audit_every:
                found.append(await service_checks.audits(url))
            found.append(await service_checks.team(url))
            found.append(await service_checks.language_model(url, llm_of(settings)))
            return [*found, await service_checks.similar_cases(url)]
    except TimeoutError:
        return [broken("The database", "No answer within 3 s.", mend)]


async def _temporal(
    settings: Settings, running: Running | None, wanted: Mapping[str, str]
) -> list[Finding]:
    address = settings.temporal_address or (running.temporal_address if running else "")
    if not address:
        return [broken("Temporal", "Rightnow is not running here.", START)]
    mend = "Check RIGHTNOW_TEMPORAL_ADDRESS." if settings.temporal_address else AGAIN
    client = await service_checks.temporal_client(settings, address)
    if client is None:
        return [broken("Temporal", f"{address} does not answer.", mend)]
    attributes = service_checks.temporal_attributes(client, wanted)
    return [
        well("Temporal", f"{address} answers."),
        await bounded("Search attributes", mend, attributes),
        await _worker(settings, running, client),
    ]


async def _worker(settings: Settings, running: Running | None, client: Client) -> Finding:
    """Temporal remembers a poller for a minute; of our own worker we know at once."""
    if running is not None and not running.lives("worker"):
        return broken("The worker", "It is not running.", AGAIN)
    check = service_checks.worker(client, settings.task_queue, AGAIN)
    return await bounded("The worker", AGAIN, check)


async def _rest(settings: Settings, running: Running | None) -> list[Finding]:
    found = []
    here = processes.local_url(settings) if settings.database_url else ""
    url = settings.api_url or (running.api_url if running else here)
    if url:
        found.append(await bounded("The API", AGAIN, service_checks.api(url, AGAIN)))
    else:
        found.append(broken("The API", "Rightnow is not running here.", START))
    if settings.smtp_url is not None:
        check = service_checks.smtp(settings.smtp_url.get_secret_value())
        found.append(await bounded("The mail server", "Check RIGHTNOW_SMTP_URL.", check))
        found.append(machine_checks.told_people(settings))
    return found
