"""Which messages go to the clients and which into a log file, by level."""

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from indi_dome_driver.indi.log_text import Level

if TYPE_CHECKING:
    from indi_dome_driver.device.log_file import LogFile

USUAL = frozenset({Level.INFO, Level.WARNING, Level.ERROR})
"""What is told unless a person chose otherwise."""


class MessageLog:
    """Filters what the driver says, and keeps a copy on disk when a person asks for it.

    Args:
        folder: of all logs, ~/.indi/logs.
        program: name of the driver's executable; INDI's drivers put their files into a folder of that name.
        wall_clock: Unix seconds.
    """

    def __init__(self, folder: Path, program: str, wall_clock: Callable[[], float]) -> None:
        self.path: Path | None = None
        self.on_failure: Callable[[str], None] = lambda why: None
        """Called with the reason when the file had to be given up."""
        self._failure = ""
        self._folder = folder
        self._program = program
        self._wall_clock = wall_clock
        self._file: LogFile | None = None
        self._to_clients: frozenset[Level] = USUAL
        self._to_file: frozenset[Level] = frozenset()

    @property
    def wants_debug(self) -> bool:
        """Tell whether anybody reads debug messages."""
        return Level.DEBUG in self._to_clients or (self._file is not None and Level.DEBUG in self._to_file)

    def choose(self, clients: Collection[Level], file: Collection[Level] | None) -> None:
        """Set who gets what.

        Args:
            clients: levels that clients are told.
            file: levels for the log file; None closes it. A file that is open goes on.

        Raises:
            OSError: the file cannot be made.
        """
        self._to_clients = frozenset(clients)
        self._to_file = frozenset(file or ())
        if file is None:
            self.close()
        elif self._file is None:
            self._open()

    def tells_clients(self, level: Level) -> bool:
        """Tell whether clients want this level."""
        return level in self._to_clients

    def write(self, level: Level, text: str) -> None:
        """Write into the file, if there is one that wants this level."""
        if self._file is not None and level in self._to_file:
            self._file.write(level, text, self._wall_clock())
            if self._failure:
                why, self._failure = self._failure, ""
                self.close()
                self.on_failure(why)

    def close(self) -> None:
        """Close the file, if there is one."""
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):  # a full disk may refuse the last line once more
                file.close()

    def _open(self) -> None:
        from indi_dome_driver.device.log_file import LogFile  # most sessions need none, and it takes time to import

        now = time.gmtime(self._wall_clock())
        folder = self._folder / time.strftime("%Y-%m-%d", now) / self._program
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"{self._program}_{time.strftime('%H:%M:%S', now)}"
        # Two domes may begin their logs in the same second: each takes a file of its own.
        for number in range(1, 100):
            path = folder / (f"{stem}.log" if number == 1 else f"{stem}_{number}.log")
            try:
                path.open("x").close()
            except FileExistsError:
                continue
            break
        self._file = LogFile(path, self._failed)
        self.path = path

    def _failed(self, why: str) -> None:
        self._failure = why
