"""The heads: a few thousand numbers that turn what is measured of a text into what it tells.

They are fitted by `python -m evaluation.fit` and kept as JSON in `heads/`: numbers and no code. A
file that was fitted for another encoder, or for other counts, is refused.
"""

from functools import cached_property
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field, ValidationError

from activities.adapters.minilm import DIMENSIONS, NAME, Vectors
from activities.adapters.tone import COUNTS, Matrix
from activities.ports import ModelUnusable
from models.frozen import Frozen

PLACE = Path(__file__).parents[2] / "heads" / "messages.json"
WEIGHT = 4.0
"""By which a vector is multiplied, so that it weighs as much as the counts."""

WIDTH = DIMENSIONS + len(COUNTS)
_Numbers = Annotated[tuple[float, ...], Field(min_length=1, max_length=WIDTH)]
_Floats = npt.NDArray[np.float64]


class Head(Frozen):
    """One straight line through everything that is measured."""

    weights: _Numbers
    bias: float


class HeadsFile(Frozen):
    """What `heads/messages.json` holds."""

    version: str
    encoder: str
    counts: tuple[str, ...]
    mean: _Numbers
    """Of each count, over what was learnt from."""

    scale: _Numbers
    polarity: tuple[Head, Head, Head]
    """Negative, neutral, positive; their softmax is the probability."""

    valence: Head
    """-1 to 1, once it is cut off there."""

    cancelling: Head
    """The logit of wanting to end something."""

    learnt_from: tuple[str, ...]
    """Sources, with their licences."""


class Heads:
    """The heads, ready to be used."""

    def __init__(self, file: HeadsFile) -> None:
        self.file = file

    @classmethod
    def read(cls, place: Path = PLACE) -> "Heads":
        """The heads of a file. Raises ModelUnusable."""
        try:
            file = HeadsFile.model_validate_json(place.read_bytes())
        except (OSError, ValidationError) as error:
            raise ModelUnusable(f"{place.name} cannot be read ({type(error).__name__}).") from None
        widths = {len(one.weights) for one in (*file.polarity, file.valence, file.cancelling)}
        if file.encoder != NAME or file.counts != COUNTS or widths != {WIDTH}:
            raise ModelUnusable(f"{place.name} was fitted for another encoder.")
        return cls(file)

    @cached_property
    def _lines(self) -> tuple[_Floats, _Floats]:
        heads = (*self.file.polarity, self.file.valence, self.file.cancelling)
        return (
            np.array([one.weights for one in heads], np.float64),
            np.array([one.bias for one in heads], np.float64),
        )

    def weigh(self, vectors: Vectors, counted: Matrix) -> _Floats:
        """A row a text: score; chances that it is negative, neutral, positive; that it ends
        something. The three add up to 1.
        """
        weights, bias = self._lines
        mean, scale = np.array(self.file.mean), np.array(self.file.scale)
        told = features(vectors, counted, mean, scale) @ weights.T + bias
        polarity = np.exp(told[:, :3] - told[:, :3].max(axis=1, keepdims=True))
        polarity /= polarity.sum(axis=1, keepdims=True)
        score = np.clip(told[:, 3], -1.0, 1.0)
        ending = 1 / (1 + np.exp(-np.clip(told[:, 4], -50, 50)))
        return np.column_stack([score, polarity, ending])


def features(vectors: Vectors, counted: Matrix, mean: _Floats, scale: _Floats) -> _Floats:
    """Everything that is measured of a text, side by side."""
    return np.hstack([WEIGHT * vectors, (counted - mean) / scale]).astype(np.float64)
