"""A log file on disk: bounded in size, with UTC times."""

import logging
import sys
import time
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

from indi_dome_driver.indi.log_text import Level

MAX_BYTES, OLDER_FILES = 10_000_000, 4
"""One session's log never takes more than 50 MB of a memory card."""
NUMBERS = {
    Level.DEBUG: logging.DEBUG,
    Level.INFO: logging.INFO,
    Level.WARNING: logging.WARNING,
    Level.ERROR: logging.ERROR,
}


class LogFile(RotatingFileHandler):
    """A log file that gives itself up when it cannot be written, rather than trouble the dome.

    Args:
        path: of the file; older parts get a number behind it.
        broken: called with the reason when it cannot be written.
    """

    def __init__(self, path: Path, broken: Callable[[str], None]) -> None:
        super().__init__(path, maxBytes=MAX_BYTES, backupCount=OLDER_FILES, encoding="utf-8")
        formatter = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)-7s %(message)s", "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        self.setFormatter(formatter)
        self._broken = broken

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging calls it so
        """Give the file up."""
        error = sys.exc_info()[1]
        self._broken(str(getattr(error, "strerror", None) or error))

    def write(self, level: Level, text: str, now_s: float) -> None:
        """Write one line.

        Args:
            level: its importance.
            text: what to write; line breaks become blanks.
            now_s: Unix seconds.
        """
        record = logging.LogRecord("", NUMBERS[level], "", 0, " ".join(text.splitlines()), None, None)
        record.created, record.msecs = now_s, now_s % 1.0 * 1000.0
        self.handle(record)
