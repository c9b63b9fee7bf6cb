import asyncio
import os
import shutil
import signal
import stat
from pathlib import Path

import psutil
import psycopg
import pytest

from supervisor import postgres, postgres_home
from supervisor.crew import Crew
from supervisor.directories import make_data_dir
from supervisor.ports import Wish, pick
from supervisor.postgres import Postgres
from supervisor.stack import Stack
from tests.supervisor.stand_ins import until

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL an account")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def ask(url: str, question: str) -> list[tuple[object, ...]]:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        answer = await connection.execute(question.encode())
        return await answer.fetchall() if answer.description else []


def free_port() -> int:
    return pick({"port": Wish("", 0)}, lambda _: None)["port"]


async def run_once(own: Postgres, logs: Path, question: str) -> list[tuple[object, ...]]:
    crew = Crew(logs, say=print, changed=lambda: None)
    try:
        await crew.start(own.spec())
        await own.furnish()
        return await ask(own.url, question)
    finally:
        await crew.stop_all()


@as_root
async def test_it_runs_under_a_user_without_rights(stack: Stack) -> None:
    process = psutil.Process(stack.child("postgres").pid)
    assert process.uids().real != 0
    assert process.uids().effective != 0
    assert process.gids().real != 0


async def test_it_listens_on_loopback_only(stack: Stack) -> None:
    process = psutil.Process(stack.child("postgres").pid)
    assert {at.laddr.ip for at in process.net_connections("inet")} == {"127.0.0.1"}


async def test_a_wrong_password_is_refused_on_every_way_in(stack: Stack) -> None:
    right = stack.database_url
    password = right.split(":")[2].split("@")[0]
    for url in (right.replace(password, "wrong"), right.replace(f":{password}", "")):
        with pytest.raises(psycopg.OperationalError, match="password"):
            await psycopg.AsyncConnection.connect(url)
    rules = (stack.settings.data_dir / "postgres" / "data" / "pg_hba.conf").read_text()
    ways = [line.split()[-1] for line in rules.splitlines() if line and line[0] not in "#"]
    assert set(ways) == {"scram-sha-256"}


async def test_the_app_owns_its_database_and_nothing_more(stack: Stack) -> None:
    roles = await ask(
        stack.database_url,
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls "
        "FROM pg_roles WHERE rolname = current_user",
    )
    assert roles == [(False, False, False, False, False)]
    extensions = await ask(stack.database_url, "SELECT extname FROM pg_extension")
    assert {"vector", "pg_trgm"} <= {str(row[0]) for row in extensions}
    await ask(stack.database_url, "CREATE TABLE owned (id int); DROP TABLE owned")


async def test_it_keeps_checksums_and_syncs_each_commit(stack: Stack) -> None:
    for setting in ("data_checksums", "fsync", "synchronous_commit", "full_page_writes"):
        assert await ask(stack.database_url, f"SHOW {setting}") == [("on",)], setting


async def test_letters_beyond_ascii_are_searchable(stack: Stack) -> None:
    found = await ask(stack.database_url, "SELECT similarity('Müller', 'Müler') > 0.3, upper('é')")
    assert found == [(True, "É")]


async def test_secrets_and_sockets_are_for_their_owner_only(stack: Stack) -> None:
    place = stack.settings.data_dir
    for file in ("secrets/postgres-owner", "secrets/postgres-app", "running.json", "lock"):
        assert mode(place / file) == 0o600, file
    for directory in ("secrets", "logs", "temporal", "postgres", "postgres/data"):
        assert mode(place / directory) == 0o700, directory
    assert mode(place / "postgres" / "socket") == 0o700
    assert mode(place / "logs" / "postgres.log") == 0o600


async def test_no_password_is_in_the_logs_or_on_a_command_line(stack: Stack) -> None:
    password = stack.database_url.split(":")[2].split("@")[0]
    assert password not in (stack.settings.data_dir / "logs" / "postgres.log").read_text()
    assert password not in " ".join(psutil.Process(stack.child("postgres").pid).cmdline())


