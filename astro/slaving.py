"""The slaving decision: given mount, dome, model and time, where should the dome go, and why (not).

Pure: the same code serves the driver's own slaving and the standalone client.
"""

import math
from dataclasses import dataclass, replace
from enum import Enum

from astro.angles import difference_deg
from astro.dome_model import DomeModel
from astro.errors import ModelError
from astro.mount_report import Equatorial, MountReport, Site
from astro.pier import PierSide, side_from_hour_angle
from astro.pointing import Pointing
from astro.sidereal import horizontal, hour_angle_deg

CLOCK_JUMP_S = 1.0
"""Data from farther in the future than this come from before the clock was set back."""


class SidePolicy(Enum):
    """Who says on which side of the pier the tube is (INDI's DM_OTA_SIDE)."""

    MOUNT = "mount"
    HOUR_ANGLE = "hour angle"
    WEST = "west"
    EAST = "east"
    IGNORE = "ignore"


class Verdict(Enum):
    """What a decision comes to; every STAY_* says which condition keeps the dome where it is."""

    GO = "go"
    STAY_ON_TARGET = "on target"
    STAY_ON_THE_WAY = "on the way"
    STAY_NO_MODEL = "no model"
    STAY_NO_MOUNT = "no mount data"
    STAY_STALE = "stale mount data"
    STAY_MOUNT_FAULT = "mount fault"
    STAY_MOUNT_PARKED = "mount parked"
    STAY_TARGET_UNKNOWN = "slew target unknown"
    STAY_BELOW_HORIZON = "below horizon"
    STAY_MODEL_FAILS = "model fails"
    STAY_DOME_PARKED = "dome parked"
    STAY_DOME_LOST = "dome position unknown"
    STAY_DOME_BUSY = "dome busy"


@dataclass(frozen=True, slots=True)
class SlavingSettings:
    """What a person can tune."""

    threshold_deg: float = 0.5
    """Dead band: no move while the dome is within this of its target, degrees."""
    stale_after_s: float = 30.0
    """Mount data older than this never move the dome, seconds."""
    side_policy: SidePolicy = SidePolicy.MOUNT
    clearance_m: float = 0.175
    """Free play of the beam to either side of the slit's centre plane: (slit width - tube diameter) / 2, metres."""


@dataclass(frozen=True, slots=True)
class DomeReport:
    """What the dome says about itself."""

    azimuth_deg: float
    position_known: bool = True
    moving: bool = False
    target_deg: float | None = None
    """Where the present move ends, when that is known."""
    parked: bool = False
    occupied: str = ""
    """Why slaving must keep its hands off for now (parking, a person jogs); empty when it need not."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the dome should be, what is to be done about it, and everything a person would ask next."""

    verdict: Verdict
    reason: str
    target_deg: float | None = None
    error_deg: float | None = None
    """Shortest turn from the dome to the target, degrees."""
    lateral_m: float | None = None
    """Distance between the optical axis and the slit's centre plane, metres."""
    clearance_m: float | None = None
    """What is left of the free play beside the beam, metres; below 0 the beam is cut."""
    pointing: Pointing | None = None
    side: PierSide | None = None
    side_source: str = ""
    data_age_s: float | None = None

    @property
    def go(self) -> bool:
        """Tell whether the dome should be sent to the target now."""
        return self.verdict is Verdict.GO


def decide(
    mount: MountReport,
    dome: DomeReport,
    model: DomeModel | None,
    settings: SlavingSettings,
    default_site: Site,
    now_s: float,
) -> Decision:
    """Decide whether the dome should move.

    Args:
        mount: the mount's latest word.
        dome: the dome's latest word.
        model: where the slit must be for a pointing and a side, or None when there is none (yet).
        settings: dead band, limits and side policy.
        default_site: the place to assume while the mount has not named a credible one.
        now_s: Unix seconds.

    Returns:
        The decision with its reason; it carries target and error whenever they could be computed, also for a stay.
    """
    aim = _aim(mount, settings, default_site, now_s)
    if isinstance(aim, Decision):
        return aim
    if model is None:
        return replace(aim.decision(Verdict.STAY_NO_MODEL), reason="no abaque and no measurements to compute the slit")
    pointing = aim.pointing
    if pointing.altitude_deg < 0.0:
        return replace(
            aim.decision(Verdict.STAY_BELOW_HORIZON),
            reason=f"{aim.what} is below the horizon ({pointing.altitude_deg:.1f}°)",
        )
    try:
        target = model.dome_azimuth(pointing, aim.side)
        radius = model.slit_radius_m(pointing, aim.side)
    except ModelError as error:
        return replace(aim.decision(Verdict.STAY_MODEL_FAILS), reason=str(error))
    turn = difference_deg(target, dome.azimuth_deg)
    lateral = 2.0 * radius * math.sin(math.radians(abs(turn)) / 2.0)
    base = replace(
        aim.decision(Verdict.GO),
        target_deg=target,
        error_deg=turn,
        lateral_m=lateral,
        clearance_m=settings.clearance_m - lateral,
    )
    return _judge(base, target, turn, aim.what, dome, settings)


