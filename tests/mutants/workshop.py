"""Put a mutant into a copy of the tree, and see whether its tests notice."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.catalogue import Mutant

ROOT = Path(__file__).parent.parent.parent
SECONDS = "20"
"""How long T01 and T02 run against a mutant."""

LIMIT = 600
"""Seconds for one test; one that takes longer counts as red."""


def mutated(mutant: Mutant) -> dict[str, str]:
    """The text of each file that the mutant changes. Raises ValueError when it does not fit."""
    texts: dict[str, str] = {}
    for edit in mutant.edits:
        text = texts.get(edit.file) or (ROOT / edit.file).read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            found = text.count(edit.old)
            raise ValueError(f"{mutant.name}: {edit.file} has {edit.old.strip()!r} {found} times")
        texts[edit.file] = text.replace(edit.old, edit.new)
    return texts


@contextmanager
def copy_of_the_tree() -> Iterator[Path]:
    """Everything that git knows or would take, in a directory that goes away."""
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    with tempfile.TemporaryDirectory(prefix="rightnow-mutant-") as made:
        place = Path(made)
        place.chmod(0o755)
        for name in listing.stdout.splitlines():
            if (ROOT / name).is_file():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, place / name)
        yield place


def put_in(mutant: Mutant, place: Path) -> None:
    """Put a mutant into a copy of the tree."""
    for name, text in mutated(mutant).items():
        (place / name).write_text(text, encoding="utf-8")


def is_green(test: str, place: Path) -> bool:
    """Whether a test passes in that tree."""
    plain = {name: value for name, value in os.environ.items() if "RIGHTNOW" not in name}
    environment = {**plain, "CHAOS_SECONDS": SECONDS, "PYTHONPATH": str(place)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", test],
            cwd=place,
            env=environment,
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in (0, 1):
        told = done.stdout.decode("utf-8", "replace")[-2000:]
        raise RuntimeError(f"{test} could not be run:\n{told}")
    return done.returncode == 0
