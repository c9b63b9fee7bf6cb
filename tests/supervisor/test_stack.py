import contextlib
import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from temporalio.service import RPCError, RPCStatusCode

from config.settings import Settings
from supervisor import servers, temporal_namespace
from supervisor.crew import Patience
from supervisor.errors import StartError
from supervisor.probes import database_answers, listens
from supervisor.running import read_running
from supervisor.stack import Stack
from supervisor.temporary import temporary_stack
from tests.supervisor.stand_ins import until, write_stand_ins


async def test_servers_of_others_are_used_and_none_of_ours_starts(
    stack: Stack, tmp_path: Path
) -> None:
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path,
        database_url=SecretStr(stack.database_url),
        temporal_address=stack.temporal_address,
    )
    migrated: list[str] = []
    told: list[str] = []
    steps: list[str] = []
    async with Stack(
        settings,
        search_attributes={},
        migrate=migrated.append,
        names=(),
        say=told.append,
        step=steps.append,
    ) as other:
        assert other.database_url == stack.database_url
        assert not (tmp_path / "postgres").exists()
        assert not (tmp_path / "temporal").exists()
    assert migrated == [stack.database_url]
    assert len(steps) == 4
    assert await database_answers(stack.database_url)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", SecretStr("postgresql://rightnow:wrong@127.0.0.1:9/rightnow")),
        ("temporal_address", "127.0.0.1:9"),
    ],
)
async def test_a_silent_server_of_others_is_a_plain_sentence(
    stack: Stack, tmp_path: Path, name: str, value: object
) -> None:
    given = {
        "data_dir": tmp_path,
        "database_url": SecretStr(stack.database_url),
        "temporal_address": stack.temporal_address,
    }
    settings = stack.settings.model_copy(update=given | {name: value})
    with pytest.raises(StartError, match=f"RIGHTNOW_{name.upper()}"):
        await Stack(settings, search_attributes={}, any_port=True).__aenter__()
    assert read_running(tmp_path) is None


