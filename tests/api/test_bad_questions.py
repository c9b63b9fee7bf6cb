"""Questions that are wrong: the answer names what is wrong with them."""

from typing import Any

import pytest

from api import problems
from api.parts import Parts
from tests.api.bad_openings import OPEN
from tests.api.problem import CANARY, require_problem
from tests.desk import Desk

NOBODYS = "5e4d1c0b-7a2f-4a55-9b1e-3f0c6d8a9e21"
"""An id that nothing has."""


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/cs/escalations?limit=0", "query.limit"),
        ("/cs/escalations?limit=101", "query.limit"),
        ("/cs/escalations?limit=abc", "query.limit"),
        ("/cs/escalations?limit=1e3", "query.limit"),
        ("/cs/escalations?limit=99999999999999999999", "query.limit"),
        ("/cs/escalations?cursor=abc", "query.cursor"),
        ("/cs/escalations?cursor=-1", "query.cursor"),
        ("/cs/escalations?cursor=9999999999999999", "query.cursor"),
        ("/cs/escalations?status=gone", "query.status.0"),
        ("/cs/escalations?severity=worst", "query.severity.0"),
        ("/cs/escalations?" + "&".join(["status=open"] * 11), "query.status"),
        ("/cs/escalations?assignee=sarah", "query.assignee"),
        ("/cs/escalations?customer=doug", "query.customer"),
        ("/cs/escalations?playbook=No%20Slug", "query.playbook"),
        ("/cs/escalations?unassigned=perhaps", "query.unassigned"),
        ("/cs/escalations?q=", "query.q"),
        ("/cs/escalations?q=%00", "query.q"),
        ("/cs/escalations?q=%ED%A0%80%00", "query.q"),
        ("/cs/escalations?q=" + "x" * 201, "query.q"),
        ("/cs/escalations/E-1001?min_version=0", "query.min_version"),
        ("/cs/escalations/E-1001?min_version=x", "query.min_version"),
        ("/cs/escalations/E-1001?min_version=1000001", "query.min_version"),
        ("/cs/escalations/E-x", "path.case"),
        ("/cs/escalations/" + "1" * 36 + "x", "path.case"),
        ("/cs/escalations/%00", "path.case"),
        ("/cs/escalations/E-1001/timeline?cursor=x", "query.cursor"),
        ("/cs/escalations/E-1001/timeline?limit=501", "query.limit"),
        ("/cs/queue?cursor=x", "cursor"),
        (f"/cs/queue?cursor=2026-01-01T00:00:00~{NOBODYS}", "cursor"),
        ("/cs/queue?cursor=2026-01-01T00:00:00Z~x", "cursor"),
        ("/cs/queue?cursor=" + "x" * 121, "query.cursor"),
        ("/cs/queue?limit=0", "query.limit"),
        ("/mailbox?limit=201", "query.limit"),
        ("/mailbox/set-aside?limit=201", "query.limit"),
        ("/operations/x", "path.op_id"),
    ],
)
async def test_a_bad_question_names_what_is_wrong_with_it(
    path: str, where: str, sarah: Desk
) -> None:
    told = require_problem(await sarah.ask("GET", path), 422, "fields-invalid")
    assert where in {one["where"] for one in told["errors"]}, told


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/cs/escalations/E-999999999999999", "escalation-unknown"),
        (f"/cs/escalations/{NOBODYS}", "escalation-unknown"),
        ("/cs/escalations/" + "-" * 36, "escalation-unknown"),
        (f"/cs/escalations/{NOBODYS}/timeline", "escalation-unknown"),
        (f"/cs/escalations/{NOBODYS}/deliveries", "escalation-unknown"),
        (f"/cs/escalations/{NOBODYS}/deadlines", "escalation-unknown"),
        (f"/operations/{NOBODYS}", "operation-unknown"),
        ("/no/such/address", "not-found"),
    ],
)
async def test_what_is_not_there_is_a_404_with_its_code(path: str, code: str, sarah: Desk) -> None:
    require_problem(await sarah.ask("GET", path), 404, code)


async def test_a_method_that_is_not_taken_says_which_are(sarah: Desk) -> None:
    answer = await sarah.ask("DELETE", "/cs/queue")
    require_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"
    answer = await sarah.ask("DELETE", f"{OPEN}/E-1001")
    assert answer.headers["allow"] == "GET, PATCH"


@pytest.mark.parametrize(
    ("method", "path", "taken"),
    [
        ("GET", "/cs/playbooks/validation", "POST"),
        ("DELETE", "/cs/playbooks/validation", "POST"),
        ("PATCH", "/cs/escalations/ai-alerts", "GET"),
        ("POST", "/cs/playbooks/general@1", "GET"),
    ],
)
async def test_an_address_that_is_written_out_is_no_placeholder_s(
    method: str, path: str, taken: str, sarah: Desk
) -> None:
    """`validation` is no version, and `ai-alerts` is no case."""
    answer = await sarah.ask(method, path)
    require_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == taken


async def test_an_error_of_ours_says_nothing_of_itself(
    sarah: Desk, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []

    class Log:
        def error(self, event: str, **more: Any) -> None:
            told.append(more)

    def broken(*_: Any) -> Any:
        raise RuntimeError(f"secret {CANARY} in site-packages")

    monkeypatch.setattr(problems, "_log", Log())
    monkeypatch.setattr(Parts, "playbook", broken)
    opened = await sarah.open_case()
    answer = await sarah.ask("GET", f"{OPEN}/{opened['number']}")
    require_problem(answer, 500, "internal")
    assert [type(one["exc_info"]) for one in told] == [RuntimeError]
