"""Keeps the position record true: "moving" is written before the first pulse, the azimuth when the dome rests."""

from collections.abc import Callable
from contextlib import suppress

from indi_dome_driver.axis import Axis
from indi_dome_driver.position_record import PositionFile, PositionRecord


class PositionJournal:
    """Writes the record of one axis.

    Args:
        file: where it is kept.
        axis: whose position it is.
        wall_clock: Unix seconds.
        warn: told once when the record cannot be written.
    """

    def __init__(
        self, file: PositionFile, axis: Axis, wall_clock: Callable[[], float], warn: Callable[[str], None]
    ) -> None:
        self._file = file
        self._axis = axis
        self._wall_clock = wall_clock
        self._warn = warn
        self._warned = False

    def moving(self) -> None:
        """Note that the dome is about to move."""
        self._save(moving=True)

    def resting(self) -> None:
        """Note where the dome rests; an unknown azimuth leaves no record that could prove anything."""
        if self._axis.position_known:
            self._save(moving=False)
        else:
            with suppress(OSError):
                self._file.path.unlink()

    def _save(self, *, moving: bool) -> None:
        record = PositionRecord(self._axis.azimuth_deg, self._axis.encoder_count, moving, self._wall_clock())
        try:
            self._file.save(record)
        except OSError as error:
            # A record that says "at rest" of a dome that moves would be a lie at the next start: none is better.
            with suppress(OSError):
                self._file.path.unlink()
            if not self._warned:
                self._warned = True
                reason = error.strerror or error
                self._warn(
                    f"The position cannot be saved ({self._file.path}: {reason}): it will be unknown after a restart."
                )
