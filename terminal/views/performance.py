"""What a playbook did: the version, its steps, and the versions beside it."""

from rich.text import Text

from terminal.answer import Answer, one_line
from terminal.screen import Screen

_APART = (
    ("running", "still running"),
    ("settling", "resolved, and may be reopened"),
    ("left", "left it on the way"),
    ("unmeasured", "without a result yet: rightnow projections rebuild"),
)
_FIGURES = (
    ("mended", "Mended for good"),
    ("first_contact", "With one contact"),
    ("sla_kept", "In time"),
    ("resolution", "How long"),
)


def show_performance(screen: Screen, told: Answer) -> None:
    """Figures first, steps below, and at the end how to read it."""
    version = told["version"]
    screen.heading(one_line(version["version"]))
    screen.line(_cases(version), indent=2)
    screen.rows([(Text(word, "dim"), version[name]["words"]) for name, word in _FIGURES])
    guess = version["guess"]
    said = f"Guessed before: {round(guess['rate'] * 100)} % ({one_line(guess['source'])})."
    screen.line((f"{said} It is in no figure.", "dim"), indent=2)
    screen.heading("Steps")
    for step in told["steps"]:
        _show_step(screen, step)
    if len(told["versions"]) > 1:
        screen.heading("Versions")
        screen.rows(
            [(one_line(one["version"]), one["mended"]["words"]) for one in told["versions"]]
        )
    screen.gap()
    for note in told["notes"]:
        screen.line((note, "dim"))


def _cases(version: Answer) -> str:
    """How many cases it is about, and why the others are in no figure."""
    newest = "The newest " if version["older"] else ""
    cases = "case" if version["cases"] == 1 else "cases"
    said = f"{newest}{version['cases']} {cases}: {version['measured']} measured"
    apart = [f"{version[name]} {word}" for name, word in _APART if version[name]]
    return ", ".join([said, *apart]) + "."


def _show_step(screen: Screen, step: Answer) -> None:
    screen.line((one_line(step["title"]), "bold"), indent=2)
    screen.line(one_line(step["words"]), indent=4)
    if step["to_done"]["of"]:
        late = f"; {step['late']} of {step['runs']} were late" if step["late"] else ""
        screen.line(f"Done: {one_line(step['to_done']['words'])}{late}.", indent=4)
    for reason in step["reasons"]:
        times = "once" if reason["times"] == 1 else f"{reason['times']} times"
        screen.line((f"{times}: {one_line(reason['words'])}", "dim"), indent=6)
