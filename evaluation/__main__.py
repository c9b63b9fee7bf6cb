"""`make eval`: how well the built-in reader reads, on labelled texts that it never learnt from.

Each figure stands beside that of a list of words (VADER for sentiment, the words of the
specification for cancelling), with its 95 % interval from 500 draws where it is an AUC.
"""

import resource
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score

from activities.adapters.heads import Heads
from activities.adapters.minilm import MiniLm
from activities.adapters.reader import BuiltInReader
from activities.adapters.tone import counts, plain
from evaluation.churners import churn
from evaluation.corpora import Labelled, cancelling, polarity, valence
from evaluation.outcomes import outcomes
from evaluation.signals import names_three, tell as tell_signals
from evaluation.similar import similar_cases
from models.sentiment import Polarity, Reading

DRAWS = 500
_Floats = npt.NDArray[np.float64]


def main(folder: Path) -> None:
    """Print every figure."""
    reader = BuiltInReader(MiniLm(threads=2), Heads.read())
    _sentiment(reader, polarity(folder, held_out=True))
    _scores(reader, valence(folder, held_out=True))
    _cancelling(reader, cancelling(folder, held_out=True))
    tell_signals(folder)
    outcomes(folder)
    churn(folder)
    _speed([one.text for one in polarity(folder, held_out=True)])
    similar_cases(folder)


def _sentiment(reader: BuiltInReader, texts: Sequence[Labelled]) -> None:
    print(f"\nSentiment: negative, neutral or positive ({len(texts):,} held-out texts)")
    print(f"{'':26} {'n':>6} {'macro-F1':>9} {'VADER':>6} {'AUC negative':>22} {'VADER':>6}")
    told = reader.read([one.text for one in texts])
    by_words = counts([plain(one.text) for one in texts])[:, 0]
    order = list(Polarity)
    ours = np.array([order.index(one.sentiment.polarity) for one in told])
    theirs = np.where(by_words >= 0.05, 2, np.where(by_words <= -0.05, 0, 1))
    risk = np.array([one.sentiment.p_negative for one in told])
    labels = np.array([one.label for one in texts])
    for name, here in _origins(texts):
        bad = labels[here] == 0
        print(
            f"{name:26} {here.sum():6} {_f1(labels[here], ours[here]):9.3f}"
            f" {_f1(labels[here], theirs[here]):6.3f} {_auc_told(bad, risk[here]):>22}"
            f" {roc_auc_score(bad, -by_words[here]):6.3f}"
        )


def _f1(labels: _Floats, told: npt.NDArray[np.int64]) -> float:
    return float(f1_score(labels, told, average="macro", labels=sorted(set(labels))))


def _scores(reader: BuiltInReader, texts: Sequence[Labelled]) -> None:
    print(f"\nScore of -1 to 1, as twenty people gave it ({len(texts):,} held-out texts)")
    print(f"{'':26} {'n':>6} {'r':>7} {'VADER':>6} {'error':>7} {'VADER':>6}")
    told = np.array([one.sentiment.score for one in reader.read([one.text for one in texts])])
    by_words = counts([plain(one.text) for one in texts])[:, 0]
    labels = np.array([one.label for one in texts])
    for name, here in _origins(texts):
        r = [np.corrcoef(one[here], labels[here])[0, 1] for one in (told, by_words)]
        off = [np.abs(one[here] - labels[here]).mean() for one in (told, by_words)]
        print(f"{name:26} {here.sum():6} {r[0]:7.3f} {r[1]:6.3f} {off[0]:7.3f} {off[1]:6.3f}")


def _cancelling(reader: BuiltInReader, texts: Sequence[Labelled]) -> None:
    print(f"\nWants to end something ({len(texts):,} held-out texts): precision / recall")
    print(f"{'':26} {'yes':>6} {'reader':>13} {'three words':>13} {'AUC':>22}")
    told: list[Reading] = reader.read([one.text for one in texts])
    sure = np.array([one.cancel_intent for one in told])
    three = np.array([names_three(one.text) for one in texts])
    labels = np.array([one.label for one in texts]) == 1
    for name, here in _origins(texts):
        found = " ".join(f"{_both(labels[here], one[here]):>13}" for one in (sure >= 0.5, three))
        yes = labels[here].sum()
        print(f"{name:26} {yes:6} {found} {_auc_told(labels[here], sure[here]):>22}")


def _both(labels: npt.NDArray[np.bool_], told: npt.NDArray[np.bool_]) -> str:
    precision = precision_score(labels, told, zero_division=0)
    return f"{precision:.2f} / {recall_score(labels, told, zero_division=0):.2f}"


def _auc_told(labels: npt.NDArray[np.bool_], risk: _Floats) -> str:
    dice = np.random.default_rng(1)
    drawn = []
    for _ in range(DRAWS):
        places = dice.integers(0, len(labels), len(labels))
        if 0 < labels[places].sum() < len(labels):
            drawn.append(roc_auc_score(labels[places], risk[places]))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{roc_auc_score(labels, risk):.3f} [{low:.3f}, {high:.3f}]"


def _origins(texts: Sequence[Labelled]) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    """Each source with its places, and all together."""
    names = np.array([one.origin for one in texts])
    found = [(str(name), names == name) for name in sorted(set(names.tolist()))]
    return [*found, ("all", np.ones(len(texts), bool))]


def _speed(texts: Sequence[str]) -> None:
    reader = BuiltInReader(MiniLm(threads=1), Heads.read())
    first = _timed(lambda: reader.read(texts[:1]))
    single = sorted(_timed(partial(reader.read, [text])) for text in texts[:300])
    middle, slow = single[150] * 1000, single[285] * 1000
    many = _timed(lambda: BuiltInReader(MiniLm(threads=2), Heads.read()).read(texts[:1500]))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("\nSpeed and size")
    print(f"the first message, loading included   {first * 1000:8.0f} ms")
    print(f"a message on one core, p50 and p95    {middle:8.1f} {slow:.1f} ms")
    print(f"texts a second on two cores           {1500 / many:8.0f}")
    print(f"memory of this process at most        {memory:8.0f} MB")


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data"))
