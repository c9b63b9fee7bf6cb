"""Equal playbooks, policies and hours are one in memory; different ones never are."""

from models import shared
from models.frozen import Frozen
from models.messages import Book, EscalationStart
from tests.domain.cases import RESCUE, book_of
from tests.domain.policies import HOUSE, book
from tests.domain.world import World


class PlanItem(Frozen):
    """Something with a value of two types."""

    many: int | bool


def _read_again(book: Book) -> Book:
    return Book.model_validate_json(book.model_dump_json())


def test_books_that_are_read_again_share_what_is_the_same() -> None:
    pinned = book(RESCUE, HOUSE)
    first, second = _read_again(pinned), _read_again(pinned)
    assert first == second == pinned
    assert first.playbook is second.playbook
    assert first.policy is second.policy
    assert [id(one) for one in first.hours or ()] == [id(one) for one in second.hours or ()]
    assert first.hours


def test_another_version_of_a_playbook_stays_another_one() -> None:
    newer = RESCUE.model_copy(update={"summary": "Something else"})
    for _ in range(2):
        assert _read_again(book_of(newer)).playbook == newer
        assert _read_again(book_of(RESCUE)).playbook == RESCUE


def test_what_is_only_equal_stays_two() -> None:
    """`1 == True` in Python; a sentence that tells a condition says one or the other."""
    whole = PlanItem(many=1), PlanItem(many=True)
    assert whole[0] == whole[1]
    first, second = (shared._shared(one) for one in whole)
    assert (first.model_dump_json(), second.model_dump_json()) == ('{"many":1}', '{"many":true}')


def test_values_without_end_are_forgotten() -> None:
    for number in range(shared.KNOWN + 10):
        name = RESCUE.model_copy(update={"slug": f"playbook-{number}"})
        assert shared.shared_playbook(name) == name
    assert len(shared._known) <= shared.KNOWN


def test_a_start_shares_its_book_and_keeps_its_own_facts() -> None:
    start = EscalationStart(book=book_of(RESCUE), opening=World().opening)
    told = start.model_dump_json()
    again = EscalationStart.model_validate_json(told)
    assert again.model_dump_json() == told
    assert again.book.playbook is EscalationStart.model_validate_json(told).book.playbook
