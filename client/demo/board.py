"""What the demonstration shows: one live table, or plain lines where there is no terminal."""

import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.table import Table

PLAIN_EVERY_S = 3.0


@dataclass(slots=True)
class Row:
    """One object, as far as the demonstration has got with it."""

    name: str
    follower: str
    """Who moves the dome."""
    mount: str = ""
    side: str = ""
    wanted_deg: float | None = None
    actual_deg: float | None = None
    clearance_mm: float | None = None
    state: str = "to come"


class Board:
    """Keeps the table on the screen."""

    def __init__(self, console: Console, rows: list[Row]) -> None:
        self._console = console
        self._rows = rows
        self._live = Live(self.table(), console=console, refresh_per_second=8, transient=True)
        self._last_s = 0.0

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._console.is_terminal:
            self._live.stop()
        self._console.print(self.table())

    def note(self, text: str) -> None:
        """Write a line above the table."""
        self._console.print(text, highlight=False)

    def refresh(self, row: Row, *, important: bool = False) -> None:
        """Show a row that changed.

        Args:
            row: which.
            important: write a plain line even if the last one is recent.
        """
        if self._console.is_terminal:
            self._live.update(self.table())
            return
        now_s = time.monotonic()
        if important or now_s - self._last_s >= PLAIN_EVERY_S:
            self._last_s = now_s
            words = zip(HEADINGS[2:], cells(row)[2:], strict=True)
            line = ", ".join(f"{heading} {value}".strip() for heading, value in words if value)
            self._console.print(f"  {row.name}: {line}", highlight=False, soft_wrap=True)

    def table(self) -> Table:
        """Draw all rows, narrow enough for a terminal of 80 columns."""
        table = Table(title="The slit follows the telescope", title_justify="left", box=SIMPLE_HEAD, padding=(0, 0))
        for heading in HEADINGS:
            table.add_column(heading, justify="right" if heading in FIGURES else "left", no_wrap=True)
        for row in self._rows:
            style = {"in the slit": "green", "to come": "dim"}.get(row.state, "yellow")
            table.add_row(*cells(row), style=style)
        return table


HEADINGS = ("object", "moved by", "tel. alt, az", "tube", "wanted", "slit at", "clear", "")
FIGURES = ("tel. alt, az", "wanted", "slit at", "clear")


def cells(row: Row) -> tuple[str, ...]:
    """Put a row into words."""
    return (
        row.name,
        row.follower,
        row.mount,
        row.side,
        _azimuth(row.wanted_deg),
        _azimuth(row.actual_deg),
        "" if row.clearance_mm is None else f"{row.clearance_mm:.0f} mm",
        row.state,
    )


def _azimuth(azimuth_deg: float | None) -> str:
    return "" if azimuth_deg is None else f"{round(azimuth_deg, 1) % 360.0:.1f}°"
