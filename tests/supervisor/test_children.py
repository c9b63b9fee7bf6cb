import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from supervisor.children import Child, describe
from supervisor.crew import Crew, Patience
from supervisor.errors import PortTakenError, StartError
from supervisor.ports import Wish, pick
from tests.supervisor.stand_ins import CHECKOUT, shell, until

FOREVER = "while :; do sleep 0.05; done"
AT_ONCE = Patience(first_wait=0.01, longest_wait=0.05)


def crew_of(tmp_path: Path, said: list[str], patience: Patience | None = None) -> Crew:
    return Crew(tmp_path / "logs", say=said.append, changed=lambda: None, patience=patience)


async def test_a_child_leads_its_own_session_so_ctrl_c_does_not_reach_it(tmp_path: Path) -> None:
    child = Child(shell("worker", FOREVER), tmp_path / "log")
    await child.launch(lambda: None)
    assert os.getsid(child.pid) == child.pid != os.getsid(0)
    await child.kill()
    assert child.exit_code == -signal.SIGKILL


async def test_a_child_that_ends_before_it_is_ready_is_quoted(tmp_path: Path) -> None:
    child = Child(shell("worker", "echo no cheese >&2; exit 3", tmp_path / "x"), tmp_path / "log")
    with pytest.raises(StartError, match=r"(?s)Worker ended \(exit code 3\).*no cheese"):
        await child.launch(lambda: None)


async def test_a_child_that_is_never_ready_is_ended(tmp_path: Path) -> None:
    spec = shell("worker", FOREVER, tmp_path / "never", ready_within=0.2)
    child = Child(spec, tmp_path / "log")
    with pytest.raises(StartError, match="was not ready in time"):
        await child.launch(lambda: None)
    assert not psutil.pid_exists(child.pid)


async def test_a_program_that_is_absent_is_a_plain_sentence(tmp_path: Path) -> None:
    spec = shell("worker", "", tmp_path / "never", command=(str(tmp_path / "absent"),))
    with pytest.raises(
        StartError, match=r"(?s)Worker ended \(exit code 127\).*absent: No such file"
    ):
        await Child(spec, tmp_path / "log").launch(lambda: None)


async def test_a_moment_too_early_is_tried_again(tmp_path: Path) -> None:
    script = f"[ -e {tmp_path}/free ] && {{ touch {tmp_path}/up; {FOREVER}; }}; "
    script += f"touch {tmp_path}/free; echo still in use; exit 1"
    child = Child(shell("db", script, tmp_path / "up", not_yet=("in use",)), tmp_path / "log")
    await child.launch(lambda: None)
    assert child.exit_code is None
    await child.kill()


async def test_a_crash_is_reported_in_one_line_and_mended(tmp_path: Path) -> None:
    said: list[str] = []
    crew = crew_of(tmp_path, said, AT_ONCE)
    await crew.start(shell("worker", FOREVER))
    first = crew.children["worker"].pid
    os.kill(first, signal.SIGKILL)
    await until(lambda: len(said) == 2)
    log = tmp_path / "logs" / "worker.log"
    assert said[0] == (
        f"Worker stopped by itself (killed by SIGKILL). Starting it again in 0.01 s. Its log: {log}"
    )
    assert said[1].startswith("Worker is back after ")
    assert crew.children["worker"].pid != first
    await crew.stop_all()


async def test_a_child_that_does_not_come_back_is_tried_on_and_on(tmp_path: Path) -> None:
    said: list[str] = []
    crew = crew_of(tmp_path, said, AT_ONCE)
    script = f"[ -e {tmp_path}/broken ] && exit 1; touch {tmp_path}/up; {FOREVER}"
    before = (tmp_path / "up").unlink
    spec = shell("worker", script, tmp_path / "up", before=lambda: before(missing_ok=True))
    await crew.start(spec)
    (tmp_path / "broken").touch()
    crew.children["worker"]._signal(signal.SIGKILL)
    await until(lambda: sum("did not come back" in line for line in said) >= 2)
    (tmp_path / "broken").unlink()
    await until(lambda: "is back" in said[-1])
    await crew.stop_all()


def test_the_waits_double_up_to_thirty_seconds() -> None:
    waits = [Patience().wait(crashes) for crashes in (0, 1, 2, 3, 4, 5, 99)]
    assert waits == [1, 2, 4, 8, 16, 30, 30]


