"""`show`, `watch`, `mailbox`, `op`: looking, without changing."""

import json
import time

import pytest

from tests.terminal import recorded
from tests.terminal.conftest import PATIENT, Run
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


def test_show_tells_alerts_mood_risk_and_chance_in_plain_lines(api: FakeApi, run: Run) -> None:
    alerts = [recorded.alert(), recorded.alert(2, title=f"{recorded.HOSTILE}\nx", audience="owner")]
    case = recorded.case(ai=recorded.AI, alerts=alerts)
    api.on("GET", CASE, Answer(body=case))
    api.on("GET", f"{CASE}/timeline", _timeline())
    api.on("POST", f"{recorded.PATH}/ai-predict-outcome", Answer(body=recorded.chance()))
    told = run("show", "E-1042").stdout
    assert "What we see" in told
    assert (
        "▲ Look  Doug speaks of stopping.  for the team that keeps customers, since 13:10" in told
    )
    assert f"▲ Look  {recorded.HARMLESS} x  for whoever has the case" in told
    assert "Mood:  very upset, much worse once  by the built-in reader" in told
    assert "May leave:  74 %  a guess from what they wrote" in told
    assert (
        "Ends well:  83 %, likely between 77 % and 88 %  Of 63 cases like this one, 52 ended well."
        in told
    )
    [asked] = api.changes()
    assert asked.json == {"action": "cancel-threat"}
    assert asked.key is None


def test_a_chance_that_few_cases_tell_is_no_number(api: FakeApi, run: Run) -> None:
    api.on("GET", CASE, Answer(body=recorded.case()))
    api.on("GET", f"{CASE}/timeline", _timeline())
    few = recorded.chance(enough=False, n=3, words="Only 3 cases like this one are over.")
    api.on("POST", f"{recorded.PATH}/ai-predict-outcome", Answer(body=few))
    told = run("show", "E-1042").stdout
    assert "Ends well:  too few cases to say  Only 3 cases like this one are over." in told
    assert "83 %" not in told
    assert "Mood" not in told


@pytest.mark.parametrize(("status", "questions"), [("open", 1), ("closed", 0)])
def test_what_nobody_knows_is_left_out_and_nothing_is_asked_of_a_case_that_is_over(
    api: FakeApi, run: Run, status: str, questions: int
) -> None:
    api.on("GET", CASE, Answer(body=recorded.case(status=status)))
    api.on("GET", f"{CASE}/timeline", _timeline())
    result = run("show", "E-1042")
    assert result.exit_code == 0
    assert "What we see" not in result.stdout
    assert len(api.changes()) == questions


def test_in_a_case_on_hold_only_what_was_promised_is_to_do(api: FakeApi, run: Run) -> None:
    steps = (recorded.step(), recorded.step("check-in", title="Check in", promised=True))
    pause = {"until": "2026-11-25T10:00:00Z", "reason": "Waits for parts", "by": None}
    case = recorded.case(*steps, status="paused", pause=pause)
    api.on("GET", CASE, Answer(body=case))
    api.on("GET", f"{CASE}/timeline", _timeline())
    told = run("show", "E-1042").stdout
    assert "·  Call Doug now  on hold" in told
    assert "▶  Check in  to do now" in told


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
    result = run("watch", "E-1042", "--last", "1", "--every", "0.2", patience=PATIENT)
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


def test_the_mailbox_shows_mail_that_was_set_aside(api: FakeApi, run: Run) -> None:
    mails = [
        {
            "message_id": f"1@{recorded.HOSTILE}",
            "reasons": ["It is a read receipt.", "It asks for no answer."],
            "set_aside_at": "2026-11-22T13:20:00Z",
        },
        {"message_id": None, "reasons": ["Why not."], "set_aside_at": "2026-11-22T13:10:00Z"},
    ]
    api.on("GET", "/mailbox/set-aside", Answer(body={"items": mails}))
    shown = run("mailbox", "--set-aside").stdout
    assert "It is a read receipt. It asks for no answer." in " ".join(shown.split())
    assert "(no id)" in shown
    assert "\x1b" not in shown
    api.on("GET", "/mailbox/set-aside", Answer(body={"items": []}))
    assert "No mail was set aside lately." in run("mailbox", "--set-aside").stdout


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
