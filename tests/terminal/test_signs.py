"""Never colour alone."""

import pytest

from models.delivery import DeliveryStatus
from models.escalation import EscalationType, Light, Status, StepStatus
from models.sla import ClockKind
from terminal import signs
from terminal.signs import Sign


def test_each_sign_has_a_word_and_a_shape_of_its_own() -> None:
    families = (
        [signs.light(one) for one in Light],
        [signs.step(one) for one in StepStatus],
        [signs.delivery(one) for one in DeliveryStatus],
    )
    for family in families:
        assert len({sign.shape for sign in family}) == len(family)
        assert len({sign.plain for sign in family}) == len(family)
        assert len({sign.word for sign in family}) == len(family)


def test_plain_shapes_are_ascii() -> None:
    for sign in (*map(signs.light, Light), *map(signs.step, StepStatus)):
        assert sign.mark(ascii_only=True).isascii()


@pytest.mark.parametrize("value", [*Status, *EscalationType, *ClockKind])
def test_every_value_of_the_house_has_plain_words(value: str) -> None:
    told = {signs.status(value), signs.trouble(value), signs.clock(value)}
    assert all("_" not in words for words in told)


def test_a_value_of_a_newer_api_is_shown_as_it_is() -> None:
    assert signs.light("pale_blue") == Sign("?", "?", "pale blue", "")
    assert signs.status("on_the_moon") == "on the moon"
