"""What is remembered between two commands, and for how long."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from terminal.memory import Memory

START = "2026-11-22T13:00:00Z"


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "terminal", "sarah@demo.test", "pts-1")


def test_the_case_in_hand_is_forgotten_after_a_shift(memory: Memory) -> None:
    with time_machine.travel(START, tick=False) as clock:
        memory.take("id", "E-1042", {"id": "call-now"})
        clock.shift(timedelta(hours=11))
        kept = memory.in_hand()
        assert kept is not None
        assert kept.step == {"id": "call-now"}
        clock.shift(timedelta(hours=2))
        assert memory.in_hand() is None


def test_two_people_and_two_windows_never_mix(tmp_path: Path) -> None:
    Memory(tmp_path, "sarah@demo.test", "pts-1").take("id", "E-1042", None)
    assert Memory(tmp_path, "marcus@demo.test", "pts-1").in_hand() is None
    assert Memory(tmp_path, "sarah@demo.test", "pts-2").in_hand() is None


def test_a_change_without_an_answer_keeps_its_key_for_an_hour(memory: Memory) -> None:
    with time_machine.travel(START, tick=False) as clock:
        memory.sending("POST /x {}", "key-1")
        assert memory.key_for("POST /x {}") == "key-1"
        assert memory.key_for("POST /y {}") is None
        clock.shift(timedelta(hours=1))
        assert memory.key_for("POST /x {}") is None


def test_an_answered_change_may_be_wished_again(memory: Memory) -> None:
    memory.sending("POST /x {}", "key-1")
    memory.answered("POST /x {}")
    assert memory.key_for("POST /x {}") is None


def test_the_file_is_for_its_owner_and_holds_no_words_of_a_change(
    memory: Memory, tmp_path: Path
) -> None:
    memory.sending('POST /notes {"text": "secret"}', "key-1")
    (path,) = (tmp_path / "terminal").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "secret" not in path.read_text()


def test_a_broken_memory_is_no_memory_and_no_reason_to_stop(tmp_path: Path) -> None:
    memory = Memory(tmp_path, "sarah@demo.test", "pts-1")
    memory.take("id", "E-1042", None)
    next(tmp_path.iterdir()).write_text("[]")
    assert memory.in_hand() is None
    blocked = tmp_path / "file"
    blocked.write_text("")
    Memory(blocked, "sarah@demo.test", "pts-1").take("id", "E-1042", None)
