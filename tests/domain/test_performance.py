"""What a playbook did, in words: nothing is said of too few, and a guess stays a guess."""

from domain.performance import of_step, of_steps, of_version, performance
from models.performance import CaseTally, ReasonCount, StepTally, Verdict
from models.playbook import LAST_STEP, PlaybookRef, PlaybookVersion
from tests.domain import cases
from tests.domain.cases import HOUR

BOOK = cases.playbook(cases.task("look"), cases.task("mend", "done -> resolve"))
VERSION = PlaybookVersion(ref=PlaybookRef(slug="rescue", version=3, hash="0" * 64), playbook=BOOK)


def tally(**given: int) -> StepTally:
    """A step that ran."""
    return StepTally.model_validate({"step": "look", "runs": 20, **given})


def test_a_guess_stands_beside_what_was_measured_and_never_in_it() -> None:
    told = of_version(VERSION, CaseTally(cases=3, measured=2, mended=2))
    assert told.mended.rate is None
    assert told.mended.words == "2 of 2: too few to say"
    assert (told.guess.rate, told.guess.source) == (0.9, "a test")


def test_what_is_not_over_is_counted_apart_and_is_in_no_rate() -> None:
    told = of_version(
        VERSION,
        CaseTally(cases=37, running=5, settling=4, left=6, unmeasured=2, measured=20, mended=17),
    )
    assert (told.running, told.settling, told.left, told.unmeasured) == (5, 4, 6, 2)
    assert {rate.of for rate in (told.mended, told.first_contact, told.sla_kept)} == {20}


def test_a_step_that_is_often_skipped_says_how_often_and_whether_it_mattered() -> None:
    few = of_step(
        BOOK.steps[0],
        tally(skipped=8, done=12, cases_skipped=8, mended_skipped=7, cases_done=12, mended_done=10),
    )
    assert few.words == (
        "Skipped 40 % of the time (8 of 20); too few to say how it went:"
        " 7 of 8 were mended without it, 10 of 12 with it."
    )
    many = of_step(
        BOOK.steps[0],
        tally(
            runs=500, skipped=200, done=300,
            cases_skipped=200, mended_skipped=170, cases_done=300, mended_done=255,
        ),
    )  # fmt: skip
    assert many.words.startswith("Skipped 40 % of the time (200 of 500); outcomes no worse: 170")


def test_what_the_playbook_leaves_out_is_not_skipped() -> None:
    told = of_step(BOOK.steps[0], tally(left_out=15, dropped=2, done=3))
    assert (told.skipping.times, told.skipping.of) == (0, 3)
    assert told.words == "Nobody skipped it in 3 times."
    assert of_step(BOOK.steps[0], tally(left_out=20)).words == "Nobody has got to it yet."
    assert told.compared.verdict is Verdict.TOO_FEW


def test_every_step_is_there_in_its_order_and_a_built_in_one_when_it_ran() -> None:
    assert [one.step for one in of_steps(BOOK, {})] == ["look", "mend"]
    ran = {LAST_STEP: StepTally(step=LAST_STEP, runs=1, done=1)}
    assert [one.step for one in of_steps(BOOK, ran)] == ["look", "mend", LAST_STEP]


def test_the_whole_says_how_to_read_it() -> None:
    reasons = (ReasonCount(words="No time", times=3),)
    counted = StepTally(step="look", runs=9, done=6, skipped=3, reasons=reasons, p50=HOUR)
    told = performance(VERSION, CaseTally(), {"look": counted}, [(VERSION, CaseTally())])
    assert told.enough == 20
    assert any("not why" in one for one in told.notes)
    assert any("the version that it goes by now" in one for one in told.notes)
    assert told.steps[0].reasons == reasons
    assert told.steps[0].to_done.p50 is None
    assert [one.version for one in told.versions] == ["rescue@3"]