async def test_after_health_the_waits_begin_anew(tmp_path: Path) -> None:
    said: list[str] = []
    patience = Patience(first_wait=0.01, longest_wait=9, healthy_after=0.2)
    crew = crew_of(tmp_path, said, patience)
    await crew.start(shell("worker", FOREVER))
    for crash in range(2):
        healthy_at = time.monotonic() + 0.3
        await until(lambda at=healthy_at: time.monotonic() > at)  # type: ignore[misc]
        crew.children["worker"]._signal(signal.SIGKILL)
        await until(lambda n=crash: len(said) == 2 * (n + 1))  # type: ignore[misc]
    assert sum("again in 0.01 s" in line for line in said) == 2
    await crew.stop_all()


async def test_what_was_killed_on_purpose_stays_down(tmp_path: Path) -> None:
    said: list[str] = []
    crew = crew_of(tmp_path, said, AT_ONCE)
    await crew.start(shell("worker", FOREVER))
    await crew.kill("worker")
    assert said == []
    assert crew.children["worker"].exit_code == -signal.SIGKILL
    await crew.stop_all()


async def test_they_stop_in_order(tmp_path: Path) -> None:
    crew = crew_of(tmp_path, [])
    names = ("postgres", "temporal", "api", "worker")
    for name in names:
        trap = f"trap 'echo {name} >> {tmp_path}/order; exit 0' TERM; touch {tmp_path}/{name}"
        await crew.start(shell(name, f"{trap}; {FOREVER}", tmp_path / name))
    await crew.stop_all()
    assert (tmp_path / "order").read_text().split() == ["api", "worker", "temporal", "postgres"]


async def test_one_that_will_not_go_is_killed_after_its_grace(tmp_path: Path) -> None:
    crew = crew_of(tmp_path, [])
    script = f"trap '' TERM; touch {tmp_path}/up; {FOREVER}"
    await crew.start(shell("worker", script, tmp_path / "up", grace=0.2))
    await crew.stop("worker")
    assert crew.children["worker"].exit_code == -signal.SIGKILL


async def test_a_hurry_cuts_the_grace_short(tmp_path: Path) -> None:
    crew = crew_of(tmp_path, [])
    script = f"trap '' TERM; touch {tmp_path}/up; {FOREVER}"
    await crew.start(shell("worker", script, tmp_path / "up", grace=600))
    stopping = asyncio.create_task(crew.stop_all())
    crew.hurry.set()
    await asyncio.wait_for(stopping, 10)
    assert crew.children["worker"].exit_code == -signal.SIGKILL


ORPHANS = """
import asyncio, pathlib, sys
from supervisor.crew import Crew
from tests.supervisor.stand_ins import shell
async def main():
    crew = Crew(pathlib.Path(sys.argv[1]), say=print, changed=lambda: None)
    for name in ("worker", "api"):
        await crew.start(shell(name, "while :; do sleep 0.05; done"))
    print(*[child.pid for child in crew.children.values()], flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def orphans(tmp_path: Path) -> list[psutil.Process]:
    """The children of a supervisor that was killed just now."""
    command = [sys.executable, "-c", ORPHANS, str(tmp_path / "logs")]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        parent.kill()
    return children


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own tether is Linux's")
async def test_no_child_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    children = orphans(tmp_path)
    assert len(children) == 2
    await until(lambda: not any(child.is_running() for child in children))


def test_endings_are_told_in_words() -> None:
    assert describe(-9) == "killed by SIGKILL"
    assert describe(3) == "exit code 3"
    assert describe(-250) == "killed by signal 250"


async def test_a_child_that_does_not_listen_itself_was_robbed_of_its_port(tmp_path: Path) -> None:
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", 0))
        thief.listen()
        port = thief.getsockname()[1]
        child = Child(shell("api", FOREVER, ready_within=0.3, listens_on=port), tmp_path / "log")
        with pytest.raises(PortTakenError, match=f"another program has port {port}"):
            await child.launch(lambda: None)


async def test_what_a_child_started_may_listen_for_it(tmp_path: Path) -> None:
    port = pick({"port": Wish("", 0)}, lambda _: None)["port"]
    program = tmp_path / "listen.py"
    program.write_text(
        "import pathlib, socket, time\n"
        f"taken = socket.create_server(('127.0.0.1', {port}))\n"
        f"pathlib.Path('{tmp_path}/up').touch()\n"
        "time.sleep(60)\n"
    )
    script = f"{sys.executable} {program}; true"
    spec = shell("api", script, tmp_path / "up", listens_on=port)
    child = Child(spec, tmp_path / "log")
    await child.launch(lambda: None)
    assert child.exit_code is None
    await child.kill()


async def test_who_may_not_look_believes_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil.Process, "net_connections", refused)
    child = Child(shell("api", FOREVER, listens_on=9), tmp_path / "log")
    await child.launch(lambda: None)
    await child.kill()
