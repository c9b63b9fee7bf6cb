"""Signal words in what a customer wrote now: where they stand, what they are about, which count.

The rule. Every word of the lists is found, whole and in any spelling that looks like it
(`domain.folding`), and shown with its place. What it is about is decided by what stands around it:
the first group of phrases in the file that turns its meaning ("cancel my appointment"), else a
negation that reaches it ("I do not want to cancel"), else its kind. It counts, and raises an alert,
when it is about the customer leaving, the law, money or the public, and its kind alerts.

A negation reaches over carrier words alone: "you did not come, I want to cancel" is a threat.
Neither it nor a phrase that turns a meaning goes over the end of a line when the next begins with a
capital: "You did not call me" and below it "Cancel my contract" are two sentences, whoever left out
the full stop. A doubt before it makes it deny nothing ("if you do not want me to cancel"), and so
does what takes it back later in the sentence ("I do not want to cancel, but I will"). In doubt a
word counts: a false alarm costs a look, a missed one a customer.

Languages. A text that is English, or may be, is read by the English list alone. Any other is read
by every list there is: an English "lawyer" in a Spanish mail is still a lawyer.
"""

from collections.abc import Iterator, Sequence

from domain.language import is_english
from domain.lexicon import Index, Lexicon, Tag, TurnTo, reach
from domain.said_words import SENTENCE_END, Said, said_words
from domain.whole_words import whole_words
from models.signal import MAX_WORDS, About, Signal, SignalKind

MAX_SIGNALS = 100
"""Of one text. Those that count are kept first."""

ENGLISH = "en"
_REACH = 8
_DOUBT_WITHIN = 3
_TAKEN_BACK_WITHIN = 15

COUNTED = frozenset({About.CUSTOMER_LEAVES, About.LEGAL, About.MONEY, About.PUBLIC})
"""What a word has to be about to raise an alert."""

MEANT = {
    SignalKind.CANCEL: About.CUSTOMER_LEAVES,
    SignalKind.COMPETITOR: About.CUSTOMER_LEAVES,
    SignalKind.LEAVING: About.CUSTOMER_LEAVES,
    SignalKind.LEGAL: About.LEGAL,
    SignalKind.REGULATOR: About.LEGAL,
    SignalKind.CHARGEBACK: About.MONEY,
    SignalKind.REFUND: About.MONEY,
    SignalKind.REVIEW: About.PUBLIC,
}
"""What a word of a kind is about, where nothing turns it."""

_Hit = tuple[int, int, Tag]
"""The first word of a phrase, the word after it, and what is known of it."""


def find(text: str, lexicon: Lexicon) -> tuple[Signal, ...]:
    """The signal words of one language in a text, in its order. Quotes and signatures are not read.

    `find("Please don't cancel!", english)` is one signal, `cancel`, negated, which does not count.
    """
    return _found(said_words(text), (lexicon,))


def find_all(text: str, lexicons: Sequence[Lexicon]) -> tuple[Signal, ...]:
    """The signal words of every language that the text may be in, in its order."""
    said = said_words(text)
    english = tuple(one for one in lexicons if one.language == ENGLISH)
    return _found(said, english if english and is_english(said.seen.text) else lexicons)


def _found(said: Said, lexicons: Sequence[Lexicon]) -> tuple[Signal, ...]:
    found: dict[tuple[SignalKind, int], Signal] = {}
    for lexicon in lexicons:
        for signal in _signals(whole_words(said, lexicon), lexicon):
            found.setdefault((signal.kind, signal.start), signal)
    kept = sorted(found.values(), key=lambda one: (not one.counts, one.start))[:MAX_SIGNALS]
    return tuple(sorted(kept, key=lambda one: (one.start, one.end, one.kind)))


def _signals(said: Said, lexicon: Lexicon) -> Iterator[Signal]:
    turns: dict[int, list[_Hit[TurnTo]]] = {}
    for hit in _hits(said.words, lexicon.turns):
        if said.begins.isdisjoint(range(hit[0] + 1, hit[1])):
            for at in range(hit[0], hit[1]):
                turns.setdefault(at, []).append(hit)
    for first, after, kind in _longest(_hits(said.words, lexicon.signals)):
        about = _turned(turns.get(first, ()), after, kind) or (
            About.NEGATED if _denied(said, first, after, lexicon) else MEANT[kind]
        )
        start, end = said.span(first, after)
        yield Signal(
            kind=kind,
            words=said.shown(first, after)[:MAX_WORDS],
            start=start,
            end=end,
            about=about,
            counts=about in COUNTED and kind in lexicon.alerts,
        )


def _hits(words: Sequence[str], index: Index[Tag]) -> Iterator[_Hit[Tag]]:
    for at, word in enumerate(words):
        for phrase in index.get(word, ()):
            if (after := reach(phrase.parts, words, at, phrase.stops)) is not None:
                yield at, after, phrase.tag


def _longest(hits: Iterator[_Hit[SignalKind]]) -> list[_Hit[SignalKind]]:
    """Of the hits of one kind that overlap, the first, and of those the longest."""
    kept: dict[SignalKind, list[_Hit[SignalKind]]] = {}
    for hit in sorted(hits, key=lambda one: (one[0], -one[1])):
        before = kept.setdefault(hit[2], [])
        if not before or before[-1][1] <= hit[0]:
            before.append(hit)
    return [hit for of_kind in kept.values() for hit in of_kind]


def _turned(turns: Sequence[_Hit[TurnTo]], after: int, kind: SignalKind) -> About | None:
    """What the first group of phrases that hold the whole word makes of it."""
    holding = [to for _, end, to in turns if end >= after and kind in to.kinds]
    return min(holding, key=lambda to: to.rank).about if holding else None


def _denied(said: Said, first: int, after: int, lexicon: Lexicon) -> bool:
    """Whether a negation reaches the word at `first`, and nothing takes it back."""
    farthest = max(0, first - 2 * _REACH)
    since = next((at for at in range(first, farthest, -1) if at in said.begins), farthest)
    backwards = said.words[since:first][::-1]
    for at, word in enumerate(backwards[:_REACH]):
        for phrase in lexicon.negators.get(word, ()):
            end = reach(phrase.parts, backwards, at)
            if end is not None and not lexicon.doubts & {*backwards[end : end + _DOUBT_WITHIN]}:
                return not _taken_back(said.words, after, lexicon)
        if word not in lexicon.carriers:
            return False
    return False


def _taken_back(words: Sequence[str], after: int, lexicon: Lexicon) -> bool:
    rest = words[after : after + _TAKEN_BACK_WITHIN]
    if SENTENCE_END in rest:
        rest = rest[: rest.index(SENTENCE_END)]
    return any(_hits(rest, lexicon.taken_back))
