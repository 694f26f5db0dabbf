"""Keeps the position record true: "moving" is written before the first pulse, the azimuth when the dome rests."""

import math
from collections.abc import Callable

from indi_dome_driver.axis import Axis
from indi_dome_driver.dome import RefusedError
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
        self._wound_deg = 0.0

    def begin(self) -> None:
        """Take the winding as it is now for that of the last rest."""
        self._wound_deg = self._axis.wrap.wound_deg(self._axis.travel_deg)

    def moving(self) -> None:
        """Note that the dome is about to move.

        Raises:
            RefusedError: the note of its last rest can neither be changed nor be deleted.
        """
        why = self._save(moving=True)
        if why:
            raise RefusedError(
                f"{self._file.path} can neither be written nor deleted ({why}), so that a restart would take the dome "
                "to be where it no longer is; mend the disk first (is it read-only? sudo mount -o remount,rw /)"
            )

    def resting(self) -> None:
        """Note where the dome rests, and how far its cables are wound; both may be unknown."""
        self._save(moving=False)

    def vouch(self) -> str:
        """Note that the dome rests where the record says; returns why that cannot be done, or "".

        A record that cannot be exchanged may be an old one: the disk became read-only in the middle of a night.
        """
        return self._save(moving=False)

    def _save(self, *, moving: bool) -> str:
        """Exchange the record; returns why an old one is still there, or "" (a new one, or none)."""
        axis = self._axis
        if not moving:
            self._wound_deg = axis.wrap.wound_deg(axis.travel_deg)
        record = PositionRecord(
            axis.azimuth_deg if axis.position_known else None,
            axis.encoder_count,
            moving,
            self._wall_clock(),
            round(self._wound_deg, 3),
            axis.wrap.doubt_deg if math.isfinite(axis.wrap.doubt_deg) else None,
            axis.wrap.blocked,
        )
        try:
            self._file.save(record)
        except OSError as error:
            # A record that says "at rest" of a dome that moves would be a lie at the next start: none is better.
            try:
                self._file.forget()
            except OSError as worse:
                return str(worse.strerror or worse)
            if not self._warned:
                self._warned = True
                reason = error.strerror or error
                self._warn(
                    f"The position cannot be saved ({self._file.path}: {reason}): it will be unknown after a restart."
                )
        return ""
