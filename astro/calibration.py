"""What is measured at the telescope: where it pointed, how the tube hung, and where the slit stood."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

from astro.angles import difference_deg
from astro.pier import PierSide

_SAME_POINT_S = 2.0
_SAME_DEG = 0.1

EventKind = Literal["point", "undo", "new"]


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """One measurement: a person has centred the slit in front of the tube."""

    time_s: float
    """UTC, Unix seconds."""
    altitude_deg: float
    azimuth_deg: float
    """Telescope, degrees from north through east."""
    hour_angle_deg: float
    """Degrees, positive to the west."""
    declination_deg: float
    side: PierSide
    side_source: str
    """Who said so, in words: "mount", "hour angle", ..."""
    dome_azimuth_deg: float
    """What the dome reads, degrees in [0, 360)."""
    note: str = ""

    @property
    def side_is_known(self) -> bool:
        """Tell whether the side was seen by mount or person; else it is what the hour angle suggests."""
        return not self.side_source.startswith("hour angle")


@dataclass(frozen=True, slots=True)
class CalibrationEvent:
    """One entry of a record: a point, the undoing of the entry before it, or a fresh start."""

    kind: EventKind
    time_s: float
    """UTC, Unix seconds."""
    point: CalibrationPoint | None = None
    """The measurement, where the entry is one."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The measurements that count, in the order in which they were taken.

    An undo takes back the latest point or fresh start that still stands, so nothing is ever erased: it can be repeated,
    and every entry stays in the record.
    """

    events: tuple[CalibrationEvent, ...] = ()

    @classmethod
    def of(cls, events: Iterable[CalibrationEvent]) -> Self:
        """Build one from the entries of a record, oldest first."""
        return cls(tuple(events))

    @property
    def points(self) -> tuple[CalibrationPoint, ...]:
        """Give the points since the last fresh start, without those taken back."""
        points: list[CalibrationPoint] = []
        for event in self._standing():
            if event.kind == "new":
                points.clear()
            elif event.point is not None:
                points.append(event.point)
        return tuple(points)

    @property
    def count(self) -> int:
        """Count the points that stand."""
        return len(self.points)

    def repeats(self, point: CalibrationPoint) -> bool:
        """Tell whether a point is the last one again: a double click, or a key that was held down."""
        last = self.points[-1] if self.count else None
        return (
            last is not None
            and 0.0 <= point.time_s - last.time_s < _SAME_POINT_S
            and abs(difference_deg(point.dome_azimuth_deg, last.dome_azimuth_deg)) < _SAME_DEG
            and abs(difference_deg(point.azimuth_deg, last.azimuth_deg)) < _SAME_DEG
            and abs(point.altitude_deg - last.altitude_deg) < _SAME_DEG
        )

    @property
    def undoable(self) -> CalibrationEvent | None:
        """Give the entry that an undo would take back, or None."""
        standing = self._standing()
        return standing[-1] if standing else None

    def append(self, event: CalibrationEvent) -> Self:
        """Give the calibration with one more entry."""
        return type(self)((*self.events, event))

    def _standing(self) -> list[CalibrationEvent]:
        standing: list[CalibrationEvent] = []
        for event in self.events:
            if event.kind != "undo":
                standing.append(event)
            elif standing:
                standing.pop()
        return standing
