"""What a mount has said about itself, as plain data: the input of every slaving decision."""

from dataclasses import dataclass

from astro.pier import PierSide

TRACKING_LASTS_S = 2.0
"""Tracking that was switched off counts this much longer."""


@dataclass(frozen=True, slots=True)
class Site:
    """Place of the observatory."""

    latitude_deg: float
    """North positive."""
    longitude_deg: float
    """East positive."""


@dataclass(frozen=True, slots=True)
class Equatorial:
    """A direction in the equator and equinox of date (INDI's EOD, "JNow")."""

    ra_h: float
    dec_deg: float


@dataclass(frozen=True, slots=True)
class MountReport:
    """The latest word of the mount on each question; None where it has not spoken."""

    position: Equatorial | None = None
    position_time_s: float = 0.0
    """When the position was received, Unix seconds."""
    slewing: bool = False
    faulted: bool = False
    """The mount flags its own position with Alert, or its driver withdrew it."""
    target: Equatorial | None = None
    """Where the slew in progress, or the one just announced, will end."""
    tracking: bool | None = None
    parked: bool | None = None
    """Parked for certain; a park under way is `parking`."""
    parking: bool = False
    side: PierSide | None = None
    site: Site | None = None
    settled: Equatorial | None = None
    """The last position outside a slew: where a flip, once begun, will end."""
    arrived_s: float | None = None
    """When the last slew that led anywhere ended, or the mount was first heard, Unix seconds."""
    slew_began_s: float = 0.0
    """When the present slew began, Unix seconds."""
    excursion_deg: float = 0.0
    """How far the present slew has taken the mount from where it began, at most, degrees."""
    tracking_ended_s: float | None = None
    """When tracking was last switched off, Unix seconds."""
    jump_deg: float = 0.0
    """How far the position leapt without a slew, degrees; 0 when it did not."""
    jump_time_s: float = 0.0
    """When it did, Unix seconds."""

    def tracks(self, now_s: float) -> bool:
        """Tell whether the pointing goes with the sky.

        Drivers switch tracking off a moment before they report a slew; that is no mount that stands still yet.
        """
        return self.tracking is not False or (
            self.tracking_ended_s is not None and 0.0 <= now_s - self.tracking_ended_s < TRACKING_LASTS_S
        )

    @property
    def tracked_before_slew(self) -> bool:
        """Tell whether the mount went with the sky until the slew in progress began."""
        return self.tracking is not False or (
            self.tracking_ended_s is not None and self.tracking_ended_s >= self.slew_began_s - TRACKING_LASTS_S
        )

    @property
    def phase(self) -> tuple[object, ...]:
        """Give what, when it changes, calls for a decision at once: everything but the drift of the position."""
        return (self.slewing, self.target, self.side, self.parked, self.parking, self.faulted)
