"""What is counted in a text beside its vector: words with a mood, signs, capitals, denials."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from vader import SentimentIntensityAnalyzer

Matrix = npt.NDArray[np.float32]

LONGEST = 4000
"""Characters of a text that are looked at: half of them from its beginning, half from its end."""

COUNTS = (
    "compound", "negative", "neutral", "positive", "exclamations", "questions", "capitals",
    "length", "negations", "thanks", "praise",
)  # fmt: skip
"""In the order of the columns."""

_LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<!\w)@\w+")
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")
_NEGATIONS = re.compile(r"\b(?:not|no|never|nothing|nobody|none|cannot|\w+n't)\b", re.IGNORECASE)
_THANKS = re.compile(r"\bthank(?:s| you)\b", re.IGNORECASE)
_PRAISE = re.compile(
    r"\b(?:great|love[ds]?|awesome|excellent|amazing|perfect|best|wonderful)\b", re.IGNORECASE
)
_ANALYZER = SentimentIntensityAnalyzer()


def plain(text: str) -> str:
    """The text as both readers take it: no address, no hidden signs, an emoji by its name."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = unicodedata.normalize("NFKC", whole)
    text = _UNSEEN.sub("", text).translate(_QUOTES)
    text = _HANDLE.sub("@user", _LINK.sub("http", text))
    return " ".join("".join(_named(sign) for sign in text).split())


_ANGRY = {"\U0001f621": "angry face", "\U0001f620": "angry face", "\U0001f92c": "furious face"}
"""Whose names ("pouting face") say less than they mean."""


def _named(sign: str) -> str:
    if unicodedata.category(sign) != "So":
        return sign
    return f" {_ANGRY.get(sign) or unicodedata.name(sign, '').lower()} "


def counts(texts: Sequence[str]) -> Matrix:
    """The plain counts of each text, already `plain`; unscaled."""
    return np.array([_counted(text) for text in texts], np.float32).reshape(-1, len(COUNTS))


def _counted(text: str) -> list[float]:
    polarity = _ANALYZER.polarity_scores(text)
    letters = [sign for sign in text if sign.isalpha()]
    words = max(len(text.split()), 1)
    return [
        polarity["compound"],
        polarity["neg"],
        polarity["neu"],
        polarity["pos"],
        min(text.count("!"), 5),
        min(text.count("?"), 5),
        sum(sign.isupper() for sign in letters) / max(len(letters), 1),
        float(np.log1p(words)),
        len(_NEGATIONS.findall(text)) / words * 10,
        float(bool(_THANKS.search(text))),
        float(bool(_PRAISE.search(text))),
    ]
