"""What can stop a start, as one plain sentence for the person at the terminal."""


class StartError(Exception):
    """Rightnow cannot start. The text says what is wrong and how to mend it; no traceback."""


class PortTakenError(StartError):
    """Somebody took the port between our choosing it and our using it."""
