"""Fit the heads: `python -m evaluation.fit FOLDER` writes `heads/messages.json`.

It learns from the labelled texts that are not held out (`evaluation.corpora`), with fixed numbers
and no chance in it: the same texts give the same heads.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression, Ridge

from activities.adapters.heads import PLACE, Head, HeadsFile, features
from activities.adapters.minilm import NAME, MiniLm, Vectors
from activities.adapters.tone import COUNTS, Matrix, counts, plain
from evaluation.corpora import Labelled, cancelling, polarity, valence

VERSION = "messages-1"
LEARNT_FROM = (
    "Sentiment intensity of tweets and reviews (Hutto and Gilbert, 2014; MIT)",
    "GoEmotions (Google; CC BY 4.0), 12,000 comments",
    "Sentiment Labelled Sentences, Amazon (UCI; CC BY 4.0)",
    "NLU++ (PolyAI; CC BY 4.0)",
    "CLINC150, validation part (CC BY 3.0)",
    "Bitext customer service sample (CDLA-Sharing-1.0)",
)
_Floats = npt.NDArray[np.float64]


def measured(encoder: MiniLm, texts: Sequence[Labelled]) -> tuple[Vectors, Matrix, _Floats]:
    """Vectors, counts and labels."""
    clean = [plain(one.text) for one in texts]
    return encoder.vectors(clean), counts(clean), np.array([one.label for one in texts])


def fit(folder: Path, encoder: MiniLm) -> HeadsFile:
    """The heads, from what may be learnt from in this folder."""
    kinds = measured(encoder, polarity(folder, held_out=False))
    mean, scale = kinds[1].mean(axis=0), kinds[1].std(axis=0) + 1e-6

    def ready(vectors: Vectors, counted: Matrix) -> _Floats:
        return features(vectors, counted, mean, scale)

    three = LogisticRegression(C=0.5, class_weight="balanced", max_iter=3000)
    three.fit(ready(*kinds[:2]), kinds[2])
    scores = measured(encoder, valence(folder, held_out=False))
    line = Ridge(alpha=40.0).fit(ready(*scores[:2]), scores[2])
    ends = measured(encoder, cancelling(folder, held_out=False))
    ending = LogisticRegression(C=0.3, class_weight="balanced", max_iter=3000)
    ending.fit(ready(*ends[:2]), ends[2])
    negative, neutral, positive = map(_head, three.coef_, three.intercept_)
    return HeadsFile(
        version=VERSION,
        encoder=NAME,
        counts=COUNTS,
        mean=_short(mean),
        scale=_short(scale),
        polarity=(negative, neutral, positive),
        valence=_head(line.coef_, line.intercept_),
        cancelling=_head(ending.coef_[0], ending.intercept_[0]),
        learnt_from=LEARNT_FROM,
    )


def _head(weights: _Floats, bias: float) -> Head:
    return Head(weights=_short(weights), bias=round(float(bias), 6))


def _short(numbers: npt.NDArray[np.floating]) -> tuple[float, ...]:
    return tuple(round(float(number), 6) for number in numbers)


def main(folder: Path) -> None:
    """Fit and write."""
    print("Reading and fitting; it takes some minutes.")
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(fit(folder, MiniLm(threads=2)).model_dump_json(indent=1) + "\n")
    print(f"Written: {PLACE.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
