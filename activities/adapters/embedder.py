"""The built-in embedder: texts that mean the same get vectors that lie near to each other."""

from collections.abc import Sequence

from activities.adapters.minilm import NAME, MiniLm
from activities.adapters.tone import plain


class BuiltInEmbedder:
    """Makes vectors by the built-in encoder: offline, the same ones every time."""

    name = NAME

    def __init__(self, encoder: MiniLm) -> None:
        self._encoder = encoder

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """One vector of length 1 for each text, in their order. Raises ModelUnusable."""
        rows = self._encoder.vectors([plain(one) for one in texts])
        return [tuple(row) for row in rows.tolist()]
