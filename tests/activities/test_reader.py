"""The built-in reader, with its real model: what it tells, and what it refuses to read with."""

from pathlib import Path

import numpy as np
import pytest

from activities.adapters.heads import PLACE, Heads
from activities.adapters.minilm import LONGEST, TABLE_PLACE, MiniLm, find_model, verified_table
from activities.adapters.reader import BuiltInReader
from activities.adapters.signal_files import FOLDER, load_file
from activities.adapters.tone import plain
from activities.ports import ModelUnusable
from domain.churn import DENIED
from domain.lexicon import Lexicon
from models.sentiment import Feeling, Polarity, Reading
from models.signal import SignalKind

FURIOUS = "This is the third time nobody came. I am furious, your service is terrible!"
HAPPY = "Thank you so much, the technician was wonderful and everything works."
ASKS = "What time does the shop open on Monday?"
LEAVES = "I want to close my account and go to your competitor."


@pytest.fixture(scope="module")
def reader() -> BuiltInReader:
    """The one that ships."""
    return BuiltInReader(MiniLm(), Heads.read())


def one(reader: BuiltInReader, text: str) -> Reading:
    """What a single text tells."""
    [reading] = reader.read([text])
    return reading


def test_the_furious_the_happy_and_the_curious_are_told_apart(reader: BuiltInReader) -> None:
    furious, happy, asks = reader.read([FURIOUS, HAPPY, ASKS])
    assert furious.sentiment.score < -0.3 < asks.sentiment.score < 0.3 < happy.sentiment.score
    assert furious.sentiment.polarity is Polarity.NEGATIVE
    assert happy.sentiment.polarity is Polarity.POSITIVE
    assert furious.sentiment.p_negative > 0.8 > 0.2 > happy.sentiment.p_negative


def test_who_wants_to_end_something_is_heard_and_who_leaves_is_a_risk(
    reader: BuiltInReader,
) -> None:
    leaves, asks = reader.read([LEAVES, ASKS])
    assert leaves.cancel_intent > 0.5 > asks.cancel_intent
    assert leaves.churn_risk > 0.6 > 0.2 > asks.churn_risk


def test_company_matters_not_and_neither_does_order(reader: BuiltInReader) -> None:
    """A text is read the same alone and among others, but for the last digits of the numbers."""
    texts = [FURIOUS, "ok", HAPPY * 20, ASKS, LEAVES] * 7
    for told, text in zip(reader.read(texts), texts, strict=True):
        alone = one(reader, text)
        assert told.sentiment.score == pytest.approx(alone.sentiment.score, abs=0.05)
        assert told.cancel_intent == pytest.approx(alone.cancel_intent, abs=0.1)


def test_the_angry_end_of_a_long_message_is_read(reader: BuiltInReader) -> None:
    for times in (40, 400):
        story = "On Monday I called and was told to wait for the letter. " * times
        before = one(reader, story).sentiment.score
        assert one(reader, story + FURIOUS).sentiment.score < before - 0.1


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00\x01", "\ud800 hello", "a" * 100_000, "\u200b" * 50, "😡" * 500, "👩‍👩‍👧 ok"],
)
def test_any_text_is_read(reader: BuiltInReader, text: str) -> None:
    reading = one(reader, text)
    assert -1 <= reading.sentiment.score <= 1
    assert not np.isnan(reading.cancel_intent)


def test_words_are_seen_through_what_hides_them() -> None:
    assert plain("can\u200bcel my \uff41ccount") == "cancel my account"
    assert plain("so \U0001f621 @acme https://x.test/y") == "so angry face @user http"


def test_nobody_reads_what_they_cannot_read(reader: BuiltInReader) -> None:
    spanish = "Estoy muy enfadado, el técnico no ha venido y quiero mi dinero"
    for text in (spanish, f"{spanish} \U0001f44d \U0001f602"):
        assert one(reader, text).sentiment.feeling is Feeling.UNSURE


def test_a_known_failure_is_known(reader: BuiltInReader) -> None:
    """Sarcasm: the day that it passes, tell it."""
    reading = one(reader, "Great, ANOTHER missed appointment. Fantastic service.")
    assert not reading.sentiment.score < -0.2


def test_who_denies_that_they_leave_is_no_risk(reader: BuiltInReader) -> None:
    for text in ("Please do not cancel my service. I love it.", "I'm not going to a competitor"):
        reading = one(reader, text)
        assert reading.cancel_intent <= DENIED
        assert reading.churn_risk < 0.2
    both = one(reader, "Do not cancel my visit. I want to cancel my contract.")
    assert both.cancel_intent > 0.5
    assert both.churn_risk > 0.5


def test_a_competitor_is_known_by_the_lists_alone() -> None:
    file = load_file(FOLDER / "en.yaml")
    words = file.kinds[SignalKind.COMPETITOR]
    more = words.model_copy(update={"phrases": (*words.phrases, "northwind")})
    known = file.model_copy(update={"kinds": {**file.kinds, SignalKind.COMPETITOR: more}})
    text = "Northwind made me an offer"
    without, with_it = (
        one(BuiltInReader(MiniLm(), Heads.read(), (Lexicon.of(each),)), text)
        for each in (file, known)
    )
    assert with_it.churn_risk > without.churn_risk + 0.5


def test_a_claim_of_money_without_a_word_of_anger_is_not_called_calm(reader: BuiltInReader) -> None:
    text = "You charged my card twice, $49 each. I want a refund right now."
    sentiment = one(reader, text).sentiment
    assert -0.2 < sentiment.score < 0.2
    assert sentiment.feeling is Feeling.UNSURE


def test_the_same_numbers_come_again() -> None:
    first = MiniLm().vectors([FURIOUS, HAPPY])
    assert np.array_equal(first, MiniLm().vectors([FURIOUS, HAPPY]))
    assert np.allclose(np.linalg.norm(first, axis=1), 1, atol=1e-5)


def test_a_model_or_a_table_that_is_another_one_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "model.onnx"
    other.write_bytes(find_model().read_bytes() + b"x")
    with pytest.raises(ModelUnusable, match="not the file that was measured"):
        MiniLm(other).load()
    with pytest.raises(ModelUnusable, match="cannot be read"):
        MiniLm(table=tmp_path / "nothing.json").load()
    assert len(verified_table(TABLE_PLACE)) > 400_000
    assert LONGEST == 128


def test_heads_of_another_encoder_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "messages.json"
    other.write_text(PLACE.read_text().replace("minilm-int8", "other"))
    with pytest.raises(ModelUnusable, match="another encoder"):
        Heads.read(other)
    other.write_text("{}")
    with pytest.raises(ModelUnusable, match="cannot be read"):
        Heads.read(other)
