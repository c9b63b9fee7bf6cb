"""Words that were written in pieces or misspelt, read as the words that they are.

"can-cel", "c a n c e l" and "can-" with "cel" on the next line are one word when the lists have it,
and "cancle" is what its list says. The place of such a word is that of all its pieces.

The awkward case: "charge-back" stays two words where only "charge back" is listed, since pieces
become one word only when a list begins with it.
"""

from domain.lexicon import Lexicon
from domain.said_words import Said

MAX_PIECES = 16
SHORTEST = 5
"""Letters of a word that is put together."""


def whole_words(said: Said, lexicon: Lexicon) -> Said:
    """The same text in the words of a language's lists. Linear in the text."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    begins: set[int] = set()
    at = 0
    while at < len(said.words):
        after = _after(said, at, lexicon)
        if at in said.begins:
            begins.add(len(words))
        word = "".join(said.words[at:after])
        words.append(lexicon.spellings.get(word, word))
        spans.append((said.spans[at][0], said.spans[after - 1][1]))
        at = after
    return Said(tuple(words), tuple(spans), said.seen, frozenset(begins))


def _after(said: Said, at: int, lexicon: Lexicon) -> int:
    """The word after the longest word of the lists that the pieces from `at` on make."""
    word, found = said.words[at], at + 1
    for after in range(at + 1, min(len(said.words), at + MAX_PIECES)):
        if after not in said.glued:
            break
        word += said.words[after]
        if len(word) >= SHORTEST and (word in lexicon.signals or word in lexicon.spellings):
            found = after + 1
    return found
