"""Prompt files are taken whole, or refused with file, line and what to do."""

from pathlib import Path

import pytest

from activities.adapters.prompt_files import load_prompt, load_prompts, parse_prompt
from models.errors import PromptInvalid
from models.prompt import PromptTask

PROMPTS = Path(__file__).parents[2] / "prompts"
GOOD = """---
task: guidance
version: 2
output: GuidanceDraft
max_tokens: 500
---
Help. The mark is {canary}.
"""


def trouble(text: str, name: str = "guidance.md") -> str:
    """What is wrong with a text, in one line."""
    with pytest.raises(PromptInvalid) as refused:
        parse_prompt(text, name)
    first = refused.value.troubles[0]
    return f"{first.where}: {first.what}"


def test_every_task_has_its_prompt() -> None:
    found = load_prompts(PROMPTS)
    assert set(found) == set(PromptTask)
    assert all(prompt.task is task for task, prompt in found.items())


def test_a_prompt_is_named_by_task_and_version() -> None:
    assert parse_prompt(GOOD, "guidance.md").name == "guidance@2"
    assert parse_prompt(GOOD.replace("\n", "\r\n"), "guidance.md").text.startswith("Help.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("---\ntask", "task", "guidance.md:1: has no front matter"),
        ("500\n---", "500\n", "guidance.md:1: has no front matter"),
        ("version: 2", "version: two", "guidance.md:3 version"),
        ("version: 2", "version: 0", "version"),
        ("max_tokens: 500", "max_tokens: 9999", "max_tokens"),
        ("max_tokens: 500", "max_token: 500", "guidance.md:2 max_tokens: is missing"),
        ("version: 2", "version: 2\nversion: 3", "guidance.md:4 version"),
        ("version: 2", "version: &a 2", "guidance.md:3 version"),
        ("task: guidance", "task: response", "guidance.md:2: the task is `response`"),
        ("output: GuidanceDraft", "output: ResponseDraft", "has the output GuidanceDraft"),
        ("{canary}", "", "{canary} must stand in the text exactly once"),
        ("{canary}", "{canary}{canary}", "{canary} must stand in the text exactly once"),
        ("Help.", "x" * 9000, "text"),
        ("Help.", "\x00", "text"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, said: str) -> None:
    assert said in trouble(GOOD.replace(old, new))


@pytest.mark.parametrize("text", ["", "---", "---\n---", "---\n---\n", "---\n[\n---\nx", "\ud800"])
def test_no_text_is_anything_but_refused(text: str) -> None:
    assert trouble(text)


def test_a_folder_without_a_prompt_is_refused_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "guidance.md").write_text(GOOD, encoding="utf-8")
    with pytest.raises(PromptInvalid, match=r"response\.md"):
        load_prompts(tmp_path)


def test_a_file_that_is_too_large_or_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "guidance.md"
    for raw in (GOOD.encode() + b"x" * 20_000, b"\xff\xfe"):
        path.write_bytes(raw)
        with pytest.raises(PromptInvalid):
            load_prompt(path)
