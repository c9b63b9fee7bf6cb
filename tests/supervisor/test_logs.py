from pathlib import Path

import pytest

from supervisor import logs


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGEST", 10)


def test_a_long_log_becomes_the_older_part_at_the_next_start(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("a long first life\n")
    with logs.open_log(log) as file:
        file.write(b"second\n")
    assert log.read_text() == "second\n"
    assert logs.older(log).read_text() == "a long first life\n"
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_running_childs_log_is_emptied_under_its_hands(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    with logs.open_log(log) as file:
        file.write(b"more than ten bytes\n")
        file.flush()
        logs.trim(log)
        file.write(b"next\n")
    assert log.read_bytes() == b"next\n"
    assert logs.older(log).read_text() == "more than ten bytes\n"


def test_the_tail_begins_where_this_run_began(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("old\n")
    since = logs.size(log)
    with log.open("a") as file:
        file.write("one\ntwo\nthree\n")
    assert logs.tail(log, since, lines=2) == "two\nthree"
    assert logs.tail(tmp_path / "absent.log") == ""
