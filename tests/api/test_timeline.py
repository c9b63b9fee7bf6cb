"""The story of a case: its timeline, and what became of its letters."""

from typing import Any

from tests.api.seeing import OPEN
from tests.desk import Desk


async def test_the_timeline_tells_everything_in_order_with_its_words(
    sarah: Desk, marcus: Desk
) -> None:
    opened = await sarah.open_case()
    number, path = opened["number"], f"{OPEN}/{opened['number']}"
    await sarah.post(f"{path}/notes", {"text": "She sounds calm"})
    await sarah.post(
        f"{path}/messages", {"text": "Are you coming?", "direction": "inbound", "channel": "chat"}
    )
    await sarah.done(number, "call-now", "reached", note="We spoke")
    await marcus.ask("PATCH", path, {"severity": "critical"})
    await sarah.post(f"{path}/steps/listen/skip", {"reason": "We spoke of it already"})
    last = await marcus.post(f"{path}/cancellation", {"reason": "Opened twice"})
    told = await sarah.timeline(number, at=last["version"])
    assert [one["seq"] for one in told] == list(range(1, last["version"] + 1))
    assert [one["at"] for one in told] == sorted(one["at"] for one in told)
    said = [one["words"] for one in told if one["words"]]
    for words in (
        "She sounds calm", "Are you coming?", "We spoke", "We spoke of it already",
        "Opened twice",
    ):  # fmt: skip
        assert words in said
    assert all(one["what"].strip() and one["who"].strip() for one in told)
    assert {"Sarah Lind", "Marcus Webb"} <= {one["who"] for one in told}
    assert all("{" not in one["what"] for one in told)
    facts = [one["fact"] for one in told]
    assert facts[0] == "escalation_opened"
    assert facts.index("note_added") < facts.index("message_recorded") < facts.index("cancelled")
    assert facts.count("cancelled") == 1


async def test_the_timeline_s_pages_are_whole(sarah: Desk) -> None:
    opened = await sarah.open_case()
    path = f"{OPEN}/{opened['number']}"
    for number in range(4):
        noted = await sarah.post(f"{path}/notes", {"text": str(number)})
    whole = await sarah.timeline(opened["number"], at=noted["version"])
    found: list[Any] = []
    cursor: str | None = None
    for _ in range(20):
        more = {"cursor": cursor} if cursor else {}
        page = await sarah.get(f"{path}/timeline", limit=2, **more)
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [one["seq"] for one in found] == [one["seq"] for one in whole]


async def test_deliveries_show_a_letter_planned_and_then_what_became_of_it(
    sarah: Desk, marcus: Desk
) -> None:
    opened = await sarah.open_case(type="billing_dispute", title="The bill is wrong")
    number, answer = opened["number"], opened
    while answer["snapshot"]["step"]["id"] != "confirm":
        answer = await sarah.work(answer)
    answer = await sarah.done(
        number, "confirm", "sent", letter={"subject": "Your bill", "body": "It is right now."}
    )
    path = f"{OPEN}/{number}"
    page = await sarah.get(f"{path}/deliveries", min_version=answer["version"])
    letters = [one for one in page["items"] if one["kind"] == "step_letter"]
    assert [one["status"] for one in letters] == ["planned"]
    gone = await marcus.post(f"{path}/cancellation", {"reason": "Not yet"})
    page = await sarah.get(f"{path}/deliveries", min_version=gone["version"])
    letters = [one for one in page["items"] if one["kind"] == "step_letter"]
    assert [one["status"] for one in letters] == ["cancelled"]
