"""What a person can tune about the slaving."""

from dataclasses import dataclass
from enum import Enum


class SidePolicy(Enum):
    """Who says on which side of the pier the tube is (INDI's DM_OTA_SIDE)."""

    MOUNT = "mount"
    MOUNT_INVERTED = "mount, inverted"
    """For drivers that mean the other side: what they report is turned round."""
    HOUR_ANGLE = "hour angle"
    WEST = "west"
    EAST = "east"
    IGNORE = "ignore"

    @property
    def may_flip(self) -> bool:
        """Tell whether the side can change by itself."""
        return self in (SidePolicy.MOUNT, SidePolicy.MOUNT_INVERTED, SidePolicy.HOUR_ANGLE)


class Rule(Enum):
    """What makes the dome move."""

    CLEARANCE = "clearance"
    """The beam's distance from the middle of the slit, in metres."""
    THRESHOLD = "threshold"
    """The error in azimuth, in degrees (INDI's AUTOSYNC_THRESHOLD)."""


FLIP_SLACK_DEG = 2.5
"""A mount whose flip is known may be this much late, degrees (ten minutes)."""


@dataclass(frozen=True, slots=True)
class SlavingSettings:
    """The figures behind a decision; the defaults are those of the delivered configuration."""

    rule: Rule = Rule.CLEARANCE
    clearance_m: float = 0.175
    """Free play of the beam to either side of the slit's centre plane: (slit width - tube diameter) / 2, metres."""
    share: float = 0.25
    """By the clearance rule the dome moves when the beam is off the centre by this share of the free play."""
    largest_error_deg: float = 15.0
    """... or when it is off by this much, degrees; near the dome's zenith the distance says little."""
    threshold_deg: float = 0.5
    """By the threshold rule: no move while the dome is within this of its target, degrees."""
    stale_after_s: float = 30.0
    """Mount data older than this never move the dome, seconds."""
    side_policy: SidePolicy = SidePolicy.MOUNT
    flip_hour_angle_deg: float | None = None
    """Past the meridian by this, degrees, the mount flips; None where nobody knows: it is waited for."""
    flip_late_deg: float = 7.5
    """No flip is waited for longer than this past the meridian, degrees (7.5: half an hour). 0: none is waited for."""
    lean_margin_m: float = 0.015
    """What stays free beside the beam while the slit leans towards a coming flip, metres."""
    dome_rate_deg_s: float = 40.0 / 60.0
    """How fast the dome turns, degrees per second."""

    @property
    def latest_flip_deg(self) -> float:
        """Give how far past the meridian a flip may still come, degrees."""
        return max(
            self.flip_late_deg, (self.flip_hour_angle_deg or 0.0) + (FLIP_SLACK_DEG if self.flip_time_known else 0.0)
        )

    @property
    def flip_time_known(self) -> bool:
        """Tell whether somebody said when the mount flips."""
        return self.flip_hour_angle_deg is not None