async def test_a_database_of_others_that_is_too_old_is_refused(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await servers.require_database(SecretStr(stack.database_url))
    monkeypatch.setattr(psycopg.ConnectionInfo, "server_version", 160_004)
    with pytest.raises(StartError, match=r"17 or newer is needed; this one is 16\.4"):
        await servers.require_database(SecretStr(stack.database_url))


async def test_search_attributes_that_a_temporal_of_others_lacks_are_added(stack: Stack) -> None:
    said: list[str] = []
    address, wanted = stack.temporal_address, {"AddedToOthers": "Keyword"}
    await servers.require_temporal(stack.settings, address, wanted, said.append)
    assert said == ["  Added to Temporal's namespace default: AddedToOthers."]
    await servers.require_temporal(stack.settings, address, wanted, said.append)
    assert len(said) == 1


async def test_search_attributes_that_cannot_be_added_refuse_the_start(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise RPCError("not yours", RPCStatusCode.PERMISSION_DENIED, b"")

    said: list[str] = []
    wanted = {"NobodyMayAddThis": "Keyword", "NorThis": "Int"}
    monkeypatch.setattr(temporal_namespace, "add_missing", refused)
    with pytest.raises(StartError) as stopped:
        await servers.require_temporal(stack.settings, stack.temporal_address, wanted, said.append)
    assert said == ["  Temporal does not let us add search attributes: not yours"]
    command = "--namespace default --name NobodyMayAddThis --type Keyword --name NorThis --type Int"
    assert f"temporal operator search-attribute create {command}" in str(stopped.value)


async def test_a_search_attribute_of_another_type_refuses_the_start(stack: Stack) -> None:
    wanted = {"EscalationNumber": "Int"}
    with pytest.raises(StartError, match="of another type: EscalationNumber"):
        await servers.require_temporal(stack.settings, stack.temporal_address, wanted, print)


async def test_a_namespace_that_is_not_there_refuses_the_start(stack: Stack) -> None:
    settings = stack.settings.model_copy(update={"temporal_namespace": "nowhere"})
    with pytest.raises(StartError, match="RIGHTNOW_TEMPORAL_NAMESPACE"):
        await servers.require_temporal(settings, stack.temporal_address, {"A": "Int"}, print)


async def test_a_port_taken_between_choosing_and_starting_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supervisor.processes.ROOT", write_stand_ins(tmp_path / "checkout"))
    choose = servers.choose_ports
    taken: set[int] = set()
    with contextlib.ExitStack() as thieves:

        def robbed(*given: object) -> Settings:
            chosen = choose(*given)  # type: ignore[arg-type]
            if not taken:
                taken.update({chosen.temporal_ui_port, chosen.postgres_port, chosen.api_port})
                for port in taken:
                    thief = thieves.enter_context(socket.socket())
                    thief.bind(("127.0.0.1", port))
                    thief.listen()
            return chosen

        monkeypatch.setattr(servers, "choose_ports", robbed)
        async with temporary_stack(search_attributes={}, names=("worker", "api")) as stack:
            used = stack.settings
            assert len(taken) == 3
            assert not taken & {used.temporal_ui_port, used.postgres_port, used.api_port}
            assert await database_answers(stack.database_url)


class Impostor(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def other_api(port: int) -> Iterator[None]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Impostor) as server:
        threading.Thread(target=server.serve_forever).start()
        yield
        server.shutdown()


async def test_another_api_that_answers_is_not_taken_for_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_stand_ins(tmp_path / "checkout")
    main = root / "api" / "__main__.py"
    main.write_text(f"import time; time.sleep(1)\n{main.read_text()}")
    monkeypatch.setattr("supervisor.processes.ROOT", root)
    choose = servers.choose_ports
    taken: list[int] = []
    with contextlib.ExitStack() as thieves:

        def robbed(*given: object) -> Settings:
            chosen = choose(*given)  # type: ignore[arg-type]
            if not taken:
                taken.append(chosen.api_port)
                thieves.enter_context(other_api(chosen.api_port))
            return chosen

        monkeypatch.setattr(servers, "choose_ports", robbed)
        async with temporary_stack(search_attributes={}, names=("api",)) as stack:
            assert stack.settings.api_port not in taken
            assert stack.child("api").exit_code is None


@pytest.mark.parametrize("answering", [False, True])
async def test_another_temporal_is_not_taken_for_ours(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answering: bool
) -> None:
    taken: list[int] = []
    choose = servers.choose_ports

    def robbed(*given: object) -> Settings:
        chosen = choose(*given)  # type: ignore[arg-type]
        if not taken:
            port = thief.getsockname()[1] if not answering else int(other.rpartition(":")[2])
            taken.append(port)
            return chosen.model_copy(update={"temporal_port": port})
        return chosen

    other = stack.temporal_address
    given = {
        "data_dir": tmp_path,
        "database_url": SecretStr(stack.database_url),
        "temporal_address": None,
    }
    monkeypatch.setattr(servers, "choose_ports", robbed)
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", 0))
        thief.listen()
        settings = stack.settings.model_copy(update=given)
        async with Stack(settings, search_attributes={}, names=(), any_port=True) as ours:
            assert ours.settings.temporal_port not in taken
            assert ours.child("temporal").exit_code is None


async def test_single_ones_can_be_killed_crashed_and_restarted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supervisor.processes.ROOT", write_stand_ins(tmp_path / "checkout"))
    said: list[str] = []
    async with temporary_stack(
        search_attributes={}, names=("worker",), say=said.append, patience=Patience(first_wait=0.01)
    ) as stack:
        first = stack.child("worker").pid
        await stack.kill("worker")
        await stack.start("worker")
        assert stack.child("worker").pid != first
        await stack.restart("temporal")
        await stack.start("api")
        running = read_running(stack.settings.data_dir)
        assert running is not None
        assert all(running.lives(name) for name in ("postgres", "temporal", "worker", "api"))
        assert said == []
        stack.crash("postgres")
        await until(lambda: said[-1:] != [] and said[-1].startswith("PostgreSQL is back"))
        assert await database_answers(stack.database_url)
    host, port = stack.temporal_address.split(":")
    assert not await listens(host, int(port))
    assert not stack.settings.data_dir.exists()
