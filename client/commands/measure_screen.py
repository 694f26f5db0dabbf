"""The screen at the telescope: mount and dome live, and a key for each thing that a cold hand wants to do."""

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from astro.calibration import Calibration
from astro.calibration_moment import NotNowError
from astro.calibration_report import CalibrationReport
from client.azimuth import format_azimuth
from client.commands.measure_words import point_table, point_words, proposals, summary
from client.measure import Look, Measurer
from indi_dome_driver.calibration_record import CalibrationRecord, Recorded, RecordError

PERIOD_S = 0.5
POINTS_SHOWN = 6
KEYS = "Enter record   u undo   s save   n next directions   q quit"

Fit = Callable[[Calibration], tuple[CalibrationReport, bytes]]


class MeasureScreen:
    """Runs until q is pressed.

    Args:
        measurer: watches mount and dome.
        record: keeps the points.
        fit: fits the points and makes their table; may take a second.
        clock: Unix seconds.
        console: where to draw.
    """

    def __init__(
        self,
        measurer: Measurer,
        record: CalibrationRecord,
        fit: Fit,
        clock: Callable[[], float],
        console: Console | None = None,
    ) -> None:
        self._measurer = measurer
        self._record = record
        self._fit = fit
        self._clock = clock
        self._console = console or Console(highlight=False, markup=False, emoji=False)
        self._calibration = Calibration()
        self._mark = record.mark
        self._told: set[str] = set()
        self._report: CalibrationReport | None = None
        self._table = b""
        self._said = "centre the slit in front of the tube with the dome's own buttons, then press Enter"
        self._all_proposals = False
        self._keys: asyncio.Queue[str] = asyncio.Queue()

    async def run(self) -> None:
        """Show, and do what the keys say.

        Raises:
            RecordError: the record cannot be read.
            NotConnected: the server went away; what is recorded is safe.
        """
        await self._take(self._record.load())
        with _Keyboard(self._keys), Live(console=self._console, auto_refresh=False, transient=True) as live:
            while True:
                await self._catch_up()
                live.update(self._draw(self._measurer.look()), refresh=True)
                try:
                    async with asyncio.timeout(PERIOD_S):
                        key = await self._keys.get()
                except TimeoutError:
                    continue
                if key in ("q", "\x04", ""):
                    break
                await self._press(key)
        for line in self._ending():
            self._console.print(line)

    async def _catch_up(self) -> None:
        """Take in what the driver or another shell has recorded meanwhile."""
        if self._record.mark == self._mark:
            return
        try:
            await self._take(self._record.load())
        except RecordError as error:
            self._mark, self._said = self._record.mark, str(error)

    async def _press(self, key: str) -> None:
        try:
            match key:
                case "\r" | "\n":
                    await self._add()
                case "u":
                    recorded = self._record.undo(self._clock())
                    await self._take(recorded)
                    self._said = _undone_words(recorded)
                case "s":
                    await self._catch_up()
                    self._save()
                case "n":
                    self._all_proposals = not self._all_proposals
                case _:
                    self._said = KEYS
        except NotNowError as reason:
            self._said = f"nothing is recorded: {reason}"
        except RecordError as error:
            self._said = str(error)

    async def _add(self) -> None:
        point = await self._measurer.take()
        if self._calibration.repeats(point):
            self._said = "this point is recorded already"
            return
        recorded = self._record.add(point)
        self._said = f"point {recorded.calibration.count} recorded: {point_words(point)}"
        await self._take(recorded)

    def _save(self) -> None:
        if not self._table:
            self._said = "nothing to save: no point is recorded"
            return
        path = self._record.save_table(self._table, self._clock())
        self._said = f"saved: {path}"

    async def _take(self, recorded: Recorded) -> None:
        self._calibration, self._mark = recorded.calibration, recorded.mark
        self._report, self._table = await asyncio.to_thread(self._fit, recorded.calibration)
        for complaint in recorded.complaints:
            if complaint not in self._told:
                self._told.add(complaint)
                self._said = complaint

    def _draw(self, look: Look) -> RenderableType:
        # On top, because a low terminal shows the top only.
        parts: list[RenderableType] = [_live_figures(look), Text(self._said, style="bold"), Text(KEYS, style="dim")]
        if self._report is not None:
            words = proposals(self._report)
            parts += ["", *summary(self._report)]
            parts += ["", "measure next:", *(words if self._all_proposals else words[:1])]
            if self._calibration.count:
                parts += ["", point_table(self._calibration.points, self._report, POINTS_SHOWN)]
        return Group(*parts)

    def _ending(self) -> list[str]:
        lines = [f"{self._calibration.count} points are on record: {self._record.path}"]
        return lines + ([] if self._report is None else summary(self._report)[1:])


def _undone_words(recorded: Recorded) -> str:
    if recorded.undone is None:
        return "there is nothing to undo"
    point = recorded.undone.point
    return "the fresh start is taken back" if point is None else f"the last point is taken back: {point_words(point)}"


def _live_figures(look: Look) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    if look.aim is None:
        table.add_row("telescope", "unknown")
    else:
        pointing = look.aim.pointing
        table.add_row("telescope", f"altitude {pointing.altitude_deg:.1f}°, azimuth {pointing.azimuth_deg:.1f}°")
        table.add_row("tube", f"{look.aim.side.label} of the pier (from {look.aim.side_source})")
    table.add_row("dome", format_azimuth(look.dome.azimuth_deg) + (", turning" if look.dome.moving else ""))
    table.add_row("record", Text(look.refusal, style="yellow") if look.refusal else Text("ready", style="green"))
    return table


class _Keyboard:
    """Gives single keys while the context lasts; the terminal is as before afterwards, whatever happens."""

    def __init__(self, keys: "asyncio.Queue[str]") -> None:
        self._keys = keys
        self._before: list[object] | None = None

    def __enter__(self) -> Self:
        handle = sys.stdin.fileno()
        self._before = termios.tcgetattr(handle)
        tty.setcbreak(handle)
        asyncio.get_running_loop().add_reader(handle, self._read)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        handle = sys.stdin.fileno()
        asyncio.get_running_loop().remove_reader(handle)
        if self._before is not None:
            termios.tcsetattr(handle, termios.TCSADRAIN, self._before)  # type: ignore[arg-type]

    def _read(self) -> None:
        data = os.read(sys.stdin.fileno(), 64)
        self._keys.put_nowait(data.decode(errors="replace")[:1])
