"""The built-in encoder: a text becomes 384 numbers, near to those of texts that mean the same.

all-MiniLM-L6-v2 as an int8 ONNX file (Apache-2.0), from a wheel that holds nothing else, with the
WordPiece table that it was trained with: `minilm_files.py` knows both.

It is made once a process, with the first text: `make eval` prints how long that takes. A worker
asks it in a process of its own (`reader_apart.py`), so that workflows go on beside it.
"""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from activities.adapters.minilm_files import (
    NAME,
    TABLE_PLACE,
    find_model,
    verified_model,
    verified_table,
)

__all__ = ["NAME", "TABLE_PLACE", "MiniLm", "find_model", "verified_table"]

Vectors = npt.NDArray[np.float32]

DIMENSIONS = 384
LONGEST = 128
"""Tokens of a text that are read: of a longer one the beginning and the end, for there it is said
what it is about, and how it is meant."""

AT_ONCE = 1024
"""Tokens at once, padding included: more take memory, and no less time for each."""


class MiniLm:
    """The encoder. Threads may share it."""

    def __init__(
        self, model: Path | None = None, table: Path = TABLE_PLACE, threads: int = 1
    ) -> None:
        self._model, self._table, self._threads = model, table, threads
        self._loading = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    def load(self) -> None:
        """Read the files now, not with the first text. Raises ModelUnusable."""
        self._parts()

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, in their order. Raises ModelUnusable."""
        session, tokenizer = self._parts()
        rows = np.zeros((len(texts), DIMENSIONS), np.float32)
        encoded = [_shortened(one.ids) for one in tokenizer.encode_batch(list(texts))]
        for places in _batches([len(one) for one in encoded]):
            rows[places] = _batch(session, [encoded[at] for at in places])
        return rows

    def _parts(self) -> tuple[Any, Any]:
        with self._loading:
            if self._loaded is None:
                session = _session(self._model or find_model(), self._threads)
                self._loaded = session, _tokenizer(self._table)
            return self._loaded


def _session(model: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # a long text would be paid for in memory ever after
    content = verified_model(model)
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _tokenizer(table: Path) -> Any:
    from tokenizers import Tokenizer

    made = Tokenizer.from_str(verified_table(table))
    made.no_padding()
    made.no_truncation()
    return made


def _shortened(ids: list[int]) -> list[int]:
    """The first and the last tokens of a long text; the signs at both ends stay."""
    if len(ids) <= LONGEST:
        return ids
    half = LONGEST // 2
    return ids[:half] + ids[-half:]


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The places of texts that are read together: the short ones first, each near its length."""
    places: list[int] = []
    for at in sorted(range(len(lengths)), key=lengths.__getitem__):
        if places and (len(places) + 1) * lengths[at] > AT_ONCE:
            yield places
            places = []
        places.append(at)
    if places:
        yield places


def _batch(session: Any, encoded: Sequence[list[int]]) -> Vectors:
    """Mean of the tokens' vectors, padding left out, at length 1."""
    width = max(len(one) for one in encoded)
    ids = np.zeros((len(encoded), width), np.int64)
    mask = np.zeros((len(encoded), width), np.int64)
    for row, one in enumerate(encoded):
        ids[row, : len(one)] = one
        mask[row, : len(one)] = 1
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    [hidden, *_] = session.run(["last_hidden_state"], given)
    weight = mask[:, :, None].astype(np.float32)
    mean = (hidden * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
    length = np.linalg.norm(mean, axis=1, keepdims=True)
    found: Vectors = (mean / np.maximum(length, 1e-9)).astype(np.float32)
    return found
