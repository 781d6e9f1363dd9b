"""What can go wrong at a start; every message says what to do."""


class CannotStart(Exception):
    """The alliance cannot come up; the text is for the person who typed the command."""


class Stopped(Exception):
    """Somebody asked for the end: Ctrl-C, SIGTERM or `scripts/down`."""
