"""Operators read a case on Temporal's own page like a story: in a real browser."""

import os

import pytest

from supervisor.stack import Stack
from tests.e2e.photograph import (
    CHROMIUM,
    browser_page,
    doug_half_way,
    open_case_page,
    open_story_page,
)


@pytest.mark.browser
async def test_temporal_shows_a_running_case_as_a_story(house: Stack) -> None:
    if CHROMIUM is None and "CI" not in os.environ:
        pytest.skip("no Chromium here: apt-get install chromium")
    answer = await doug_half_way(house)
    async with browser_page() as page:
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
