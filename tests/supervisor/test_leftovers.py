import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from supervisor.errors import StartError
from supervisor.leftovers import DataLock, end_leftovers
from supervisor.running import (
    ProcessMark,
    Running,
    mark_of,
    read_record,
    read_running,
    record_path,
    write_record,
)


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def record(data_dir: Path, supervisor: ProcessMark, *children: ProcessMark) -> None:
    running = Running(
        supervisor=supervisor,
        children=children,
        api_url="http://127.0.0.1:8000",
        database_url="postgresql://rightnow:secret@127.0.0.1:1/rightnow",
        temporal_address="127.0.0.1:2",
    )
    write_record(data_dir, running)


def dead() -> ProcessMark:
    with subprocess.Popen(["sleep", "600"]) as process:
        mark = mark_of("supervisor", process.pid)
        process.kill()
    return mark


def test_the_record_is_for_our_eyes_only(tmp_path: Path) -> None:
    record(tmp_path, dead())
    assert record_path(tmp_path).stat().st_mode & 0o777 == 0o600


def test_a_living_run_is_read_and_a_dead_one_is_not(
    tmp_path: Path, child: subprocess.Popen[bytes]
) -> None:
    assert read_running(tmp_path) is None
    record(tmp_path, mark_of("supervisor", child.pid))
    running = read_running(tmp_path)
    assert running is not None
    assert running.api_url == "http://127.0.0.1:8000"
    record(tmp_path, dead())
    assert read_running(tmp_path) is None
    assert read_record(tmp_path) is not None


def test_a_record_that_cannot_be_read_is_no_record(tmp_path: Path) -> None:
    record_path(tmp_path).write_text("{half")
    assert read_running(tmp_path) is None
    assert end_leftovers(tmp_path) == []


def test_a_second_supervisor_is_refused_with_the_first_ones_address(
    tmp_path: Path, child: subprocess.Popen[bytes]
) -> None:
    lock = DataLock(tmp_path)
    record(tmp_path, mark_of("supervisor", child.pid))
    refusal = rf"already runs here at http://127.0.0.1:8000 \(process {child.pid}\)"
    with pytest.raises(StartError, match=refusal):
        DataLock(tmp_path)
    lock.release()
    DataLock(tmp_path).release()


def test_children_of_a_dead_supervisor_are_ended(
    tmp_path: Path, child: subprocess.Popen[bytes]
) -> None:
    record(tmp_path, dead(), mark_of("worker", child.pid))
    assert end_leftovers(tmp_path) == ["worker"]
    assert not psutil.pid_exists(child.pid)
    assert not record_path(tmp_path).exists()


def test_one_that_will_not_go_is_killed(tmp_path: Path) -> None:
    script = "trap '' TERM; echo deaf; while :; do sleep 0.05; done"
    with subprocess.Popen(["/bin/sh", "-c", script], stdout=subprocess.PIPE) as deaf:
        assert deaf.stdout is not None
        assert deaf.stdout.readline() == b"deaf\n"
        record(tmp_path, dead(), mark_of("worker", deaf.pid, grace=0.2))
        assert end_leftovers(tmp_path) == ["worker"]
        assert not psutil.pid_exists(deaf.pid)


def test_another_process_with_the_same_id_is_left_alone(
    tmp_path: Path, child: subprocess.Popen[bytes]
) -> None:
    mark = mark_of("worker", child.pid)
    record(tmp_path, dead(), mark.model_copy(update={"created_at": mark.created_at - 60}))
    assert end_leftovers(tmp_path) == []
    assert psutil.pid_exists(child.pid)
    assert child.poll() is None
