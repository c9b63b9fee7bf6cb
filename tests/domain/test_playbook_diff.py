"""What one playbook says otherwise than another."""

from domain.playbook_diff import diff
from models.playbook_diff import ChangeKind
from tests.domain import cases
from tests.domain.cases import RESCUE, playbook, task


def test_a_playbook_says_the_same_as_itself() -> None:
    assert diff(RESCUE, RESCUE).changes == ()


def test_it_tells_what_was_added_taken_out_moved_and_changed() -> None:
    before = playbook(task("a"), task("b"), task("c", due={"within": "1h"}))
    after = playbook(task("c", due={"within": "2h"}), task("a"), task("d"), name="Save")
    told = [(one.kind, one.where, one.before, one.after) for one in diff(before, after).changes]
    assert told == [
        (ChangeKind.CHANGED, "name", "Rescue", "Save"),
        (ChangeKind.REMOVED, "steps.b", None, None),
        (ChangeKind.ADDED, "steps.d", None, None),
        (ChangeKind.CHANGED, "steps.c.due.within", "PT1H", "PT2H"),
        (ChangeKind.MOVED, "steps.c", None, "to the top"),
        (ChangeKind.MOVED, "steps.a", None, "below c"),
    ]


def test_what_is_new_or_gone_in_a_step_is_told_by_its_place() -> None:
    before = playbook(task("a", why="It helps."))
    after = playbook(task("a", "done", "later"))
    told = {one.where: (one.before, one.after) for one in diff(before, after).changes}
    assert told["steps.a.why"] == ("It helps.", None)
    assert set(told) == {"steps.a.why", "steps.a.outcomes"}


def test_long_words_are_cut() -> None:
    changed = diff(playbook(task("a", why="x" * 199)), playbook(cases.task("a"))).changes[0]
    assert changed.before is not None
    assert len(changed.before) == 120
