"""`whoami`: whose token this terminal uses, and what it may do."""

from terminal.answer import one_line
from terminal.command import command
from terminal.work import Work


@command
def whoami(work: Work) -> None:
    """Who am I here, and what may I do?"""
    reply = work.client.look("/me")
    if work.printed(reply):
        return
    told = reply.told
    if told.get("kind") == "person":
        who = one_line(told.get("name"))
        work.screen.line((who, "bold"), f", {one_line(told.get('role'))}")
        work.screen.line((one_line(told.get("email")), "dim"))
        return
    scopes = ", ".join(one_line(one) for one in told.get("scopes") or ()) or "nothing"
    work.screen.line(("Another system's token. ", "bold"), f"It may do: {scopes}.")
