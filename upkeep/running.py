"""How operators' commands reach what is running, and how they say what is wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

import typer
from pydantic import SecretStr
from rich.console import Console

from config.settings import Settings, read_settings
from models.calendar import CompanyTime
from models.errors import RightnowError
from models.store.session import Store
from supervisor.payload_keys import with_kept_keys
from supervisor.running import read_running

T = TypeVar("T")
_console = Console(soft_wrap=True)


def settings_of_run() -> Settings:
    """The settings, completed by the local run."""
    return with_running(read_settings())


def company_time() -> CompanyTime:
    """What a calendar means by `company`, by the settings."""
    return read_settings().company_time


def address_of(settings: Settings) -> str | None:
    """Where the API is, if that is known."""
    running = read_running(settings.data_dir)
    return settings.api_url or (running.api_url if running else None)


def with_running(settings: Settings) -> Settings:
    """Settings completed by the local run, where they do not say something else."""
    running = read_running(settings.data_dir)
    if running is None:
        return settings
    keyed = with_kept_keys(settings) if settings.temporal_address is None else settings
    return keyed.model_copy(
        update={
            "database_url": settings.database_url or SecretStr(running.database_url or ""),
            "temporal_address": settings.temporal_address or running.temporal_address,
        }
    )


def database_of(settings: Settings) -> str:
    """Where the database is. Ends the command when there is none."""
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    if not url:
        fail("Nothing is running here. Start it: make up. Or set RIGHTNOW_DATABASE_URL.")
    return url


def with_store(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    """Do something with the database; say what is wrong in one plain sentence."""
    url = database_of(settings)

    async def run() -> T:
        store = Store(url, pool=2)
        try:
            return await work(store)
        finally:
            await store.close()

    try:
        return asyncio.run(run())
    except RightnowError as error:
        fail(f"{error.title} {error.detail}")


def say(words: str) -> None:
    """Print plain words."""
    _console.print(words, markup=False, highlight=False)


def fail(words: str) -> NoReturn:
    """Say what is wrong, and end the command with 1."""
    _console.print(words, markup=False, highlight=False, style="red")
    raise typer.Exit(1)
