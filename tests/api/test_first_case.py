"""One case, from its opening to its resolution, through the API."""

from tests.desk import Desk


async def test_five_completions_resolve_a_case_and_its_promises_go_on(sarah: Desk) -> None:
    opened = await sarah.open_case()
    number = opened["number"]
    assert opened["status"] == "applied"
    answer = opened
    for _ in range(5):
        answer = await sarah.work(answer)
    assert answer["snapshot"]["status"] == "resolved"
    seen = await sarah.case(number, at=answer["version"])
    waiting = [one["kind"] for one in seen["steps"] if one["status"] == "waiting"]
    assert waiting.count("follow_up") >= 1
    told = await sarah.timeline(number, at=answer["version"])
    assert [one["seq"] for one in told] == list(range(1, answer["version"] + 1))
    assert sum(one["fact"] == "step_ended" for one in told) == 5


async def test_the_same_request_five_times_makes_one_event(sarah: Desk) -> None:
    opened = await sarah.open_case()
    path = f"/cs/escalations/{opened['number']}/notes"
    answers = [await sarah.post(path, {"text": "Called twice"}, key="one") for _ in range(5)]
    assert len({answer["op_id"] for answer in answers}) == 1
    told = await sarah.timeline(opened["number"], at=answers[0]["version"])
    assert sum(one["fact"] == "note_added" for one in told) == 1


async def test_a_denial_in_the_title_does_not_reach_into_the_description(sarah: Desk) -> None:
    opened = await sarah.open_case(
        title="The heating will not go on", description="cancel my contract now"
    )
    seen = await sarah.case(opened["number"], at=opened["version"])
    assert seen["ai"]["signals"] == ["cancel"]
