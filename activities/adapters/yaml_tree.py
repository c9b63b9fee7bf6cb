"""YAML, strictly: text, lists and keyed blocks, each with its line. Nothing else, and never much.

There are no aliases, anchors or tags, so that a small file cannot become a huge one; no implicit
types, so that `no` is the word no; and no key twice, so that nothing is overwritten in silence.
The parser's events are read one by one without recursion, and reading stops at the first event
that is too deep or too many: a hostile file costs next to nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from models.playbook import Place

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_NODES = 10_000
MAX_FLAWS = 100

_PARSER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_NO_TRICKS = "Write the words out where they are needed."


@dataclass(slots=True)
class Node:
    """One value: text, a list, or a keyed block. A keyed value has the line of its key."""

    line: int
    value: "str | list[Node] | dict[str, Node]"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something in a file that is not taken."""

    line: int
    place: Place
    what: str
    mend: str = ""


def too_large(at_most: int) -> Flaw:
    """A file that has more bytes than it may."""
    return Flaw(1, (), f"is larger than {at_most // 1024} kB", "Make it shorter.")


class _Unreadable(Exception):
    """Reading has to stop here."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.what)
        self.flaw = flaw


def _unreadable(line: int, what: str, mend: str = "") -> _Unreadable:
    return _Unreadable(Flaw(line, (), what, mend))


@dataclass(slots=True)
class _Open:
    """A list or block that has not ended yet."""

    node: Node
    place: Place
    key: str | None = None
    key_line: int = 0


def compose(text: str) -> tuple[Node | None, tuple[Flaw, ...]]:
    """Read a document into nodes. Every flaw found on the way; no nodes when it had to stop."""
    reader = _Reader()
    try:
        reader.read(_events(text))
    except _Unreadable as stop:
        return None, (*reader.flaws, stop.flaw)
    return reader.root, tuple(reader.flaws)


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        if len(text.encode("utf-8")) > MAX_BYTES:
            raise _Unreadable(too_large(MAX_BYTES))
        yield from yaml.parse(text, Loader=_PARSER)
    except UnicodeEncodeError:
        raise _unreadable(1, "has half of a surrogate pair, which is not text") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise _unreadable(line, *_in_plain_words(error.problem or "")) from None
    except yaml.YAMLError:
        mend = "Take control characters out, and save it as UTF-8."
        raise _unreadable(1, "has a character that YAML does not allow", mend) from None


def _in_plain_words(problem: str) -> tuple[str, str]:
    """What the parser said, for a person who has never seen a parser."""
    if "mapping values" in problem:
        return "there is a colon where none may be", "Put the text in quotes."
    if "cannot start any token" in problem:
        what = "there is a tab, or a text begins with a sign that means something in YAML"
        return what, "Indent with spaces, and put such a text in quotes."
    if "end of stream" in problem:
        return "a quote or bracket is opened and not closed", "Close it."
    mend = "Look at the indentation of this line and the one above."
    return f"is not YAML ({problem or 'no reason given'})", mend


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


class _Reader:
    """Puts events together to nodes. The stack is a list, so that depth costs no recursion."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.flaws: list[Flaw] = []
        self._stack: list[_Open] = []
        self._nodes = 0

    def read(self, events: Iterator[yaml.Event]) -> None:
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    line = _line(event)
                    raise _unreadable(line, "a second document begins here", "Make it two files.")
            elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                self._stack.pop()
            elif isinstance(event, yaml.NodeEvent):
                self._take(event)
        if self.root is None:
            raise _unreadable(1, "is empty", "Write something into it.")

    def _take(self, event: yaml.NodeEvent) -> None:
        line = _line(event)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _unreadable(line, f"has more than {MAX_NODES} values", "Make it shorter.")
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.node.value, dict) and top.key is None:
            self._take_key(top, event, line)
            return
        place = self._place(top)
        self._refuse_tricks(event, line, place)
        node = Node(line, "")
        if isinstance(event, yaml.ScalarEvent):
            node.value = event.value
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(self._stack) >= MAX_DEPTH:
                raise _unreadable(line, f"is more than {MAX_DEPTH} levels deep", "Flatten it.")
            node.value = [] if isinstance(event, yaml.SequenceStartEvent) else {}
            self._stack.append(_Open(node, place))
        self._put(top, node)

    def _take_key(self, top: _Open, event: yaml.NodeEvent, line: int) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise _unreadable(line, "a key must be a single word", "Put `key:` in front.")
        self._refuse_tricks(event, line, (*top.place, event.value))
        top.key, top.key_line = event.value, line

    def _put(self, top: _Open | None, node: Node) -> None:
        if top is None:
            self.root = node
        elif isinstance(top.node.value, list):
            top.node.value.append(node)
        elif isinstance(top.node.value, dict) and top.key is not None:
            node.line = top.key_line
            known = top.node.value.setdefault(top.key, node)
            if known is not node:
                what = f"the key `{top.key}` is there twice; the first is on line {known.line}"
                place = (*top.place, top.key)
                self._note(Flaw(top.key_line, place, what, "Keep one of them."))
            top.key = None

    def _place(self, top: _Open | None) -> Place:
        if top is None:
            return ()
        if isinstance(top.node.value, list):
            return (*top.place, len(top.node.value))
        return (*top.place, top.key or "")

    def _refuse_tricks(self, event: yaml.NodeEvent, line: int, place: Place) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._note(Flaw(line, place, f"`*{event.anchor}` is an alias", _NO_TRICKS))
        elif event.anchor is not None:
            self._note(Flaw(line, place, f"`&{event.anchor}` is an anchor", _NO_TRICKS))
        tag = getattr(event, "tag", None)
        if tag is not None:
            mend = "Take it out. Text that begins with `!` goes in quotes."
            self._note(Flaw(line, place, f"`{tag}` is a tag", mend))

    def _note(self, flaw: Flaw) -> None:
        self.flaws.append(flaw)
        if len(self.flaws) > MAX_FLAWS:
            raise _unreadable(flaw.line, "has too many problems to read on", "Mend these first.")
