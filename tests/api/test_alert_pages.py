"""The list of alerts, page after page: nothing is left out, and nothing is hidden by others."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from api.parts import Parts
from domain.alerts import IMPORTANCE, concerns, showing
from models.actor import Role
from models.alert import Alert, AlertFor, AlertKind
from models.store.repositories import escalations
from tests.api.problem import require_problem
from tests.api.rows import Rows
from tests.api.test_alerts import every_alert
from tests.conftest import Colleague
from tests.desk import Desk

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(hours=3)
LATER = NOW + timedelta(hours=20)

_COPY = """
INSERT INTO escalations (id, number, version, status, type, severity, source, team, customer_id,
    title_id, assignee_id, playbook_slug, playbook_version, opened_at, received_at, owner_rank,
    clock_offset, alerts)
SELECT gen_random_uuid(), nextval('escalation_numbers'), 1, status, type, severity, source, :mark,
    customer_id, title_id, :owner, playbook_slug, playbook_version, opened_at, received_at, :rank,
    make_interval(secs => :ahead), cast(:alerts AS jsonb)
FROM escalations, generate_series(1, :many) WHERE number = :number
"""


class Flood:
    """Cases that are there for their alerts alone."""

    def __init__(self, rows: Rows, number: str) -> None:
        self.rows = rows
        self.number = int(number.removeprefix("E-"))
        self.mark = f"flood-{uuid4().hex}"

    async def add(
        self,
        *raised: Alert,
        many: int = 1,
        owner: UUID | None = None,
        rank: int = 1,
        ahead: timedelta = timedelta(0),
    ) -> None:
        """So many cases, each with these alerts."""
        told = json.dumps([one.model_dump(mode="json") for one in raised])
        await self.rows.run(
            _COPY, mark=self.mark, number=self.number, owner=owner, rank=rank,
            ahead=ahead.total_seconds(), alerts=told, many=many,
        )  # fmt: skip


@pytest_asyncio.fixture
async def flood(sarah: Desk, rows: Rows) -> AsyncIterator[Flood]:
    """Makes such cases, and takes them away."""
    opened = await sarah.open_case(type="other", title="A flood")
    made = Flood(rows, opened["number"])
    yield made
    await rows.run("DELETE FROM escalations WHERE team = :mark", mark=made.mark)


_ABOUT = {AlertKind.SLA_BREACH: "resolution#{}", AlertKind.SIGNAL_WORDS: "legal"}


def alert(kind: AlertKind, audience: AlertFor, n: int = 1, **changes: object) -> Alert:
    """One that was raised three hours ago."""
    told = Alert(
        n=n,
        kind=kind,
        occasion=_ABOUT.get(kind, "any {}").format(n),
        audience=audience,
        raised_at=LONG_AGO,
        expires_at=LATER,
    )
    return told.model_copy(update=changes)


def test_every_kind_of_alert_has_its_place_in_the_list() -> None:
    assert set(IMPORTANCE) == set(AlertKind)
    assert len(IMPORTANCE) == len(AlertKind)


async def test_every_alert_is_on_one_page_and_on_no_other(flood: Flood, priya: Desk) -> None:
    raised = [
        alert(kind, AlertFor.MANAGERS, n, raised_at=LONG_AGO + timedelta(minutes=n % 3))
        for n, kind in enumerate((AlertKind.HIGH_VALUE, AlertKind.SLA_BREACH) * 4, 1)
    ]
    await flood.add(*raised, many=3)
    whole = await every_alert(priya)
    assert len({one["id"] for one in whole}) == len(whole) > 20
    assert await every_alert(priya, limit=5) == whole
    keys = [
        (
            IMPORTANCE.index(one["kind"]),
            datetime.fromisoformat(one["raised_at"]),
            int(one["number"].removeprefix("E-")),
            int(one["id"].partition(".")[2]),
        )
        for one in whole
    ]
    assert keys == sorted(keys)


async def test_a_flood_of_newer_cases_hides_neither_an_old_case_nor_a_newer_one(
    flood: Flood, marcus: Desk, priya: Desk
) -> None:
    old = alert(AlertKind.SLA_BREACH, AlertFor.MANAGERS, raised_at=NOW - timedelta(hours=20))
    await flood.add(old)
    spam = alert(AlertKind.SIGNAL_WORDS, AlertFor.RETENTION)
    await flood.add(spam, many=600)
    await flood.add(alert(AlertKind.SLA_BREACH, AlertFor.MANAGERS), many=600)
    await flood.add(spam.model_copy(update={"raised_at": NOW, "occasion": "cancel"}))
    first = await priya.get("/cs/escalations/ai-alerts", limit=1)
    assert datetime.fromisoformat(first["items"][0]["raised_at"]) <= old.raised_at
    said = [one["title"] for one in await every_alert(marcus) if one["kind"] == "signal_words"]
    assert said.count("Customer speaks of a lawyer.") >= 600
    assert "Customer speaks of stopping." in said


async def test_the_list_of_everybody_is_what_the_rule_says(
    flood: Flood,
    rows: Rows,
    parts: Parts,
    colleagues: dict[str, Colleague],
    sarah: Desk,
    marcus: Desk,
    priya: Desk,
    admin: Desk,
) -> None:
    """For each of them, whoever has the case, whatever rank it is for, put off or expired."""
    past, soon = NOW - timedelta(minutes=2), NOW + timedelta(minutes=30)
    variants = [
        {},
        {"expires_at": past},
        {"snoozed_until": past},
        {"snoozed_until": soon},
        {"expires_at": soon},
    ]
    raised = [
        alert(AlertKind.TOUCHES, audience, n, **variant)
        for n, (audience, variant) in enumerate(product(AlertFor, variants), 1)
    ]
    people = {name: colleagues[name].person for name in ("sarah", "marcus", "priya", "admin")}
    owners = [None, people["sarah"].id, people["marcus"].id]
    placed = list(product(owners, (1, 2, 3), (timedelta(0), timedelta(hours=1))))
    for owner, rank, ahead in placed:
        await flood.add(*raised, owner=owner, rank=rank, ahead=ahead)
    query = "SELECT jsonb_agg(number ORDER BY number) FROM escalations WHERE team = :mark"
    numbers = await rows.one(query, mark=flood.mark)
    assert isinstance(numbers, list)
    desks = {"sarah": sarah, "marcus": marcus, "priya": priya, "admin": admin}
    for name, person in people.items():
        keeps = parts.house.keeps_customers(person)
        expected = {
            f"E-{number}.{one.n}"
            for number, (owner, rank, ahead) in zip(numbers, placed, strict=True)
            for one in raised
            if showing(one, NOW + ahead)
            and concerns(one, person, owner, rank=rank, keeps_customers=keeps)
        }
        ours = {one["id"] for one in await every_alert(desks[name])}
        assert {one for one in ours if int(one[2:].split(".")[0]) in numbers} == expected
        assert expected or person.role is Role.ADMIN


async def test_a_kind_of_no_known_weight_comes_last_and_breaks_nothing(
    flood: Flood, priya: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routes.alerts.IMPORTANCE", IMPORTANCE[1:])
    await flood.add(
        alert(IMPORTANCE[0], AlertFor.MANAGERS), alert(IMPORTANCE[-1], AlertFor.MANAGERS, 2)
    )
    kinds = [one["kind"] for one in await every_alert(priya)]
    assert kinds[-1] == IMPORTANCE[0]
    assert kinds == sorted(kinds, key=[*IMPORTANCE[1:], IMPORTANCE[0]].index)


async def test_only_the_cases_of_the_page_are_put_into_words(
    flood: Flood, priya: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await flood.add(alert(AlertKind.SLA_BREACH, AlertFor.MANAGERS), many=200)
    read = 0
    line = escalations.line

    def counted(row: object) -> object:
        nonlocal read
        read += 1
        return line(row)  # type: ignore[arg-type]

    monkeypatch.setattr(escalations, "line", counted)
    page = await priya.get("/cs/escalations/ai-alerts", limit=10)
    assert (len(page["items"]), read) == (10, 11)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "7",
        "1~2~3",
        "1~yesterday~1042.3",
        "1~2026-01-01~1042.3",
        "1~2026-01-01T00:00:00~1042.3",
        "99999~2026-01-01T00:00:00Z~1042.3",
        "1~2026-01-01T00:00:00Z~E-1042.3",
        "1~0001-01-01T00:00:00+14:00~1042.3",
        "\u0661~2026-01-01T00:00:00Z~1042.3",
        "1~2026-01-01T00:00:00Z~1042.3\n",
        "x" * 121,
    ],
)
async def test_a_cursor_that_is_none_of_ours_is_refused(priya: Desk, cursor: str) -> None:
    answer = await priya.ask("GET", "/cs/escalations/ai-alerts", params={"cursor": cursor})
    require_problem(answer, 422, "fields-invalid")


async def test_the_first_and_last_instants_that_there_are_make_a_page(priya: Desk) -> None:
    for cursor in ("0~0001-01-01T00:00:00Z~0.0", "9999~9999-12-31T23:59:59.999999Z~1.1"):
        await priya.get("/cs/escalations/ai-alerts", cursor=cursor)
