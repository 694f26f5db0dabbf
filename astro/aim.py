"""What the dome has to serve: a pointing, the side of the tube and where each is known from, or why there is none."""

from dataclasses import dataclass
from enum import Enum

from astro.angles import difference_deg
from astro.mount_report import Equatorial, MountReport, Site
from astro.pier import PierSide, side_from_hour_angle
from astro.pointing import Pointing
from astro.sidereal import SIDEREAL_DEG_S, horizontal, hour_angle_deg
from astro.slaving_settings import SidePolicy, SlavingSettings

CLOCK_JUMP_S = 1.0
"""Data from farther in the future than this come from before the clock was set back."""
JUMP_SETTLES_S = 5.0
"""A position that leapt without a slew is believed when it has stood this long."""
FAR_DEG = 3.0
"""A slew that leads farther is no nudge."""
UNUSUAL_DEG = 30.0
"""A tube that hangs the wrong way this far from the meridian is worth a remark: drivers mix the sides up."""


class NoAim(Enum):
    """Why nothing is to be served."""

    NO_MOUNT = "no mount data"
    STALE = "stale mount data"
    FAULT = "mount fault"
    PARKED = "mount parked"
    JUMPED = "mount position doubtful"
    TARGET_UNKNOWN = "slew target unknown"


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is to be served for now."""

    why: NoAim
    reason: str
    data_age_s: float | None = None


@dataclass(frozen=True, slots=True)
class Aim:
    """A pointing to serve, and how it goes on."""

    pointing: Pointing
    hour_angle_deg: float
    dec_deg: float
    latitude_deg: float
    side: PierSide
    side_source: str
    what: str
    """What is served, for people."""
    data_age_s: float
    tracking: bool = True
    """The pointing goes with the sky."""
    slewing: bool = False
    """The mount is on its way there (or about to leave)."""

    def later(self, seconds: float) -> Pointing:
        """Tell where the telescope will point.

        Args:
            seconds: from now.

        Returns:
            The pointing then, if the mount goes on as it does.
        """
        return self.at(self.hour_angle_deg + seconds * SIDEREAL_DEG_S) if self.tracking else self.pointing

    def at(self, hour_angle: float) -> Pointing:
        """Give the pointing of the same declination at an hour angle, degrees."""
        altitude, azimuth = horizontal(hour_angle, self.dec_deg, self.latitude_deg)
        return Pointing(altitude, azimuth, hour_angle)


def find_aim(mount: MountReport, settings: SlavingSettings, default_site: Site, now_s: float) -> Aim | Hold:
    """Find what the dome should serve.

    Args:
        mount: the mount's latest word.
        settings: limit of age, side policy, flip.
        default_site: the place to assume while the mount has not named a credible one.
        now_s: Unix seconds.

    Returns:
        The aim, or why there is none.
    """
    if mount.position is None:
        return Hold(NoAim.NO_MOUNT, "the mount has not reported a position yet")
    age = now_s - mount.position_time_s
    if age < -CLOCK_JUMP_S:
        return Hold(NoAim.STALE, "the computer's clock was set back: waiting for the mount to report again")
    age = max(0.0, age)
    if mount.faulted:
        return Hold(NoAim.FAULT, "the mount reports a fault (Alert) or is gone", age)
    if age > settings.stale_after_s:
        return Hold(NoAim.STALE, f"mount data are {age:.0f} s old (limit {settings.stale_after_s:.0f} s)", age)
    if mount.parked or mount.parking:
        return Hold(NoAim.PARKED, f"the mount is {'parked' if mount.parked else 'parking'}", age)
    site = mount.site or default_site
    if mount.target is not None:
        hour_angle = hour_angle_deg(mount.target.ra_h, site.longitude_deg, now_s)
        side, source = _target_side(hour_angle, settings)
        return _aim(mount.target, hour_angle, site, side, source, "the slew's target", age, slewing=True)
    if mount.slewing:
        return _unannounced(mount, settings, site, now_s, age)
    if mount.jump_deg and 0.0 <= now_s - mount.jump_time_s < JUMP_SETTLES_S:
        reason = f"the mount's position leapt by {mount.jump_deg:.0f}° without a slew: waiting {JUMP_SETTLES_S:.0f} s"
        return Hold(NoAim.JUMPED, f"{reason} to see whether it stays", age)
    # A mount that stands still keeps its altitude and azimuth, not its right ascension.
    tracking = mount.tracks(now_s)
    hour_angle = hour_angle_deg(mount.position.ra_h, site.longitude_deg, now_s if tracking else mount.position_time_s)
    side, source = _present_side(mount, hour_angle, settings, site)
    return _aim(mount.position, hour_angle, site, side, source, "the telescope", age, tracking=tracking)


def _aim(
    place: Equatorial,
    hour_angle: float,
    site: Site,
    side: PierSide,
    source: str,
    what: str,
    age: float,
    *,
    tracking: bool = True,
    slewing: bool = False,
) -> Aim:
    altitude, azimuth = horizontal(hour_angle, place.dec_deg, site.latitude_deg)
    pointing = Pointing(altitude, azimuth, hour_angle)
    return Aim(pointing, hour_angle, place.dec_deg, site.latitude_deg, side, source, what, age, tracking, slewing)


def _unannounced(mount: MountReport, settings: SlavingSettings, site: Site, now_s: float, age: float) -> Aim | Hold:
    """Take a slew that begins where a flip is due for the flip; wait for the end of any other."""
    place = mount.settled
    if place is not None and settings.side_policy.may_flip and mount.tracked_before_slew:
        hour_angle = hour_angle_deg(place.ra_h, site.longitude_deg, now_s)
        before, _ = _present_side(mount, hour_angle, settings, site)
        first_deg = min(0.0, settings.flip_hour_angle_deg or 0.0) - 1.0
        due = first_deg <= past_meridian_deg(hour_angle, before) <= settings.latest_flip_deg
        if due and is_far(mount.excursion_deg, place):
            source = "other side: the mount slews where a flip is due"
            return _aim(place, hour_angle, site, before.other, source, "the flip's end", age, slewing=True)
    reason = "the mount is slewing to an unannounced target: waiting for it to arrive"
    return Hold(NoAim.TARGET_UNKNOWN, reason, age)


def is_far(excursion_deg: float, place: Equatorial | None) -> bool:
    """Tell a flip or a slew from a nudge: a flip swings the tube about the pole.

    Args:
        excursion_deg: how far the slew took the mount, degrees.
        place: where it began.
    """
    polar_deg = 90.0 if place is None else 90.0 - abs(place.dec_deg)
    return excursion_deg > min(FAR_DEG, 0.5 * polar_deg)


def past_meridian_deg(hour_angle: float, side: PierSide) -> float:
    """Tell how far a tube is past the point where its side of the pier ends to be the normal one.

    West of the pier that is the upper meridian, east of it the lower one.

    Args:
        hour_angle: degrees, positive to the west.
        side: where the tube is.

    Returns:
        Degrees in (-180, 180]; negative before it is reached. Without a side there is no such point: -180.
    """
    if side is PierSide.NONE:
        return -180.0
    return difference_deg(hour_angle, 0.0 if side is PierSide.WEST else 180.0)


def _fixed_side(policy: SidePolicy) -> tuple[PierSide, str] | None:
    if policy is SidePolicy.WEST:
        return PierSide.WEST, "fixed by the user"
    if policy is SidePolicy.EAST:
        return PierSide.EAST, "fixed by the user"
    if policy is SidePolicy.IGNORE:
        return PierSide.NONE, "ignored by the user"
    return None


def _normal_side(hour_angle: float, settings: SlavingSettings) -> PierSide:
    """Give the side for an hour angle, for a mount that flips where the settings say."""
    return side_from_hour_angle(hour_angle - (settings.flip_hour_angle_deg or 0.0))


def _target_side(hour_angle: float, settings: SlavingSettings) -> tuple[PierSide, str]:
    fixed = _fixed_side(settings.side_policy)
    return fixed or (_normal_side(hour_angle, settings), "hour angle of the slew's target")


def _present_side(mount: MountReport, hour_angle: float, settings: SlavingSettings, site: Site) -> tuple[PierSide, str]:
    policy = settings.side_policy
    fixed = _fixed_side(policy)
    if fixed:
        return fixed
    normal = _normal_side(hour_angle, settings)
    reported, source = mount.side, "mount"
    if policy is SidePolicy.MOUNT_INVERTED and reported is not None:
        reported, source = reported.other, "mount, inverted"
    if policy is not SidePolicy.HOUR_ANGLE and reported is not None:
        past = past_meridian_deg(hour_angle, reported)
        if reported is not normal and UNUSUAL_DEG < past < 180.0 - UNUSUAL_DEG:
            source += f"; unusual at hour angle {hour_angle / 15.0:+.1f} h: is it the right way round?"
        return reported, source
    if policy is SidePolicy.HOUR_ANGLE:
        return normal, "hour angle"
    silent = " (the mount does not report its side)"
    if settings.flip_hour_angle_deg is None and mount.arrived_s is not None and mount.tracked_before_slew:
        # A German mount changes its side by a slew: since the last one it is where it was.
        place = mount.settled or mount.position
        since = (
            side_from_hour_angle(hour_angle_deg(place.ra_h, site.longitude_deg, mount.arrived_s)) if place else normal
        )
        if since is not normal and 0.0 <= past_meridian_deg(hour_angle, since) <= settings.flip_late_deg:
            return since, f"hour angle at the last slew's end: it has not flipped since{silent}"
    return normal, f"hour angle{silent}"
