"""Signal word files: lexicons out of a folder, or everything that is wrong with them."""

from pathlib import Path

from activities.adapters.content_files import invalid, parse_as, read_text
from domain.lexicon import Lexicon
from models.errors import SignalsInvalid, Trouble
from models.lexicon import LexiconFile

FOLDER = Path(__file__).parents[2] / "signals"
MAX_BYTES = 64 * 1024
MAX_FILES = 20


def load_lexicons(folder: Path = FOLDER) -> tuple[Lexicon, ...]:
    """The lexicon of every `*.yaml` of a folder, in the order of their names.

    A file has the name of its language, so no two can have the same. Raises SignalsInvalid with
    the troubles of all files together, also when there is no file at all.
    """
    lexicons: list[Lexicon] = []
    troubles: list[Trouble] = []
    paths = sorted(folder.glob("*.yaml"))
    if not 0 < len(paths) <= MAX_FILES:
        what = f"has {len(paths)} files, and must have 1 to {MAX_FILES}"
        troubles.append(Trouble(where=folder.name, what=what, mend="Such as en.yaml."))
    for path in paths[:MAX_FILES]:
        try:
            found = load_file(path)
        except SignalsInvalid as refused:
            troubles += refused.troubles
            continue
        lexicons.append(Lexicon.of(found))
        if found.language != path.stem:
            what = f"the language is `{found.language}`, and the file is called `{path.name}`"
            mend = f"Call the file `{found.language}.yaml`."
            troubles.append(Trouble(where=f"{path.name}:1 language", what=what, mend=mend))
    if troubles:
        raise invalid(folder.name, troubles, SignalsInvalid)
    return tuple(lexicons)


def load_file(path: Path) -> LexiconFile:
    """The signal words in a file. Raises SignalsInvalid, also when it cannot be read."""
    return parse(read_text(path, SignalsInvalid, at_most=MAX_BYTES), path.name)


def parse(text: str, name: str) -> LexiconFile:
    """The signal words in a text. `name` is what its troubles call it.

    Raises SignalsInvalid with all troubles found, each like `en.yaml:12 kinds.cancel.phrases.3`.
    """
    return parse_as(LexiconFile, text, name, SignalsInvalid)
