"""The prompts: what is sent for one fixed case is on record, and a changed text is a new version.

`python -m tests.content.test_prompts` renews both records. It refuses while the text of a prompt
has changed and its version has not.
"""

import hashlib
import json
import sys
from pathlib import Path

import pytest

from activities.adapters.prompt_files import load_prompts
from domain import reading
from domain.grounding import repair_request
from domain.prompting import prompt, sentiment_prompt
from models.draft import (
    GuidanceDraft,
    Refusal,
    RefusalCode,
    ReplyChannel,
    ResponseDraft,
    SentimentDraft,
)
from models.prompt import PromptFile, PromptOutput, PromptTask
from tests.domain import doug
from tests.domain.doug import CANARY, KNOWN, NOW

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
PINS = GOLDEN / "prompt_versions.json"
PROMPTS = load_prompts(ROOT / "prompts")
OUTPUTS: dict[PromptOutput, type[GuidanceDraft | ResponseDraft | SentimentDraft]] = {
    PromptOutput.GUIDANCE_DRAFT: GuidanceDraft,
    PromptOutput.RESPONSE_DRAFT: ResponseDraft,
    PromptOutput.SENTIMENT_DRAFT: SentimentDraft,
}
RENEW = "python -m tests.content.test_prompts"


def rendered(file: PromptFile) -> str:
    """What is sent for Doug's case: both messages, the second one laid out to be read."""
    channel = ReplyChannel.MAIL if file.task is PromptTask.RESPONSE else None
    if file.task is PromptTask.SENTIMENT:
        sent = sentiment_prompt(file, doug.facts().messages[-1].text, KNOWN, canary=CANARY)
    else:
        sent = prompt(file, doug.facts(), KNOWN, canary=CANARY, now=NOW, channel=channel)
    user = json.dumps(json.loads(sent.user), indent=1, ensure_ascii=False)
    return f"# {sent.name}\n\n## system\n{sent.system}\n\n## user\n{user}\n"


def pin(file: PromptFile) -> dict[str, int | str]:
    """The version of a prompt, and the hash of all that decides what it asks for."""
    whole = json.dumps([file.task, file.output, file.max_tokens, file.text])
    return {"version": file.version, "sha256": hashlib.sha256(whole.encode()).hexdigest()}


def pins() -> dict[str, dict[str, int | str]]:
    """What is on record; nothing before the first time."""
    return json.loads(PINS.read_text(encoding="utf-8")) if PINS.exists() else {}


def unbumped(
    files: dict[PromptTask, PromptFile], known: dict[str, dict[str, int | str]]
) -> list[str]:
    """The prompts whose text has changed since their version was put on record."""
    return [
        task
        for task, file in files.items()
        if task in known
        and known[task]["version"] == file.version
        and known[task]["sha256"] != pin(file)["sha256"]
    ]


@pytest.mark.parametrize("task", PromptTask)
def test_what_is_sent_is_what_is_on_record(task: PromptTask) -> None:
    stored = (GOLDEN / f"{task}.txt").read_text(encoding="utf-8")
    assert stored == rendered(PROMPTS[task]), f"if it is meant: {RENEW}"


@pytest.mark.parametrize("task", PromptTask)
def test_a_changed_prompt_is_a_new_version(task: PromptTask) -> None:
    assert unbumped(PROMPTS, pins()) == [], "raise `version:` in its front matter"
    assert pins()[task] == pin(PROMPTS[task]), f"a new version is put on record by: {RENEW}"


def test_the_check_itself_notices_a_changed_text() -> None:
    file = PROMPTS[PromptTask.GUIDANCE]
    changed = file.model_copy(update={"text": f"{file.text} Be kind."})
    bumped = changed.model_copy(update={"version": file.version + 1})
    assert unbumped({PromptTask.GUIDANCE: changed}, pins()) == ["guidance"]
    assert unbumped({PromptTask.GUIDANCE: bumped}, pins()) == []


@pytest.mark.parametrize("task", PromptTask)
def test_a_prompt_names_every_field_of_its_output_and_no_other(task: PromptTask) -> None:
    file = PROMPTS[task]
    told = {
        line[2:].partition(":")[0]
        for line in file.text.partition("Rules:")[0].splitlines()
        if line.startswith("- ")
    }
    assert told == set(OUTPUTS[file.output].model_json_schema()["properties"])


@pytest.mark.parametrize("task", PromptTask)
def test_a_prompt_reads_at_a_glance_itself(task: PromptTask) -> None:
    assert reading.grade(PROMPTS[task].text) <= reading.MAX_GRADE


def test_a_sentiment_is_one_number_with_limits() -> None:
    schema = SentimentDraft.model_json_schema()
    assert schema["additionalProperties"] is False
    [(name, score)] = schema["properties"].items()
    assert (name, schema["required"]) == ("score", ["score"])
    assert (score["type"], score["minimum"], score["maximum"]) == ("integer", -100, 100)


@pytest.mark.parametrize("draft", [GuidanceDraft, ResponseDraft])
def test_an_output_has_words_only_all_of_them_bounded(
    draft: type[GuidanceDraft] | type[ResponseDraft],
) -> None:
    schema = draft.model_json_schema()
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == set(schema["properties"])
    words = json.dumps(schema)
    assert not {"number", "integer", "boolean"} & {*words.replace('"', " ").split()}
    assert words.count('"maxLength"') == words.count('"type": "string"')


def test_every_reason_to_refuse_can_be_told_in_plain_words() -> None:
    asked = repair_request(tuple(Refusal(code=code, detail="x") for code in RefusalCode))
    assert reading.grade(asked) <= reading.MAX_GRADE


if __name__ == "__main__":
    if changed := unbumped(PROMPTS, pins()):
        sys.exit(f"Raise `version:` first, in: {', '.join(changed)}")
    GOLDEN.mkdir(exist_ok=True)
    for each, prompt_file in PROMPTS.items():
        (GOLDEN / f"{each}.txt").write_text(rendered(prompt_file), encoding="utf-8")
    told = {task.value: pin(file) for task, file in PROMPTS.items()}
    PINS.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
