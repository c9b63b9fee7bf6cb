"""A healthy house is a quiet one, however busy it is: an alarm that cries wolf is no alarm."""

import asyncio
from datetime import timedelta

from tests.audit.house import House


async def test_a_busy_house_raises_no_alarm(house: House) -> None:
    async def shift(number: int) -> str:
        answer = await house.sarah.open_case(severity=("critical", "high", "low")[number % 3])
        for _ in range(4):
            answer = await house.sarah.work(answer)
        path = f"/cs/escalations/{answer['number']}"
        await house.sarah.post(f"{path}/notes", {"text": "A note"})
        if number % 4 == 0:
            await house.priya.post(f"{path}/cancellation", {"reason": "A duplicate"})
        return str(answer["escalation_id"])

    async def audits() -> list[bool]:
        return [(await house.audit(lives=100)).passed for _ in range(6)]

    shifts = asyncio.gather(*(shift(number) for number in range(12)))
    passed = await audits()
    await shifts
    assert all(passed), await house.wrong()
    assert (await house.audit(lives=100)).passed
    rows = await house.sql("SELECT looked_at FROM audits ORDER BY ended_at DESC LIMIT 1")
    assert rows[0].looked_at["folded"] >= 12
    assert rows[0].looked_at["asked"] >= 9


async def test_a_house_that_a_demonstration_runs_ahead_in_is_well(house: House) -> None:
    opened = await house.sarah.open_case()
    await house.clock.ahead(opened["escalation_id"], timedelta(days=2))
    assert (await house.audit()).passed, await house.wrong()
