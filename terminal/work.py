"""One command at work: who acts, over which API, on which screen. And how every command ends."""

import json
import sys
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from config.settings import Settings
from supervisor.running import read_running
from terminal import signs
from terminal.address import segment
from terminal.answer import Answer
from terminal.client import Client, Patience, new_key
from terminal.credentials import Credential
from terminal.errors import NotReachable, Refused, WrongUsage
from terminal.memory import InHand, Memory, seat
from terminal.response import Reply
from terminal.screen import Screen


@dataclass(frozen=True)
class Room:
    """What a command stands on: typer's context object, else made from the settings."""

    settings: Settings = field(default_factory=Settings)
    patience: Patience = field(default_factory=Patience)
    zone: tzinfo | None = None
    """Of the wall clock. None: the machine's."""


class Work:
    """All that a command needs."""

    def __init__(self, room: Room, who: Credential, screen: Screen, *, as_json: bool) -> None:
        self.room = room
        self.zone = room.zone
        self.email = who.email
        self.screen = screen
        self.as_json = as_json
        self.errors = Screen(sys.stderr)
        self.client = Client(
            _url(room.settings), who.token, patience=room.patience, say=self.errors.line
        )
        folder = room.settings.data_dir / "terminal"
        self.memory = Memory(folder, who.email or who.token, seat())

    def case(self, given: str | None) -> str:
        """The case that is meant: as given, or the one in hand. Raises WrongUsage."""
        if given:
            return given
        return self.in_hand().case_id

    def in_hand(self) -> InHand:
        """The case in hand. Raises WrongUsage when there is none."""
        found = self.memory.in_hand()
        if found is None:
            raise WrongUsage("Which case?", "Type: rightnow next, or add --case E-1042")
        return found

    def look_at(self, case: str, version: int | None = None) -> Reply:
        """The whole picture of a case, not older than `version`."""
        return self.client.look(f"/cs/escalations/{segment(case)}", min_version=version)

    def chance_of(self, case: Answer) -> Answer | None:
        """How likely a case that goes on ends well by its playbook. None: nobody can say now."""
        if case["status"] in signs.OVER:
            return None
        path = f"/cs/escalations/{segment(str(case['id']))}/ai-predict-outcome"
        try:
            return self.client.ask(path, {"action": case["playbook"]["slug"]}).told
        except (Refused, NotReachable):
            return None

    def change(self, path: str, body: Answer, method: str = "POST") -> Reply:
        """A change, with a key that outlives this process until there is an answer."""
        wish = f"{method} {self.client.url}{path} {json.dumps(body, sort_keys=True)}"
        key = self.memory.key_for(wish) or new_key()
        self.memory.sending(wish, key)
        try:
            reply = self.client.change(path, body, method=method, key=key)
        except Refused as error:
            if error.certain:
                self.memory.answered(wish)
            raise
        self.memory.answered(wish)
        return reply

    def printed(self, reply: Reply) -> bool:
        """True when the answer was asked for as JSON, and is printed now."""
        if self.as_json:
            self.print_json(reply.raw)
        return self.as_json

    def print_json(self, raw: Any, indent: int | None = 1) -> None:
        """JSON in ASCII: escaped, so that no terminal obeys it."""
        print(json.dumps(raw, indent=indent), flush=True)

    def show_safe(self, told: Answer) -> None:
        """Accepted, and not done yet."""
        self.screen.line(("Safe. ", "bold"), "It will be done as soon as the engine is back.")
        self.screen.line(f"See later: rightnow op {told.get('op_id', '')}")


def _url(settings: Settings) -> str:
    if settings.api_url:
        return settings.api_url
    running = read_running(settings.data_dir)
    if running is None:
        raise NotReachable(
            "Rightnow does not run here.",
            safe="Nothing was changed.",
            mend="Is it running? make up",
            code="not-running",
        )
    return running.api_url
