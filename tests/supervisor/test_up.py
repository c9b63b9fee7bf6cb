import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from supervisor.leftovers import end_leftovers
from supervisor.running import Running, read_record, read_running
from supervisor.temporary import temporary_data_dir
from tests.supervisor.stand_ins import Driven, until, write_stand_ins

Start = Callable[[], Driven]


class Shared:
    """One run for those tests that leave it running."""

    def __init__(self, data_dir: Path, root: Path) -> None:
        self.data_dir = data_dir
        self.root = root
        self.run = Driven(data_dir, root)
        self.run.read_until("Rightnow is running")

    def running(self) -> Running:
        """Its record."""
        running = read_running(self.data_dir)
        assert running is not None
        return running


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    place = temporary_data_dir()
    root = write_stand_ins(tmp_path_factory.mktemp("shared") / "checkout")
    shared = Shared(place, root)
    yield shared
    shared.run.close()
    end_leftovers(place)
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def start(data_dir: Path, tmp_path: Path) -> Iterator[Start]:
    root = write_stand_ins(tmp_path / "checkout")
    runs: list[Driven] = []

    def started() -> Driven:
        runs.append(Driven(data_dir, root))
        return runs[-1]

    yield started
    for run in runs:
        run.close()
    end_leftovers(data_dir)


def test_up_tells_each_step_and_ctrl_c_stops_in_order(
    start: Start, data_dir: Path, tmp_path: Path
) -> None:
    run = start()
    run.read_until("Rightnow is running")
    numbers = [line.split()[0] for line in run.lines if "/6 " in line]
    assert numbers == ["1/6", "2/6", "3/6", "4/6", "5/6", "6/6"]
    running = read_running(data_dir)
    assert running is not None
    assert f"prepared for {running.api_url}" in run.lines
    assert {mark.name for mark in running.children} == {"postgres", "temporal", "worker", "api"}
    code, said = run.end(signal.SIGINT)
    assert code == 0, said
    assert "Nothing is lost" in said
    assert not any(mark.find() for mark in running.children)
    assert (tmp_path / "checkout" / "farewells").read_text().split() == ["api", "worker"]
    assert read_record(data_dir) is None


def test_a_second_up_is_refused_with_the_address_of_the_first(shared: Shared) -> None:
    before = shared.running()
    second = Driven(shared.data_dir, shared.root)
    second.read_until(f"already runs here at {before.api_url}")
    assert second.process.wait(timeout=20) == 1
    second.close()
    assert shared.running() == before


def test_a_crashed_worker_is_reported_and_comes_back(shared: Shared) -> None:
    worker = next(mark for mark in shared.running().children if mark.name == "worker")
    os.kill(worker.pid, signal.SIGKILL)
    shared.run.read_until("The worker stopped by itself (killed by SIGKILL). Starting it again in")
    shared.run.read_until("The worker is back after")
    assert shared.running().lives("worker")


async def test_after_kill_9_nothing_is_left_and_the_next_up_works(
    start: Start, data_dir: Path
) -> None:
    first = start()
    first.read_until("Rightnow is running")
    running = read_running(data_dir)
    assert running is not None
    first.process.kill()
    second = start()
    second.read_until("Rightnow is running")
    await until(lambda: not any(mark.find() for mark in running.children))
    code, said = second.end(signal.SIGTERM)
    assert code == 0, said


def test_a_second_ctrl_c_does_not_wait_for_the_graces(start: Start, tmp_path: Path) -> None:
    worker = tmp_path / "checkout" / "worker.py"
    deaf = "import signal\nsignal.signal = lambda *_: signal.pthread_sigmask(0, {signal.SIGTERM})\n"
    worker.write_text(deaf + worker.read_text())
    run = start()
    run.read_until("Rightnow is running")
    begun = time.monotonic()
    run.process.send_signal(signal.SIGINT)
    run.read_until("Ctrl-C once more")
    code, said = run.end(signal.SIGINT)
    assert code == 0, said
    assert time.monotonic() - begun < 20


def test_a_worker_that_cannot_start_ends_the_start_in_plain_words(
    start: Start, data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "checkout" / "worker.py").write_text("raise SystemExit('no such queue')")
    run = start()
    run.read_until("The worker ended (exit code 1)")
    run.read_until("no such queue")
    assert run.process.wait(timeout=30) == 1
    assert not any("Traceback" in line for line in run.lines)
    mine = str(data_dir)
    assert not any(
        mine in " ".join(each.info["cmdline"] or []) for each in psutil.process_iter(["cmdline"])
    )
