"""The built-in reader of messages: offline, without an LLM, the same answer every time."""

from collections.abc import Sequence

from activities.adapters.heads import Heads
from activities.adapters.minilm import MiniLm
from activities.adapters.signal_files import load_lexicons
from activities.adapters.tone import counts, plain
from domain.churn import DENIED, churn_risk, threat_of
from domain.language import is_english
from domain.lexicon import Lexicon
from domain.sentiment import feeling
from domain.signal_words import find_all
from models.sentiment import Polarity, ReadBy, Reading, Sentiment


class BuiltInReader:
    """Reads what people write. Threads may share it."""

    def __init__(
        self, encoder: MiniLm, heads: Heads, lexicons: Sequence[Lexicon] | None = None
    ) -> None:
        """`lexicons` are the signal words: those that come with the house, if none are given.

        Raises SignalsInvalid when these cannot be read.
        """
        self._encoder, self._heads = encoder, heads
        self._lexicons = load_lexicons() if lexicons is None else lexicons

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """What each text tells of its writer, in order. Raises ModelUnusable.

        A text is what somebody wrote now: quotes and signatures are cut out before.
        """
        clean = [plain(text) for text in texts]
        if not clean:
            return []
        told = self._heads.weigh(self._encoder.vectors(clean), counts(clean))
        return [self._reading(text, row) for text, row in zip(texts, told.tolist(), strict=True)]

    def _reading(self, text: str, told: Sequence[float]) -> Reading:
        score, *chances, ending = told
        negative, threat = chances[0], threat_of(find_all(text, self._lexicons))
        cancelling = min(ending, DENIED) if threat.denied else ending
        return Reading(
            sentiment=Sentiment(
                score=round(score, 4),
                feeling=feeling(score, negative, known_language=is_english(text)),
                polarity=tuple(Polarity)[chances.index(max(chances))],
                p_negative=round(negative, 4),
                read_by=ReadBy.MODEL,
                version=self._heads.file.version,
            ),
            cancel_intent=round(cancelling, 4),
            churn_risk=churn_risk(
                cancelling=cancelling, leaving=threat.leaving, law=threat.law, score=score
            ),
        )
