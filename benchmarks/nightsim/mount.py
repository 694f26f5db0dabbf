"""A German equatorial mount that tracks, flips when it is told to, and reports as INDI mounts do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from astro.mount_report import Site
from benchmarks.nightsim.sky import Array, Track

DEG_PER_MINUTE = 0.25
"""How far the sky turns in a minute of hour angle, degrees."""


class Word(NamedTuple):
    """One INDI property as it is received."""

    name: str
    state: str
    values: Mapping[str, float | bool]


@dataclass(frozen=True, slots=True)
class FlipPlan:
    """When the mount flips and how long that takes it."""

    late_min: float = 0.0
    """Minutes (of hour angle) past the meridian."""
    lasts_s: float = 0.0
    """Duration, seconds; meanwhile the mount slews and nothing is exposed. 0: the side changes at once."""

    @property
    def hour_angle_deg(self) -> float:
        """Give the hour angle at which it begins, degrees."""
        return self.late_min * DEG_PER_MINUTE

    def text(self) -> str:
        """Put it into words."""
        when = f"flip {self.late_min:g} min late" if self.late_min else "flip at the meridian"
        return f"{when}, {f'lasting {self.lasts_s:g} s' if self.lasts_s else 'instantaneous'}"


class SimulatedMount:
    """What the mount does in one night, and what it says about it.

    A flip is a slew to the very place that is tracked, as a scheduler commands it: the target is announced, then the
    position is Busy and passes over the pole, then the new side and the place are reported. A flip of no duration only
    changes the side.

    Args:
        track: the target.
        plan: the flip.
        site: where the mount believes to stand.
    """

    def __init__(self, track: Track, plan: FlipPlan, site: Site) -> None:
        self._track, self._site = track, site
        times_s = track.times_s
        begins = int(np.searchsorted(track.hour_angle_deg, plan.hour_angle_deg))
        self.flip_at: int | None = begins if 0 < begins < len(times_s) else None
        """Step at which the flip begins; None where the target sets or the night ends before it."""
        self.slewing: npt.NDArray[np.bool_] = np.zeros(len(times_s), dtype=np.bool_)
        """Where it is flipping, one value per step."""
        self.side: Array = np.ones(len(times_s))
        """+1 tube west, -1 east, one value per step."""
        if self.flip_at is not None:
            ends_s = times_s[begins] + plan.lasts_s
            self.slewing[begins:] = times_s[begins:] < ends_s
            self.side[times_s >= ends_s] = -1.0
        self._slew_s = plan.lasts_s
        self._ra_h, self._dec_deg = track.ra_h.tolist(), track.dec_deg.tolist()
        self._busy, self._sides = self.slewing.tolist(), self.side.tolist()

    def introduction(self) -> Iterator[Word]:
        """Give what a client hears once, when it begins to listen."""
        yield Word("GEOGRAPHIC_COORD", "Ok", {"LAT": self._site.latitude_deg, "LONG": self._site.longitude_deg})
        yield Word("TELESCOPE_PARK", "Ok", {"PARK": False, "UNPARK": True})
        yield Word("TELESCOPE_TRACK_STATE", "Ok", {"TRACK_ON": True, "TRACK_OFF": False})
        yield self._pier(0)

    def words(self, step: int) -> Iterator[Word]:
        """Give what the mount says in one step.

        Args:
            step: index into the track.
        """
        busy = self._busy[step]
        if busy and step == self.flip_at:
            yield Word("TARGET_EOD_COORD", "Ok", {"RA": self._ra_h[step], "DEC": self._dec_deg[step]})
        if step and self._sides[step] != self._sides[step - 1]:
            yield self._pier(step)
        yield Word("EQUATORIAL_EOD_COORD", "Busy" if busy else "Ok", self._place(step))

    def _place(self, step: int) -> Mapping[str, float | bool]:
        ra_h, dec_deg = self._ra_h[step], self._dec_deg[step]
        if self._busy[step]:
            # Both axes turn by half a turn; past the pole the right ascension is that of the opposite circle.
            done = (self._track.times_s[step] - self._track.times_s[self.flip_at or 0]) / self._slew_s
            dec_deg += (90.0 - dec_deg) * (1.0 - abs(1.0 - 2.0 * done))
            ra_h = (ra_h - 12.0 * done + (12.0 if done > 0.5 else 0.0)) % 24.0
        return {"RA": ra_h, "DEC": dec_deg}

    def _pier(self, step: int) -> Word:
        west = self._sides[step] > 0.0
        return Word("TELESCOPE_PIER_SIDE", "Ok", {"PIER_WEST": west, "PIER_EAST": not west})
