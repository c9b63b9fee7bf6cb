"""Whether a text is in a language that the reader was made for: English.

The rule. Every language has its small words, and people hardly write eight words without one of
them. A text is English when it has an English one, or is too short to tell. One that has none, or
more of the small words of another language, is not.

The awkward case: "Create 6 new standing orders" has no small word, and no foreign one. Fewer than
eight words may be English as long as all their letters are.
"""

import re

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH = _words(
    "the a an and or but if of to in on at for from with by is are was were be been am do does did"
    " have has had not no you your i me my we our us it its he she they them this that there here"
    " what when where who why how can could will would should please thanks thank get got just so"
    " all any as up out about than then too very again still now i'm i've don't didn't can't won't"
    " it's isn't wasn't you're we're they're never ever only some more most i'll i'd that's what's"
    " there's let's you'll you've we'll we've they'll he's she's who's"
)
_OTHERS = _words(
    "el la los las una por para pero que es soy muy gracias mi tu su como esta este yo del al"
    " le les des est pas je vous nous une dans sur pour avec mais merci mon ma der die das und ist"
    " nicht ich sie wir ihr ein eine mit auf zu von bitte danke mein il di che non per sono grazie"
    " mio nao obrigado meu voce uma com het een niet ik jij en"
)
ENOUGH = 4
"""With fewer words nobody can tell."""

HARDLY = 8
"""So many words hardly anybody writes without a small one."""


def is_small_word(word: str) -> bool:
    """Whether it is one of the small words of English, in any case."""
    return word.casefold() in _ENGLISH


def is_english(text: str) -> bool:
    """Whether the text is English, or may be."""
    found = [word.casefold() for word in _WORD.findall(text.replace("\u2019", "'"))]
    if len(found) < ENOUGH:
        return all(word.isascii() for word in found)
    ours = sum(word in _ENGLISH for word in found)
    theirs = sum(word in _OTHERS for word in found)
    if not ours and not theirs:
        return len(found) < HARDLY and all(word.isascii() for word in found)
    return ours > 0 and ours >= theirs
