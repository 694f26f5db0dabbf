"""Takes a measurement from what mount and dome say now, or says why this is not the moment."""

from astro.aim import Aim, Hold, NoAim, find_aim
from astro.angles import normalise_deg
from astro.calibration import CalibrationPoint
from astro.mount_report import MountReport, Site
from astro.slaving import DomeReport
from astro.slaving_settings import SlavingSettings


class NotNowError(ValueError):
    """Report why nothing can be recorded at this moment; the message says what to do."""


class SilentMountError(NotNowError):
    """Report that the mount's last word is too old; asking it again may help."""


def aim(mount: MountReport, settings: SlavingSettings, default_site: Site, now_s: float) -> Aim:
    """Read the telescope's direction; the slaving's own rules say whether it can be trusted.

    Args:
        mount: its latest word.
        settings: of the slaving: who says on which side the tube is, and when the mount's word no longer counts.
        default_site: place to assume while the mount names none.
        now_s: Unix seconds.

    Returns:
        The direction.

    Raises:
        NotNowError: the mount slews, is parked, silent or at fault.
    """
    if mount.position is not None and (mount.slewing or mount.target is not None):
        raise NotNowError("the mount is slewing: wait until it has arrived, then centre the slit again")
    found = find_aim(mount, settings, default_site, now_s)
    if isinstance(found, Hold):
        error = SilentMountError if found.why in (NoAim.STALE, NoAim.NO_MOUNT) else NotNowError
        raise error(found.reason)
    return found


def take_point(
    mount: MountReport,
    dome: DomeReport,
    settings: SlavingSettings,
    default_site: Site,
    now_s: float,
    *,
    slaved: bool = False,
    note: str = "",
) -> CalibrationPoint:
    """Take one measurement.

    Args:
        mount: its latest word.
        dome: its latest word.
        settings: of the slaving: who says on which side the tube is, and when the mount's word no longer counts.
        default_site: place to assume while the mount names none.
        now_s: Unix seconds.
        slaved: the dome follows a model: its azimuth is the model's, not what a person saw.
        note: a remark to keep with it.

    Returns:
        The point.

    Raises:
        NotNowError: mount or dome cannot be trusted at this moment.
    """
    seen = aim(mount, settings, default_site, now_s)
    if seen.pointing.altitude_deg < 0.0:
        raise NotNowError(
            f"the telescope points below the horizon ({seen.pointing.altitude_deg:.1f}°): check site and time of the "
            "mount, or slew up"
        )
    if dome.moving or dome.occupied:
        raise NotNowError("the dome is turning: wait until it stands, with the slit centred in front of the tube")
    if dome.parked:
        raise NotNowError("the dome is parked: unpark it and centre the slit in front of the tube")
    if not dome.position_known:
        raise NotNowError("the dome does not know its azimuth: find home (HOME) or sync it (DOME_SYNC) first")
    if slaved:
        raise NotNowError(
            "the dome follows the telescope by itself, so its azimuth is the old model's: switch slaving off "
            "(DOME_AUTOSYNC), then centre the slit by eye with the dome's motion buttons"
        )
    return CalibrationPoint(
        time_s=now_s,
        altitude_deg=seen.pointing.altitude_deg,
        azimuth_deg=normalise_deg(seen.pointing.azimuth_deg),
        hour_angle_deg=seen.hour_angle_deg,
        declination_deg=seen.dec_deg,
        side=seen.side,
        side_source=seen.side_source,
        dome_azimuth_deg=normalise_deg(dome.azimuth_deg),
        note=note,
    )
