"""Which texts are English, and which are surely not."""

import pytest

from domain.language import is_english


@pytest.mark.parametrize(
    "text",
    [
        "Where is my refund?",
        "I am done with you, cancel my account.",
        "WHERE IS MY REFUND!!!",
        "the technician did not come, again",
        "ok thanks",
        "",
        "E-1042",
        "Create 6 new standing orders.",
        "Sure, I\u2019ll confirm tomorrow, bye!",
        "Great flight crew today",
        "@user pouting face still waiting for my order",
    ],
)
def test_english_is_known(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "Quiero cancelar mi cuenta, esto es una verguenza",
        "Der Techniker ist wieder nicht gekommen, ich bin sehr verärgert",
        "Je voudrais annuler mon abonnement, merci",
        "Il tecnico non è venuto, voglio disdire",
        "技术员 没有 来 我 很 生气",
        "Где мой возврат денег сегодня",
        "Estoy muy enfadado, el técnico no ha venido",
        "Cancelo mañana temprano contrato",
        "kontrakt avslutas direkt omedelbart imorgon klockan tolv tack",
    ],
)
def test_other_languages_are_not_taken_for_it(text: str) -> None:
    assert not is_english(text)
