"""Saved tokens: one a person, for their owner's eyes alone."""

import os
import stat
from pathlib import Path

from terminal.credentials import load_token, save_token


def test_the_newest_saved_token_is_the_default(tmp_path: Path) -> None:
    old = save_token(tmp_path, "sarah@demo.test", "one")
    save_token(tmp_path, "marcus@demo.test", "two")
    os.utime(old, (1, 1))
    found = load_token(tmp_path)
    assert found is not None
    assert (found.email, found.token) == ("marcus@demo.test", "two")


def test_another_person_can_be_picked_in_any_spelling(tmp_path: Path) -> None:
    save_token(tmp_path, "Sarah@Demo.test", "one")
    found = load_token(tmp_path, " sarah@demo.TEST")
    assert found is not None
    assert found.token == "one"


def test_only_the_owner_may_read_it_and_a_new_one_takes_its_place(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = save_token(tmp_path / "new", "sarah@demo.test", "one")
        path = save_token(tmp_path / "new", "sarah@demo.test", "two")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_an_address_never_leaves_the_folder(tmp_path: Path) -> None:
    path = save_token(tmp_path, "../../etc/x@demo.test", "one")
    assert path.parent == tmp_path / "tokens"
    assert load_token(tmp_path, "../../etc/x@demo.test") is not None


def test_no_token_and_a_broken_file_are_none(tmp_path: Path) -> None:
    assert load_token(tmp_path) is None
    assert load_token(tmp_path, "sarah@demo.test") is None
    save_token(tmp_path, "sarah@demo.test", "one").write_text("{broken")
    assert load_token(tmp_path) is None
