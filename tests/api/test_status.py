"""AI is off, and why: what any replica tells from the record of calls."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, func, update

from activities.adapters import minilm_files
from activities.adapters.minilm_files import TABLE_PLACE
from api.parts import Parts
from models.llm import LlmSetup, LlmTrouble
from models.store.repositories import llm, mail
from models.store.session import Store
from models.store.tables.llm import LLM_CALLS
from models.store.tables.mail import MAILS_SET_ASIDE
from supervisor import machine_checks, service_checks
from supervisor.stack import Stack
from tests.activities.llm_desk import FITS, Desk as Asker, asking
from tests.desk import Desk
from tests.fake_llm import failing, saying


@pytest_asyncio.fixture
async def asker(store: Store, parts: Parts, one_day: None) -> AsyncIterator[Asker]:
    """A worker's model, which the API knows by name only. Nothing was asked of any before."""
    async with store.transaction() as connection:
        await connection.execute(delete(LLM_CALLS))
    async with asking(store, saying(FITS), tokens_per_day=5000) as made:
        parts.llm = made.setup
        yield made
        parts.llm = None


async def ai(sarah: Desk) -> dict[str, Any]:
    """What the API says of it."""
    told: dict[str, Any] = (await sarah.get("/status"))["ai"]
    return told


async def test_without_a_model_it_is_off_and_says_so(sarah: Desk) -> None:
    told = await ai(sarah)
    assert (told["on"], told["why"], told["model"]) == (False, "not_set_up", None)
    assert told["words"] == "No language model is set up."


async def test_it_is_on_and_says_what_is_spent(sarah: Desk, asker: Asker) -> None:
    assert (await ai(sarah))["tokens_today"] == 0
    await asker.ask()
    assert await ai(sarah) == {
        "on": True,
        "why": None,
        "words": "The language model helps.",
        "since": None,
        "model": asker.model,
        "tokens_today": 50,
        "budget": 5000,
    }


async def test_five_failures_switch_it_off_until_an_answer_comes(sarah: Desk, asker: Asker) -> None:
    asker.endpoint.script = failing(500)
    await asker.troubles(4)
    assert (await ai(sarah))["on"]
    await asker.trouble()
    told = await ai(sarah)
    assert (told["on"], told["why"]) == (False, "failed")
    assert told["since"]
    asker.clock.at += 30
    asker.endpoint.script = saying(FITS)
    await asker.ask()
    assert (await ai(sarah))["on"]


async def test_a_wish_for_peace_switches_it_off(sarah: Desk, asker: Asker) -> None:
    asker.endpoint.script = failing(429, "Retry-After: 60")
    await asker.trouble()
    told = await ai(sarah)
    assert (told["on"], told["why"]) == (False, "rate_limited")


async def test_a_spent_budget_switches_it_off(sarah: Desk, asker: Asker, store: Store) -> None:
    usage = {"prompt_tokens": 4000, "completion_tokens": 1500}
    asker.endpoint.script = saying(FITS, usage=usage)
    await asker.ask()
    told = await ai(sarah)
    assert (told["on"], told["why"], told["tokens_today"]) == (False, "budget_spent", 5500)
    assert await asker.trouble() is LlmTrouble.BUDGET_SPENT
    async with store.transaction() as connection:
        assert await llm.tokens_today(connection) == 5500


async def test_it_says_how_many_mails_were_set_aside_lately(sarah: Desk, store: Store) -> None:
    async with store.transaction() as connection:
        await connection.execute(delete(MAILS_SET_ASIDE))
    assert (await sarah.get("/status"))["mail"] == {
        "set_aside": 0,
        "words": "0 mails were set aside within 24 hours.",
    }
    async with store.transaction() as connection:
        for name, hours in (("one", 23), ("another", 25)):
            await mail.set_aside(connection, name, None, ["Why not."])
            row = update(MAILS_SET_ASIDE).where(MAILS_SET_ASIDE.c.key == name)
            at = func.now() - timedelta(hours=hours)
            await connection.execute(row.values(set_aside_at=at))
    told = (await sarah.get("/status"))["mail"]
    assert told == {"set_aside": 1, "words": "1 mail was set aside within 24 hours."}


async def test_the_doctor_says_the_same(stack: Stack, asker: Asker) -> None:
    async def told(setup: LlmSetup | None) -> tuple[bool, str]:
        found = await service_checks.language_model(stack.database_url, setup)
        return found.ok, found.detail

    assert await told(None) == (True, "No language model is set up. Playbooks guide alone.")
    await asker.ask()
    assert await told(asker.setup) == (True, "50 of 5,000 tokens are spent today.")
    asker.endpoint.script = failing(429, "Retry-After: 60")
    await asker.trouble()
    ok, detail = await told(asker.setup)
    assert not ok
    assert "wants fewer questions" in detail
    spent = asker.setup.model_copy(update={"tokens_per_day": 50})
    ok, detail = await told(spent)
    assert ok
    assert "tokens are spent" in detail


async def test_the_doctor_survives_a_database_that_is_away_or_knows_no_calls(stack: Stack) -> None:
    away = await service_checks.language_model("postgresql://nobody@127.0.0.1:9/none", None)
    assert not away.ok
    bare = f"{stack.database_url.rpartition('/')[0]}/postgres"
    finding = await service_checks.language_model(bare, None)
    assert (finding.ok, finding.detail) == (True, "This installation asks none.")
    assert (await service_checks.similar_cases(bare)).ok
    assert not (await service_checks.similar_cases("postgresql://nobody@127.0.0.1:9/none")).ok


async def test_an_installation_without_its_reader_is_told_of_it(
    sarah: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = (await sarah.get("/status"))["reader"]
    assert told == {"well": True, "words": "It reads what customers write."}
    assert machine_checks.built_in_reader().ok
    table = tmp_path / "wordpiece.json"
    monkeypatch.setattr(minilm_files, "TABLE_PLACE", table)
    why = "wordpiece.json cannot be read: No such file or directory."
    assert (await sarah.get("/status"))["reader"] == {"well": False, "words": why}
    finding = machine_checks.built_in_reader()
    assert not finding.ok
    assert finding.detail.startswith(why)
    assert "make" in finding.mend
    table.write_text("{}")
    told = (await sarah.get("/status"))["reader"]
    assert told["words"] == "wordpiece.json is not the file that was measured."
    table.unlink()
    table.symlink_to(TABLE_PLACE)
    assert (await sarah.get("/status"))["reader"]["well"], "it is looked at again"


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm_files, "_LIBRARIES", ("numpy", "nobody_has_such"))
    assert minilm_files.missing() == "The package nobody_has_such is not installed."


async def test_whoever_asks_how_things_are_does_not_pay_for_the_model_s_libraries() -> None:
    asked = "import sys, api.routes.status, supervisor.doctor; print('numpy' in sys.modules)"
    done = await asyncio.create_subprocess_exec(
        sys.executable, "-c", asked, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await done.communicate()
    assert told.decode().strip() == "False"
