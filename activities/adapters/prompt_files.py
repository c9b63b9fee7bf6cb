"""Prompt files: a front matter of YAML between two lines of `---`, and the instructions below.

All of them are taken or none: a task without its prompt would be found out by a customer.
"""

from pathlib import Path

from activities.adapters.content_files import invalid, parse_as, read_text
from models.errors import ContentInvalid, PromptInvalid, Trouble
from models.frozen import Frozen
from models.prompt import PromptFile, PromptOutput, PromptTask

FENCE = "---"
MAX_BYTES = 16 * 1024


class _FrontMatter(Frozen):
    task: PromptTask
    version: int
    output: PromptOutput
    max_tokens: int


FOLDER = Path(__file__).parents[2] / "prompts"


def load_prompts(folder: Path = FOLDER) -> dict[PromptTask, PromptFile]:
    """The prompt of every task. Raises PromptInvalid with all troubles found."""
    found: dict[PromptTask, PromptFile] = {}
    troubles: list[Trouble] = []
    for task in PromptTask:
        try:
            found[task] = load_prompt(folder / f"{task}.md")
        except PromptInvalid as wrong:
            troubles += wrong.troubles
    if troubles:
        raise invalid(folder.name, troubles, PromptInvalid)
    return found


def load_prompt(path: Path) -> PromptFile:
    """The prompt in a file. Raises PromptInvalid with all troubles found, each with its line."""
    return parse_prompt(read_text(path, PromptInvalid, at_most=MAX_BYTES), path.name)


def parse_prompt(text: str, name: str) -> PromptFile:
    """The prompt in a text. `name` is that of its file, `guidance.md`. Raises PromptInvalid."""
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0] != FENCE or FENCE not in lines[1:]:
        raise _refused(name, 1, "has no front matter", "Begin with `---`, the keys, and `---`.")
    end = lines.index(FENCE, 1)
    # An empty line for the fence: what is wrong in the front matter keeps its line.
    front = parse_as(_FrontMatter, "\n".join(["", *lines[1:end]]), name, PromptInvalid)
    if f"{front.task}.md" != name:
        what = f"the task is `{front.task}`, and the file is called `{name}`"
        raise _refused(name, 2, what, f"Call the file `{front.task}.md`.")
    try:
        body = "\n".join(lines[end + 1 :]).strip()
        return PromptFile.model_validate({**front.model_dump(), "text": body})
    except ValueError as error:
        what = _first_words(error)
        raise _refused(name, end + 2, what, "Change it, and check the text again.") from None


def _first_words(error: ValueError) -> str:
    """What the model said first, without its own prefix."""
    errors = getattr(error, "errors", None)
    found = errors()[0] if callable(errors) else {"msg": str(error), "loc": ()}
    place = ".".join(map(str, found["loc"]))
    said = str(found["msg"]).removeprefix("Value error, ")
    return (f"{place}: {said}" if place else said)[:300]


def _refused(name: str, line: int, what: str, mend: str) -> ContentInvalid:
    trouble = Trouble(where=f"{name}:{line}", what=what, mend=mend)
    return invalid(name, [trouble], PromptInvalid)
