"""The built-in reader's own process: it answers as the reader does, and goes when nobody reads."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from activities.adapters.embedder import BuiltInEmbedder
from activities.adapters.heads import Heads
from activities.adapters.minilm import MiniLm
from activities.adapters.reader import BuiltInReader
from activities.adapters.reader_apart import ReaderApart, ReadingBroke
from activities.adapters.reader_process import Answer, Answering
from activities.ports import ModelUnusable
from tests.polling import until

TEXTS = ["This is the third time nobody came. I am furious!", "Thank you, it works. 🙂", "ok\nok"]
LONG = 86400.0
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def apart() -> Iterator[ReaderApart]:
    """One whose process stays."""
    with closing(ReaderApart(LONG)) as made:
        yield made


async def gone(pid: int) -> None:
    """Wait until a process has ended, whether or not somebody took note of it."""

    async def ended() -> bool:
        try:
            return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    await until(ended)


def test_it_tells_the_very_same_as_the_reader_within(apart: ReaderApart) -> None:
    encoder = MiniLm()
    assert apart.read(TEXTS) == BuiltInReader(encoder, Heads.read()).read(TEXTS)
    assert apart.embed(TEXTS) == BuiltInEmbedder(encoder).embed(TEXTS)
    assert apart.name == BuiltInEmbedder(encoder).name
    assert (apart.read([]), apart.embed([])) == ([], [])


async def test_it_ends_when_nothing_was_read_for_a_while_and_comes_again() -> None:
    with closing(ReaderApart(0.05)) as apart:
        assert apart.pid is None, "nothing is loaded before there is something to read"
        first = apart.read(TEXTS)

        async def nobody() -> bool:
            return apart.pid is None

        await until(nobody)
        assert apart.read(TEXTS) == first


async def test_a_process_that_was_killed_is_begun_again(apart: ReaderApart) -> None:
    first = apart.read(TEXTS)
    pid = apart.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await gone(pid)
    assert apart.read(TEXTS) == first
    assert apart.pid != pid


async def test_a_worker_loads_no_model_itself_and_its_reader_ends_with_it(tmp_path: Path) -> None:
    starts = (
        "import os, signal, sys, worker\n"
        f"apart = worker._reader({LONG:.0f})\n"
        "assert apart.read(['Thank you.'])\n"
        "assert not {'numpy', 'onnxruntime', 'tokenizers'} & set(sys.modules)\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(apart.pid))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", starts, cwd=ROOT)
    assert await process.wait() == -signal.SIGKILL
    await gone(int((tmp_path / "pid").read_text()))


def test_texts_that_end_the_process_twice_are_told_and_others_are_read(tmp_path: Path) -> None:
    dies = (sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit(3)")
    with closing(ReaderApart(LONG, dies)) as apart:
        for _ in range(2):
            with pytest.raises(ReadingBroke, match="ended while it read"):
                apart.read(TEXTS)
        assert apart.pid is None


def test_what_cannot_be_read_leaves_the_next_text_unharmed(apart: ReaderApart) -> None:
    pid = apart.pid
    with pytest.raises(ReadingBroke, match=r"Unicode|Serialization"):
        apart.read(["\ud800"])
    assert apart.read(TEXTS)
    assert pid in (None, apart.pid)


def test_a_missing_model_is_told_as_such_and_looked_for_again() -> None:
    tries: list[str] = []

    def missing() -> tuple[object, object]:
        tries.append("once")
        raise ModelUnusable("model.onnx cannot be read.")

    answering = Answering(missing)  # type: ignore[arg-type]
    question = b'{"wanted": "vectors", "texts": ["x"]}'
    for _ in range(2):
        assert answering.answer(question) == Answer(unusable="model.onnx cannot be read.")
    assert len(tries) == 2
    told = Answer(unusable="model.onnx cannot be read.").model_dump_json()
    says = f"import sys; sys.stdin.readline(); print({told!r}, flush=True); sys.stdin.readline()"
    with (
        closing(ReaderApart(LONG, (sys.executable, "-c", says))) as apart,
        pytest.raises(ModelUnusable, match=r"model\.onnx cannot be read"),
    ):
        apart.embed(TEXTS)


def test_an_unknown_error_is_told_by_its_type_and_without_the_words() -> None:
    def breaks(_: object) -> list[tuple[float, ...]]:
        raise RuntimeError("with a customer's words")

    answering = Answering(lambda: (lambda _: [], breaks))
    question = b'{"wanted": "vectors", "texts": ["x"]}'
    assert answering.answer(question) == Answer(failed="RuntimeError")
    assert answering.answer(b'{"wanted": "readings", "texts": ["x"]}') == Answer()
    assert answering.answer(b"no question").failed == "ValidationError"
