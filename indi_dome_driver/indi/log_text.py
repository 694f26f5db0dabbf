"""Texts for a person, in the form in which INDI clients recognise their importance."""

from enum import StrEnum

MAX_BYTES = 254
"""What libindi's clients keep of a message (MAXINDIMESSAGE of indiapi.h, less its end mark)."""


class Level(StrEnum):
    """Importance of a message. KStars colours errors and warnings, and hides debug texts."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


def log_message(level: Level, text: str) -> str:
    """Compose a message for the log window.

    Args:
        level: importance.
        text: one sentence; line breaks become blanks.

    Returns:
        ``[LEVEL] text``, at most 254 bytes in UTF-8, ended by an ellipsis where something had to go.
    """
    line = f"[{level}] {' '.join(text.splitlines()).strip()}"
    encoded = line.encode("utf-8", "replace")
    if len(encoded) <= MAX_BYTES:
        return encoded.decode()
    ellipsis = "…"
    return encoded[: MAX_BYTES - len(ellipsis.encode())].decode("utf-8", "ignore") + ellipsis
