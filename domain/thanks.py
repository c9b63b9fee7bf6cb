"""Thanks: a message that only says thank you asks for no answer (trap 20).

Rule: every word of it is one of thanking, and one at least says thanks. `Thanks, but it still
leaks` is no such message, and neither is a question.
"""

import re

from domain.quoted_reply import split_reply

MAX_WORDS = 12
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_SAYS_IT = frozenset({"thanks", "thank", "thx", "ty", "cheers", "danke", "merci", "gracias"})
_BESIDE = frozenset({
    "a", "again", "all", "and", "appreciate", "appreciated", "awesome", "best", "cool", "day",
    "everything", "excellent", "fine", "for", "good", "great", "guys", "have", "help", "helping",
    "hi", "hello", "is", "it", "kind", "kindly", "kindness", "lot", "lots", "lovely", "many",
    "much", "nice", "ok", "okay", "perfect", "quick", "regards", "reply", "response", "so",
    "super", "team", "that", "that's", "the", "this", "very", "well", "wonderful", "works", "you",
    "your",
})  # fmt: skip


def only_thanks(text: str) -> bool:
    """Whether a message only says thank you. In doubt it does not, and somebody answers it."""
    said, _ = split_reply(text)
    if "?" in said or re.search(r"\d", said):
        return False
    words = [word.casefold().replace("\u2019", "'") for word in _WORD.findall(said)]
    if not 0 < len(words) <= MAX_WORDS:
        return False
    return bool(_SAYS_IT & set(words)) and set(words) <= _SAYS_IT | _BESIDE
