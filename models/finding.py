"""What a check of a playbook found: a trouble, and whether it stops publication."""

from enum import StrEnum

from models.errors import Trouble


class Level(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """It must be mended before the playbook can be used."""

    WARNING = "warning"
    """It can be used, and would be better without this."""


class Finding(Trouble):
    """One thing that a check found."""

    level: Level = Level.ERROR
