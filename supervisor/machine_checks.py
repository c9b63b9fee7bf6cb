"""What has to be true of this machine before anything runs."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from activities.adapters import minilm_files
from config.settings import Settings
from domain.reach import nobodys
from supervisor import postgres_home, temporal
from supervisor.findings import Finding, broken, well
from supervisor.payload_keys import with_kept_keys
from supervisor.ports import is_free
from supervisor.running import Running

OLDEST_PYTHON = (3, 11)
NEEDED_BYTES = 1024**3
ZONES = ("UTC", "America/New_York", "Australia/Lord_Howe")


def python_version() -> Finding:
    """3.11 or newer."""
    mine = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        return broken("Python", f"This is {mine}.", "make PYTHON=python3.12 up")
    return well("Python", mine)


def postgres_program(settings: Settings) -> Finding:
    """Needed unless the settings name a database."""
    if settings.database_url is not None:
        return well("PostgreSQL's programs", "Not needed: RIGHTNOW_DATABASE_URL is set.")
    home = postgres_home.installed_programs()
    return _program("PostgreSQL's programs", home / "bin" / "postgres" if home else None)


def temporal_program(settings: Settings) -> Finding:
    """Needed unless the settings name a Temporal."""
    if settings.temporal_address is not None:
        return well("Temporal's program", "Not needed: RIGHTNOW_TEMPORAL_ADDRESS is set.")
    return _program("Temporal's program", temporal.installed_program())


def data_directory(settings: Settings) -> Finding:
    """Writable, with room for 1 GB."""
    what = "The data directory"
    place = settings.data_dir.resolve()
    existing = next(path for path in (place, *place.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            free = shutil.disk_usage(existing).free
    except OSError as error:
        mend = f"Give yourself the right to write in {existing}, or set RIGHTNOW_DATA_DIR."
        return broken(what, f"{place} cannot be written: {error.strerror}.", mend)
    room = f"{free / NEEDED_BYTES:.1f} GB are free in {place}."
    if free < NEEDED_BYTES:
        return broken(what, room, "Free at least 1 GB, or set RIGHTNOW_DATA_DIR to another disk.")
    return well(what, room)


def encryption(settings: Settings) -> Finding:
    """What goes to Temporal is encrypted; a Temporal of others gets no key by itself."""
    what = "Encryption"
    ours = settings.temporal_address is None
    keys = (with_kept_keys(settings) if ours else settings).payload_keyring
    if keys:
        return well(what, f"What goes to Temporal is encrypted with the key {keys[0].id}.")
    if ours:
        return well(what, "`rightnow up` makes a key with its own Temporal.")
    return broken(
        what, "What goes to Temporal is readable there.", "set RIGHTNOW_PAYLOAD_KEYS (how-to: keys)"
    )


def told_people(settings: Settings) -> Finding:
    """Where mail leaves the house, somebody must read what the managers and seniors are told."""
    what = "Who is told"
    addresses = {
        "RIGHTNOW_MANAGER_MAIL": settings.manager_mail,
        "RIGHTNOW_SENIOR_MAIL": settings.senior_mail,
        "RIGHTNOW_VP_MAIL": settings.vp_mail,
    }
    if lost := nobodys(addresses):
        told = f"Mail to {', '.join(addresses[name] for name in lost)} reaches nobody."
        return broken(what, told, f"Set {', '.join(lost)}.")
    return well(what, f"Notices go to {', '.join(addresses.values())}.")


def built_in_reader() -> Finding:
    """Moods and churn risks come from it, and what finds similar cases. Nothing else waits."""
    what = "The built-in reader"
    if lost := minilm_files.missing():
        told = f"{lost} Messages wait a day for it, and similar cases are not found."
        return broken(what, told, "Run `make` again: it gets what is missing.")
    return well(what, "Its model and its table are there.")


def ports(settings: Settings, running: Running | None) -> list[Finding]:
    """Free, or ours. A busy one does not stop a start, which takes a near one."""
    wanted = {"api_port": "The API's port"}
    if settings.temporal_address is None:
        wanted |= {"temporal_port": "Temporal's port", "temporal_ui_port": "Temporal's page's port"}
    if settings.database_url is None:
        wanted |= {"postgres_port": "PostgreSQL's port"}
    return [_port(settings, name, what, running) for name, what in wanted.items()]


def clock() -> Finding:
    """Business hours need the world's time zones."""
    try:
        for name in ZONES:
            ZoneInfo(name)
    except ZoneInfoNotFoundError as error:
        return broken("Time zones", f"Missing: {error}.", "make clean up (it installs tzdata)")
    return well("Time zones", "They load.")


def _port(settings: Settings, name: str, what: str, running: Running | None) -> Finding:
    port = int(getattr(settings, name))
    host = settings.api_host if name == "api_port" else "127.0.0.1"
    if running is not None:
        return well(what, "Rightnow is running, on the ports that it printed.")
    if is_free(port, host):
        return well(what, f"{port} is free.")
    mend = f"Nothing has to be done: a free one is taken. Or set RIGHTNOW_{name.upper()}."
    return broken(what, f"{port} is used by another program.", mend)


def _program(what: str, program: Path | None) -> Finding:
    if program is None or not program.exists():
        return broken(what, "Not installed.", "make clean up")
    if not os.access(program, os.X_OK):
        return broken(what, f"{program} may not be executed.", f"chmod +x {program}")
    try:
        answer = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, timeout=2.5, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return broken(what, f"{program} does not run: {error}", "make clean up")
    if answer.returncode != 0:
        return broken(what, f"{program} does not run: {answer.stderr.strip()}", "make clean up")
    return well(what, answer.stdout.strip())
