"""Photograph a running case on Temporal's own page: `python -m tests.e2e.photograph FOLDER`."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from models.store.session import Store
from supervisor.servers import CODEC_PATH
from supervisor.stack import Stack
from supervisor.temporary import temporary_stack
from tests.e2e.insist import Caller
from tests.polling import until
from upkeep import team
from upkeep.demo import CASES
from upkeep.library import bring_up_to_date
from workflows.search_attributes import REGISTRATION

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@asynccontextmanager
async def browser_page(width: int = 1400, height: int = 1250) -> AsyncIterator[Page]:
    """An empty page in the Chromium of this machine."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        page = await browser.new_page(viewport={"width": width, "height": height})
        yield page
        await browser.close()


async def doug_half_way(stack: Stack) -> dict[str, Any]:
    """Doug's case with its first two steps done."""
    store = Store(stack.database_url, pool=1)
    await team.add_demo_team(store)
    sarah = Caller(stack.api_url, await team.new_token(store, "sarah@demo.test"))
    await store.close()
    body = {key: value for key, value in CASES[0][1].items() if key != "customer"}
    customer = {"name": "Doug Carter", "email": "doug.carter@customer.test"}
    answer = await sarah.insist("/cs/escalations", {**body, "customer": customer}, "photo")
    for turn in range(2):
        seen = await sarah.written(answer)
        step = next(one for one in seen["steps"] if one["status"] == "open")
        fields = {one["id"]: "missed visits" for one in step["fields"] if one["required"]}
        path = f"/cs/escalations/{answer['number']}/steps/{step['id']}/completion"
        done = {"outcome": step["outcomes"][0]["id"], "fields": fields}
        answer = await sarah.insist(path, done, f"photo-{turn}")
    await sarah.written(answer)
    return answer


async def let_in(page: Page, stack: Stack) -> None:
    """Let this browser read what Temporal keeps, as docs/how-to/keys.md says."""
    store = Store(stack.database_url, pool=1)
    token = await team.new_token(store, "admin@demo.test")
    await store.close()
    await page.goto(f"{stack.api_url}{CODEC_PATH}")
    await page.get_by_label("Token").fill(token)
    await page.get_by_role("button").click()
    await page.get_by_text("This browser may read now").wait_for()
    await page.goto(f"{stack.settings.temporal_ui_url}/namespaces/default/workflows")
    await page.locator("[data-testid^=data-encoder-status]").first.click()
    await page.get_by_text("Use my browser setting").click()
    address = f"{stack.api_url}{CODEC_PATH}"
    await page.get_by_label("Codec Server browser endpoint").fill(address)
    await page.get_by_text("Include cross-origin credentials").click()
    await page.get_by_role("button", name="Apply").click()


def case_url(stack: Stack, case: str) -> str:
    """A case on Temporal's page."""
    return f"{stack.settings.temporal_ui_url}/namespaces/default/workflows/escalation-{case}"


async def open_case_page(page: Page, stack: Stack, case: str) -> None:
    """Go to the case on Temporal's page and wait until its story is there."""
    await page.goto(case_url(stack, case))
    await page.get_by_text("complete_step").first.wait_for()
    await page.get_by_text("at the latest for").first.wait_for()


async def open_story_page(page: Page) -> str:
    """From there, go to what the workflow says about itself, and return it."""
    await page.get_by_text("User Metadata").click()

    async def told() -> str | None:
        # Temporal shows Markdown in frames of its own.
        texts = [await frame.locator("body").inner_text() for frame in page.frames]
        words = "\n".join(texts)
        return words if "To do now" in words else None

    return await until(told)


async def photograph(folder: Path) -> None:
    """Take the pictures that the docs show."""
    async with temporary_stack(
        search_attributes=REGISTRATION, migrate=bring_up_to_date, names=("worker", "api")
    ) as stack:
        answer = await doug_half_way(stack)
        async with browser_page() as page:
            await let_in(page, stack)
            await open_case_page(page, stack, answer["escalation_id"])
            folder.mkdir(parents=True, exist_ok=True)
            await page.screenshot(path=folder / "temporal-case.png")
            await open_story_page(page)
            await page.screenshot(path=folder / "temporal-story.png")


if __name__ == "__main__":
    asyncio.run(photograph(Path(sys.argv[1])))
