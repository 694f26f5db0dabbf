"""Shows a turning dome: a live line on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.status import Status

from astro.angles import difference_deg
from client.azimuth import format_azimuth

PLAIN_EVERY_S = 5.0


class MotionProgress:
    """A context that is called with each azimuth; it writes to stderr, so that stdout holds results only."""

    def __init__(
        self,
        what: str,
        target_deg: float | None = None,
        *,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare.

        Args:
            what: the command for people, "turning to 120.0°".
            target_deg: where the dome is going, degrees; None when only the driver knows.
            console: where to write.
            clock: seconds, steady.
        """
        self._what = what
        self._target_deg = target_deg
        self._console = console or Console(stderr=True, highlight=False)
        self._clock = clock
        self._last_s = float("-inf")
        self._live: Status | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = self._console.status(self._what)
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()

    def __call__(self, azimuth_deg: float) -> None:
        """Show where the dome is."""
        line = self.describe(azimuth_deg)
        if self._live is not None:
            self._live.update(line)
            return
        now_s = self._clock()
        if now_s - self._last_s >= PLAIN_EVERY_S:
            self._last_s = now_s
            typer.echo(line, err=True)

    def describe(self, azimuth_deg: float) -> str:
        """Put an azimuth into words."""
        line = f"{self._what}: dome at {format_azimuth(azimuth_deg)}"
        if self._target_deg is not None:
            line += f", {abs(difference_deg(self._target_deg, azimuth_deg)):.1f}° to go"
        return line
