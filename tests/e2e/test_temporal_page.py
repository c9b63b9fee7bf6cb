"""Operators read a case on Temporal's own page like a story: in a real browser."""

import os

import pytest

from supervisor.stack import Stack
from tests.e2e.photograph import (
    CHROMIUM,
    browser_page,
    case_url,
    doug_half_way,
    let_in,
    open_case_page,
    open_story_page,
)


@pytest.mark.browser
async def test_temporal_shows_a_running_case_as_a_story_to_admins_alone(house: Stack) -> None:
    if CHROMIUM is None and "CI" not in os.environ:
        pytest.skip("no Chromium here: apt-get install chromium")
    answer = await doug_half_way(house)
    async with browser_page() as page:
        await page.goto(case_url(house, answer["escalation_id"]))
        await page.get_by_test_id("data-encoder-status-error").first.wait_for()
        await page.get_by_text("complete_step").first.wait_for()
        told = await page.inner_text("main")
        assert "complete_step" in told
        assert answer["number"] not in told
        await let_in(page, house)
        await open_case_page(page, house, answer["escalation_id"])
        timeline = await page.inner_text("main")
        assert "complete_step" in timeline
        assert "write down events" in timeline
        assert f"{answer['number']}: at the latest for" in timeline
        story = await open_story_page(page)
        assert f"{answer['number']} cancel threat" in story
        assert "To do now: Offer the fix" in story
        assert "first response due" in story
        assert "Doug" not in timeline + story
