"""What `docs/how-to/connect-a-language-model.md` says is what the code does."""

import re
from pathlib import Path

from activities.adapters.llm import breaker, capped
from config.settings import Settings, llm_of, variable
from models.llm import LlmTrouble
from tests.opt_in import small_model, test_orders_to_a_real_model, test_whole_path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/connect-a-language-model.md").read_text(encoding="utf-8")


def test_every_setting_of_the_model_is_on_the_page_with_its_default() -> None:
    for name, setting in Settings.model_fields.items():
        if name.startswith("llm_"):
            assert variable(name) in PAGE
            row = re.search(rf"\| `{variable(name)}` \| ([\d,]+)", PAGE)
            assert row is None or int(row[1].replace(",", "")) == setting.default


def test_every_reason_on_the_page_is_one_and_none_is_left_out() -> None:
    table = PAGE.partition("| `why` |")[2].partition("\n\n")[0]
    told = {one for line in table.splitlines() for one in re.findall(r"`(\w+)`", line[:80])}
    never_switch_it_off = {"breaker_open", "budget_unknown", "busy", "refused", "cut_short"}
    assert told == {one.value for one in LlmTrouble} - never_switch_it_off


def test_the_page_tells_the_limits_and_the_wheels_that_there_are() -> None:
    assert f"{capped.MOST_READ // 1024} KB are read" in PAGE
    assert f"{breaker.REST:.0f} seconds" in PAGE
    assert breaker.LONGEST_REST == 15 * 60
    assert small_model.FILE in PAGE
    assert small_model.SERVER.replace("_", "-") in PAGE


def test_the_recipe_without_a_provider_is_what_the_whole_path_is_tested_with() -> None:
    recipe = PAGE.partition("## Try it without a provider")[2]
    told = dict(re.findall(r"^    RIGHTNOW_(LLM_\w+)=(\S+)$", recipe, re.MULTILINE))
    setup = llm_of(Settings.model_validate({name.lower(): value for name, value in told.items()}))
    assert setup is not None
    assert (
        setup.deadline == test_whole_path.DEADLINE > Settings.model_fields["llm_deadline"].default
    )
    assert setup.at_once == test_whole_path.AT_ONCE == 1
    assert "-np 1 " in recipe
    assert test_orders_to_a_real_model.SOME == 12
    assert "twelve" in recipe
