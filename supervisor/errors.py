"""What can stop a start, as one plain sentence for the person at the terminal."""


class StartError(Exception):
    """Rightnow cannot start. The text says what is wrong and how to mend it; no traceback."""
