"""Playbook files: YAML in, playbooks out, or everything that is wrong, with file, line and key."""

from pathlib import Path

from activities.adapters.content_files import MAX_TROUBLES, invalid, parse_as, read_text, with_lines
from models.errors import PlaybookInvalid, Trouble
from models.playbook import Playbook
from models.simulation import AgentScript

__all__ = ["MAX_TROUBLES", "load_file", "load_folder", "load_script", "parse", "with_lines"]


def load_folder(folder: Path) -> tuple[Playbook, ...]:
    """Every `*.yaml` of a folder, in the order of their names.

    A file has the name of its playbook's slug, so no two can have the same. Raises
    PlaybookInvalid with the troubles of all files together.
    """
    playbooks: list[Playbook] = []
    troubles: list[Trouble] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            playbook = load_file(path)
        except PlaybookInvalid as refused:
            troubles += refused.troubles
            continue
        playbooks.append(playbook)
        if playbook.slug != path.stem:
            what = f"the slug is `{playbook.slug}`, and the file is called `{path.name}`"
            mend = f"Call the file `{playbook.slug}.yaml`."
            troubles.append(Trouble(where=f"{path.name}:1 slug", what=what, mend=mend))
    if troubles:
        raise invalid(folder.name, troubles, PlaybookInvalid)
    return tuple(playbooks)


def load_file(path: Path) -> Playbook:
    """The playbook in a file. Raises PlaybookInvalid, also when it cannot be read."""
    return parse(read_text(path, PlaybookInvalid), path.name)


def parse(text: str, name: str) -> Playbook:
    """The playbook in a text. `name` is what its troubles call it.

    Raises PlaybookInvalid with all troubles found, each like `missed-appointment.yaml:12
    steps.2.due.within`, and nothing else, whatever the text is.
    """
    return parse_as(Playbook, text, name, PlaybookInvalid)


def load_script(path: Path) -> AgentScript:
    """What the agent of a simulation does, out of a file. Raises PlaybookInvalid as well."""
    return parse_as(AgentScript, read_text(path, PlaybookInvalid), path.name, PlaybookInvalid)
