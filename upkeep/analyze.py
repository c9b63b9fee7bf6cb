"""`rightnow analyze`: what texts tell of their writers, line by line, offline.

A line of JSON comes in, `{"id": …, "text": …}`, and one goes out, in the same order. A line that is
not of this form gives `{"id", "error"}`, and the next one is read.

Texts are read as a case reads them. Of one that is surely not English the label is `unknown`, and
its numbers are not to be believed; of one in which nothing is new, but quotes, all are 0 besides.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from io import TextIOWrapper
from itertools import islice
from typing import Annotated, Any, Protocol, TextIO

import typer
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    TypeAdapter,
    ValidationError,
)

from domain.language import is_english
from domain.quoted_reply import split_reply
from models.sentiment import Reading
from upkeep.running import fail

AT_ONCE = 64
"""Lines that are read before the first of them is answered."""

LONGEST_LINE = 200_000
"""Characters. What is longer is refused, and never held in memory as a whole."""

Id = str | int | FiniteFloat | bool | None
_ID: TypeAdapter[Id] = TypeAdapter(Id)

UNKNOWN = "unknown"
"""The label of what nobody can read."""


class Reader(Protocol):
    """Whoever reads texts."""

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """What each text tells, in order."""
        ...


def _whole(text: object) -> object:
    """Half of a sign, as is left of an emoji that was cut in two, becomes a question mark."""
    return text.encode(errors="replace").decode() if isinstance(text, str) else text


class Line(BaseModel):
    """A text with its name. What else stands there is not looked at."""

    model_config = ConfigDict(strict=True)

    id: Id
    text: Annotated[str, BeforeValidator(_whole), Field(max_length=LONGEST_LINE)]


class _Refused(Exception):
    def __init__(self, id_: Id, why: str) -> None:
        super().__init__(why)
        self.told = {"id": id_, "error": why}


def analyze() -> None:
    """Read lines of JSON, {"id", "text"}, and write what each text tells of its writer."""
    # Here, so that no other command waits for the model's libraries.
    from activities.adapters.heads import Heads
    from activities.adapters.minilm import MiniLm
    from activities.adapters.reader import BuiltInReader
    from activities.ports import ModelUnusable

    try:
        reader = BuiltInReader(MiniLm(threads=2), Heads.read())
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
        for told in answers(reader, lines_of(sys.stdin)):
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
    except ModelUnusable as error:
        fail(f"{error} Run `make` again: it gets what is missing.")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("analyze")(analyze)


def lines_of(source: TextIO) -> Iterator[str]:
    """The lines of a stream, without end signs; of a line that is too long, a piece too long.

    A mark of the byte order before the first one, as some editors write it, is no part of it.
    """
    begun = False
    while line := source.readline(LONGEST_LINE + 2):
        whole = line.endswith("\n")
        while not whole and len(rest := source.readline(LONGEST_LINE)) > 0:
            whole = rest.endswith("\n")
        yield (line if begun else line.removeprefix("\ufeff")).rstrip("\r\n")
        begun = True


def answers(reader: Reader, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One answer a line, in order."""
    waiting = iter(lines)
    while batch := list(islice(waiting, AT_ONCE)):
        yield from _answered(reader, [_read(line) for line in batch])


def _answered(reader: Reader, given: Sequence[Line | _Refused]) -> Iterator[dict[str, Any]]:
    texts = [split_reply(one.text)[0] if isinstance(one, Line) else "" for one in given]
    told = iter(reader.read([text for text in texts if text]))
    for one, text in zip(given, texts, strict=True):
        if isinstance(one, _Refused):
            yield one.told
        else:
            yield _told(one.id, text, next(told)) if text else _nothing(one.id)


def _nothing(id_: Id) -> dict[str, Any]:
    """Of a text in which nothing is new."""
    numbers = dict.fromkeys(("p_negative", "cancel_intent", "churn_risk"), 0.0)
    return {"id": id_, "score": 0.0, "label": UNKNOWN, **numbers}


def _told(id_: Id, text: str, reading: Reading) -> dict[str, Any]:
    return {
        "id": id_,
        "score": reading.sentiment.score,
        "label": str(reading.sentiment.polarity) if is_english(text) else UNKNOWN,
        "p_negative": reading.sentiment.p_negative,
        "cancel_intent": reading.cancel_intent,
        "churn_risk": reading.churn_risk,
    }


def _read(line: str) -> Line | _Refused:
    if len(line) > LONGEST_LINE:
        return _Refused(None, f"This line has more than {LONGEST_LINE:,} characters.")
    if any("\udc80" <= sign <= "\udcff" for sign in line):
        return _Refused(None, "This line is not UTF-8.")
    if not line.strip():
        return _Refused(None, "This line is empty.")
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return _Refused(None, "This line is not JSON.")
    if not isinstance(given, dict):
        return _Refused(None, 'This line is no object with "id" and "text".')
    try:
        return Line.model_validate(given)
    except ValidationError as error:
        place = str(error.errors()[0]["loc"][0])
        return _Refused(_id_of(given.get("id")), f'"{place}" is missing, or not what it must be.')


def _id_of(given: object) -> Id:
    try:
        return _ID.validate_python(given, strict=True)
    except ValidationError:
        return None
