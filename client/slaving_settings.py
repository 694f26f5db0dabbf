"""Makes the settings of a slaving decision from the configuration."""

from typing import TYPE_CHECKING

from astro.slaving_settings import Rule, SidePolicy, SlavingSettings

if TYPE_CHECKING:  # reading a configuration costs start-up time that not every command needs
    from indi_dome_driver.config import Config

DEG_PER_MIN = 0.25
"""How far the sky turns in a minute (of hour angle), degrees."""


def slaving_settings(
    config: "Config", side_policy: SidePolicy | None = None, threshold_deg: float | None = None
) -> SlavingSettings:
    """Put together what a decision needs.

    Args:
        config: of the observatory.
        side_policy: instead of the configured one.
        threshold_deg: move by this dead band instead of the configured rule, degrees.

    Returns:
        The settings.
    """
    slaving, dome = config.slaving, config.dome
    reported = SidePolicy.MOUNT_INVERTED if slaving.mount_side == "inverted" else SidePolicy.MOUNT
    return SlavingSettings(
        rule=Rule(slaving.rule) if threshold_deg is None else Rule.THRESHOLD,
        clearance_m=max(0.0, (dome.slit_width_m - dome.tube_diameter_m) / 2.0),
        share=slaving.move_share,
        largest_error_deg=slaving.largest_error_deg,
        threshold_deg=slaving.threshold_deg if threshold_deg is None else threshold_deg,
        stale_after_s=slaving.stale_after_s,
        side_policy=reported if side_policy is None else side_policy,
        flip_hour_angle_deg=slaving.flip_hour_angle_min * DEG_PER_MIN if slaving.flip_time == "known" else None,
        flip_late_deg=slaving.flip_latest_min * DEG_PER_MIN,
        lean_margin_m=slaving.lean_margin_mm / 1000.0,
        dome_rate_deg_s=dome.rate_deg_min / 60.0,
    )
