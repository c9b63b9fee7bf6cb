"""`show`, `watch`, `mailbox`, `op`: looking, without changing."""

import json
import time

import pytest

from tests.terminal import recorded
from tests.terminal.conftest import Run
from tests.terminal.fake_api import AWAY, Answer, FakeApi

CASE = "/cs/escalations/E-1042"
DELIVERY = {
    "key": "k",
    "kind": "sla_warning",
    "recipient": {"kind": "managers", "id": None},
    "status": "failed",
    "detail": "Nobody answers.",
    "planned_at": "2026-11-22T13:00:00Z",
    "attempted_at": None,
    "ended_at": None,
}


def _timeline(*entries: dict[str, object], cursor: str | None = None) -> Answer:
    return Answer(body={"version": 3, "items": list(entries), "next_cursor": cursor})


def test_show_has_steps_with_sign_and_word_clocks_and_the_last_entries(
    api: FakeApi, run: Run
) -> None:
    steps = (
        recorded.step(
            status="done",
            ended_at="2026-11-22T13:20:00Z",
            ended_by="Sarah Lind",
            outcome="reached",
        ),
        recorded.step("listen", title="Listen"),
        recorded.step("gift", title="Add a gift", status="waiting"),
    )
    api.on("GET", CASE, Answer(body=recorded.case(*steps)))
    entries = [recorded.entry(seq, what=f"Thing {seq}.") for seq in range(8, 3, -1)]
    api.on("GET", f"{CASE}/timeline", _timeline(*entries))
    told = run("show", "E-1042").stdout
    assert "✓  Call Doug now  done by Sarah Lind 13:20: We are talking" in told
    assert "▶  Listen  to do now, 1 hour 6 minutes left" in told
    assert "·  Add a gift  later" in told
    assert "First answer  by 14:10  ▲ Do soon, 46 minutes left" in told
    assert "Deadlines" in told
    assert "Nobody has it yet." in told
    assert told.index("Thing 4.") < told.index("Thing 8.")
    assert "order=newest&limit=5" in api.asked[-1].query
    assert f"> {recorded.HARMLESS}" in told


def test_the_timeline_comes_whole_over_pages_in_the_own_zone(api: FakeApi, run: Run) -> None:
    first = _timeline(recorded.entry(1), cursor="1")
    second = _timeline(recorded.entry(2, words=recorded.HOSTILE))
    api.on("GET", f"{CASE}/timeline", first, second)
    told = run("show", "E-1042", "--timeline").stdout
    assert told.count("Sarah Lind: To do until ") == 2
    assert "UTC" not in told
    assert f"> {recorded.HARMLESS}" in told
    assert "cursor=1" in api.asked[1].query


def test_deliveries_say_whether_they_arrived(api: FakeApi, run: Run) -> None:
    api.on("GET", f"{CASE}/deliveries", Answer(body={"items": [DELIVERY]}))
    told = run("show", "E-1042", "--deliveries").stdout
    assert "could not send: time warning to the managers (Nobody answers.)" in told


@pytest.mark.parametrize("over", ["closed", "cancelled", "merged"])
def test_watch_prints_stable_lines_until_the_case_is_over(
    api: FakeApi, run: Run, over: str
) -> None:
    words = "two\nlines\tand \x1b[2Jmore"
    last = Answer(body=recorded.case(status=over))
    api.on("GET", CASE, Answer(body=recorded.case()), AWAY, last)
    api.on(
        "GET",
        f"{CASE}/timeline",
        _timeline(recorded.entry(2, words=words), recorded.entry(1)),
        AWAY,
        _timeline(),
        _timeline(recorded.entry(3, fact="step_ended", what="It is over.")),
    )
    result = run("watch", "E-1042", "--last", "1", "--every", "0.2")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "2026-11-22T13:20:00Z\t2\tstep_opened\tSarah Lind\t"
        "To do until 2026-11-22 14:30 UTC: Call Doug now.\ttwo lines and more",
        "2026-11-22T13:20:00Z\t3\tstep_ended\tSarah Lind\tIt is over.\t",
    ]
    assert "cursor=2" in api.asked[-1].query


def test_watch_ends_with_ctrl_c_and_without_an_error(
    api: FakeApi, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupted)
    api.on("GET", CASE, Answer(body=recorded.case()))
    api.on("GET", f"{CASE}/timeline", _timeline(recorded.entry(1)))
    assert run("watch", "E-1042").exit_code == 0


def test_watch_as_json_is_one_object_a_line(api: FakeApi, run: Run) -> None:
    api.on("GET", CASE, Answer(body=recorded.case(status="closed")))
    whole = _timeline(recorded.entry(2, fact="closed"), recorded.entry(1))
    api.on("GET", f"{CASE}/timeline", whole, _timeline())
    lines = run("watch", "E-1042", "--json").stdout.splitlines()
    assert [json.loads(one)["seq"] for one in lines] == [1, 2]


def test_the_mailbox_lists_and_reads_letters(api: FakeApi, run: Run) -> None:
    letter = {
        "message_id": "m",
        "sender": "care@rightnow.test",
        "recipient": "doug@example.org",
        "subject": f"Sorry {recorded.HOSTILE}",
        "text": "Dear Doug\n\nWe are sorry.",
        "about": recorded.CASE_ID,
        "arrived_at": "2026-11-22T13:20:00Z",
    }
    api.on("GET", "/mailbox", Answer(body={"items": [letter]}))
    listed = run("mailbox").stdout
    assert f"doug@example.org  Sorry {recorded.HARMLESS}" in listed
    assert "\x1b" not in listed
    assert "> We are sorry." in run("mailbox", "1").stdout
    assert run("mailbox", "2").exit_code == 2
    api.on("GET", "/mailbox", Answer(body={"items": []}))
    assert "No letters so far." in run("mailbox", "--case", "E-1042").stdout
    assert "case=E-1042" in api.asked[-1].query


@pytest.mark.parametrize(
    ("me", "words"),
    [
        (
            {"kind": "person", "name": "Sarah Lind", "email": "sarah@demo.test", "role": "agent"},
            ("Sarah Lind, agent", "sarah@demo.test"),
        ),
        ({"kind": "service", "scopes": ["esc:open"]}, ("It may do: esc:open.",)),
        ({"kind": "service", "scopes": []}, ("It may do: nothing.",)),
    ],
)
def test_whoami_says_who_and_what_one_may_do(
    api: FakeApi, run: Run, me: dict[str, object], words: tuple[str, ...]
) -> None:
    api.on("GET", "/me", Answer(body=me))
    told = run("whoami").stdout
    assert all(one in told for one in words), told


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [("applied", 0, "Done. It is in E-1042."), ("accepted", 0, "Safe. "), ("rejected", 1, "")],
)
def test_op_says_what_became_of_it(
    api: FakeApi, run: Run, status: str, code: int, words: str
) -> None:
    told = recorded.operation(status, code="step-not-open", detail="It is not its turn.")
    api.on("GET", f"/operations/{recorded.OP_ID}", Answer(body=told))
    result = run("op", recorded.OP_ID)
    assert result.exit_code == code
    assert words in result.stdout
    assert ("It is not its turn." in result.stderr) == (status == "rejected")
