"""What a mount has said about itself, as plain data: the input of every slaving decision."""

from dataclasses import dataclass

from astro.pier import PierSide


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
    """When the last slew ended, or the mount was first heard, Unix seconds."""
    jump_deg: float = 0.0
    """How far the position leapt without a slew, degrees; 0 when it did not."""
    jump_time_s: float = 0.0
    """When it did, Unix seconds."""

    @property
    def phase(self) -> tuple[object, ...]:
        """Give what, when it changes, calls for a decision at once: everything but the drift of the position."""
        return (self.slewing, self.target, self.side, self.parked, self.parking, self.faulted)