async def test_what_we_did_not_make_keeps_its_mode_and_owner(passable: Path) -> None:
    above = passable / "somebodys"
    above.mkdir()
    above.chmod(0o751)
    parents = [above, *above.parents]
    before = [(path.stat().st_mode, path.stat().st_uid) for path in parents]
    data_dir = make_data_dir(above / "data")
    postgres.prepare(data_dir, 1, print)
    assert [(path.stat().st_mode, path.stat().st_uid) for path in parents] == before


async def test_committed_rows_survive_kill_9(stack: Stack) -> None:
    await ask(stack.database_url, "CREATE TABLE kept AS SELECT 42 AS answer")
    await stack.kill("postgres")
    await stack.start("postgres")
    assert await ask(stack.database_url, "SELECT answer FROM kept") == [(42,)]
    await ask(stack.database_url, "DROP TABLE kept")


async def test_a_start_waits_for_sessions_of_a_killed_server(stack: Stack) -> None:
    """A busy session does not notice that its server was killed, and holds its memory."""
    log = stack.settings.data_dir / "logs" / "postgres.log"
    connection = await psycopg.AsyncConnection.connect(stack.database_url)
    session = connection.info.backend_pid
    os.kill(session, signal.SIGSTOP)
    try:
        await stack.kill("postgres")
        before = log.read_text().count("still in use")
        starting = asyncio.create_task(stack.start("postgres"))
        await until(lambda: log.read_text().count("still in use") > before)
        assert not starting.done()
    finally:
        os.kill(session, signal.SIGKILL)
    await starting
    await connection.close()


async def test_a_lost_password_file_does_not_lose_the_data(data_dir: Path) -> None:
    said: list[str] = []
    first = postgres.prepare(data_dir, free_port(), said.append)
    await run_once(first, data_dir / "logs", "CREATE TABLE kept AS SELECT 42 AS answer")
    shutil.rmtree(data_dir / "secrets")
    second = postgres.prepare(data_dir, free_port(), said.append)
    assert second.owner_password != first.owner_password
    assert await run_once(second, data_dir / "logs", "SELECT answer FROM kept") == [(42,)]
    assert "used again" in said[0]


async def test_a_half_made_cluster_is_made_anew(data_dir: Path) -> None:
    home = postgres_home.settle_home(data_dir, print)
    (home.place / "new").mkdir()
    (home.place / "new" / "PG_VERSION").write_text("18")
    own = postgres.prepare(data_dir, 1, print)
    assert (own.home.data / "global").is_dir()
    assert not (home.place / "new").exists()


def test_a_long_path_gets_a_short_socket(data_dir: Path) -> None:
    deep = make_data_dir(data_dir / ("deep" * 20))
    own = postgres.prepare(deep, free_port(), print)
    assert asyncio.run(run_once(own, deep / "logs", "SELECT 1")) == [(1,)]
    sockets = Path((own.home.place / "socket-is-in").read_text())
    assert mode(sockets) == 0o700
    assert len(str(sockets)) < 60
    own.spec()
    assert Path((own.home.place / "socket-is-in").read_text()) == sockets
    sockets.rmdir()


@as_root
async def test_below_a_closed_directory_it_lives_elsewhere_and_says_so(
    passable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = passable / "closed"
    closed.mkdir(mode=0o700)
    installed = postgres_home.installed_programs()
    assert installed is not None
    programs = postgres_home._copied(installed, closed)
    monkeypatch.setattr(postgres_home, "installed_programs", lambda: programs)
    monkeypatch.setattr(postgres_home, "FALLBACK", passable / "library")
    said: list[str] = []
    data_dir = make_data_dir(closed / "data")
    own = postgres.prepare(data_dir, free_port(), said.append)
    assert await run_once(own, data_dir / "logs", "SELECT 1") == [(1,)]
    assert own.home.place.is_relative_to(passable / "library")
    assert own.home.programs.is_relative_to(passable / "library")
    assert said == [
        f"  PostgreSQL's user cannot enter {data_dir}, so its data are in {own.home.place}."
    ]
    assert mode(closed) == 0o700
    assert postgres.prepare(data_dir, 1, said.append).home == own.home
