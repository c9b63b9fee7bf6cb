"""`playbook performance`: figures with how sure they are, and what people wrote is only text."""

from typing import Any

from typer.testing import CliRunner

from cli import app as whole_app
from domain.performance import performance
from models.performance import CaseTally, ReasonCount, StepTally
from models.playbook import PlaybookRef, PlaybookVersion
from tests.domain import cases
from tests.domain.cases import HOUR
from tests.terminal import recorded
from tests.terminal.conftest import Run
from tests.terminal.fake_api import Answer, FakeApi, problem

PATH = "/cs/playbooks/rescue/performance"
BOOK = cases.playbook(cases.task("look"), cases.task("mend", "done -> resolve"))


def told(*versions: int) -> dict[str, Any]:
    """What the API answers for the newest of these versions."""
    found = [
        PlaybookVersion(ref=PlaybookRef(slug="rescue", version=one, hash="0"), playbook=BOOK)
        for one in versions
    ]
    counted = CaseTally(
        cases=60, older=True, running=5, left=4, unmeasured=1, measured=50,
        mended=42, first_contact=7, sla_kept=50, p50=HOUR, p90=3 * HOUR,
    )  # fmt: skip
    step = StepTally(
        step="look", runs=50, done=30, skipped=20, late=3, p50=HOUR, p90=2 * HOUR,
        cases_skipped=20, mended_skipped=17, cases_done=30, mended_done=25,
        reasons=(ReasonCount(words=recorded.HOSTILE, times=19), ReasonCount(words="So", times=1)),
    )  # fmt: skip
    whole = performance(found[0], counted, {"look": step}, [(one, counted) for one in found])
    return whole.model_dump(mode="json")


def test_each_figure_says_of_how_many_it_is_and_how_sure(api: FakeApi, run: Run) -> None:
    api.on("GET", PATH, Answer(body=told(3, 2)))
    said = run("playbook", "performance", "rescue", "--since", "2026-11-01").stdout
    assert api.asked[0].query == "since=2026-11-01"
    assert (
        "The newest 60 cases: 50 measured, 5 still running, 4 left it on the way,"
        " 1 without a result yet: rightnow projections rebuild." in said
    )
    assert "Mended for good  42 of 50 (84 %), likely between 71 % and 92 %" in said
    assert "How long  half within 1 hour, nine of ten within 3 hours" in said
    assert "Guessed before: 90 % (a test). It is in no figure." in said
    assert "Skipped 40 % of the time (20 of 50); " in said
    assert "Done: half within 1 hour, nine of ten within 2 hours; 3 of 50 were late." in said
    assert f"19 times: {recorded.HARMLESS}" in said
    assert "once: So" in said
    assert "Nobody has got to it yet." in said
    assert "rescue@2  42 of 50" in said
    assert "not why" in said


def test_one_version_alone_is_not_compared_with_itself(api: FakeApi, run: Run) -> None:
    api.on("GET", PATH, Answer(body=told(3)))
    said = run("playbook", "performance", "rescue", "--version", "3").stdout
    assert api.asked[0].query == "version=3"
    assert "Versions" not in said


def test_a_playbook_that_is_not_there_is_said(api: FakeApi, run: Run) -> None:
    api.on("GET", PATH, problem(404, "playbook-unknown", "There is no such playbook.", "None."))
    refused = run("playbook", "performance", "rescue")
    assert refused.exit_code != 0
    assert "There is no such playbook." in refused.stderr


def test_it_stands_beside_what_is_done_with_files() -> None:
    listed = CliRunner().invoke(whole_app, ["playbook", "--help"]).output
    assert all(word in listed for word in ("lint", "simulate", "diff", "performance"))