@dataclass(frozen=True, slots=True)
class _Aim:
    """A pointing to follow, and what to call it."""

    pointing: Pointing
    side: PierSide
    side_source: str
    what: str
    data_age_s: float

    def decision(self, verdict: Verdict) -> Decision:
        return Decision(
            verdict,
            "",
            pointing=self.pointing,
            side=self.side,
            side_source=self.side_source,
            data_age_s=self.data_age_s,
        )


def _aim(mount: MountReport, settings: SlavingSettings, default_site: Site, now_s: float) -> _Aim | Decision:
    """Find the pointing that the dome should serve, or the reason why there is none."""
    if mount.position is None:
        return Decision(Verdict.STAY_NO_MOUNT, "the mount has not reported a position yet")
    age = now_s - mount.position_time_s
    if age < -CLOCK_JUMP_S:
        reason = "the computer's clock was set back: waiting for the mount to report again"
        return Decision(Verdict.STAY_STALE, reason)
    age = max(0.0, age)
    if mount.faulted:
        return Decision(Verdict.STAY_MOUNT_FAULT, "the mount reports a fault (Alert) or is gone", data_age_s=age)
    if age > settings.stale_after_s:
        reason = f"mount data are {age:.0f} s old (limit {settings.stale_after_s:.0f} s)"
        return Decision(Verdict.STAY_STALE, reason, data_age_s=age)
    if mount.parked or mount.parking:
        word = "parked" if mount.parked else "parking"
        return Decision(Verdict.STAY_MOUNT_PARKED, f"the mount is {word}", data_age_s=age)
    site = mount.site or default_site
    if mount.target is not None:
        hour_angle, pointing = _pointing(mount.target, site, now_s)
        side, source = _target_side(hour_angle, settings.side_policy)
        return _Aim(pointing, side, source, "the slew's target", age)
    if mount.slewing:
        reason = "the mount is slewing to an unannounced target: waiting for it to arrive"
        return Decision(Verdict.STAY_TARGET_UNKNOWN, reason, data_age_s=age)
    # A mount that stands still keeps its altitude and azimuth, not its right ascension.
    moment = mount.position_time_s if mount.tracking is False else now_s
    hour_angle, pointing = _pointing(mount.position, site, moment)
    side, source = _present_side(mount.side, hour_angle, settings.side_policy)
    return _Aim(pointing, side, source, "the telescope", age)


def _pointing(position: Equatorial, site: Site, moment_s: float) -> tuple[float, Pointing]:
    hour_angle = hour_angle_deg(position.ra_h, site.longitude_deg, moment_s)
    altitude, azimuth = horizontal(hour_angle, position.dec_deg, site.latitude_deg)
    return hour_angle, Pointing(altitude, azimuth, hour_angle)


def _fixed_side(policy: SidePolicy) -> tuple[PierSide, str] | None:
    if policy is SidePolicy.WEST:
        return PierSide.WEST, "fixed by the user"
    if policy is SidePolicy.EAST:
        return PierSide.EAST, "fixed by the user"
    if policy is SidePolicy.IGNORE:
        return PierSide.NONE, "ignored by the user"
    return None


def _target_side(hour_angle: float, policy: SidePolicy) -> tuple[PierSide, str]:
    return _fixed_side(policy) or (side_from_hour_angle(hour_angle), "hour angle of the slew's target")


def _present_side(reported: PierSide | None, hour_angle: float, policy: SidePolicy) -> tuple[PierSide, str]:
    fixed = _fixed_side(policy)
    if fixed:
        return fixed
    if policy is SidePolicy.MOUNT and reported is not None:
        return reported, "mount"
    if policy is SidePolicy.MOUNT:
        return side_from_hour_angle(hour_angle), "hour angle (the mount does not report its side)"
    return side_from_hour_angle(hour_angle), "hour angle"


def _judge(
    base: Decision, target: float, turn: float, what: str, dome: DomeReport, settings: SlavingSettings
) -> Decision:
    """Hold the wanted azimuth against what the dome is doing."""
    if dome.parked:
        return replace(base, verdict=Verdict.STAY_DOME_PARKED, reason="the dome is parked: unpark it to follow")
    if not dome.position_known:
        reason = "the dome does not know its azimuth: sync it (DOME_SYNC) first"
        return replace(base, verdict=Verdict.STAY_DOME_LOST, reason=reason)
    if dome.occupied:
        return replace(base, verdict=Verdict.STAY_DOME_BUSY, reason=dome.occupied)
    if dome.moving and dome.target_deg is not None:
        shift = abs(difference_deg(target, dome.target_deg))
        if shift <= settings.threshold_deg:
            reason = f"on the way to {dome.target_deg:.2f}° for {what}"
            return replace(base, verdict=Verdict.STAY_ON_THE_WAY, reason=reason)
        return replace(base, reason=f"{what} now needs {target:.2f}°, {shift:.2f}° beside the present goal")
    if abs(turn) <= settings.threshold_deg:
        reason = f"within {settings.threshold_deg:g}° of {target:.2f}° for {what}"
        return replace(base, verdict=Verdict.STAY_ON_TARGET, reason=reason)
    return replace(base, reason=f"{what} needs {target:.2f}°, {abs(turn):.2f}° away")
