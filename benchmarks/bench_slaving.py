"""What a slaving decision costs, beside a single dome azimuth from SciPy's interpolator in the same run."""

import numpy as np
from scipy.interpolate import RegularGridInterpolator
from support import Row, show, time_calls

from astro.geometry import Geometry
from astro.mount_report import Equatorial, MountReport, Site
from astro.pier import PierSide
from astro.sidereal import SIDEREAL_DEG_S, hour_angle_deg
from astro.slaving import DomeReport, SlavingSettings, decide

SITE = Site(44.15, 5.23)
MODEL = Geometry(1.2, 0.005, 0.07, -0.138, 0.41, 44.15, -0.88, -6.41, 70.0, 72.5)
NOW_S = 1_790_000_000.0
CALLS = 500


def mount(hour_angle: float, dec_deg: float) -> MountReport:
    """Have a mount track at an hour angle, degrees."""
    ra_h = (hour_angle_deg(0.0, SITE.longitude_deg, NOW_S) - hour_angle) / 15.0 % 24.0
    place = Equatorial(ra_h, dec_deg)
    return MountReport(place, NOW_S, tracking=True, side=PierSide.WEST, settled=place, arrived_s=NOW_S)


def main() -> None:
    """Time the kinds of decision that differ in cost."""
    grid = RegularGridInterpolator(
        (np.linspace(20.0, 90.0, 15), np.linspace(0.0, 360.0, 25)), np.random.default_rng(1).random((15, 25))
    )
    settings = SlavingSettings()

    def case(hour_angle: float, dec_deg: float, away_deg: float) -> list[float]:
        report = mount(hour_angle, dec_deg)
        target = decide(report, DomeReport(0.0), MODEL, settings, SITE, NOW_S).target_deg or 0.0
        dome = DomeReport((target + away_deg) % 360.0)
        return time_calls(lambda: decide(report, dome, MODEL, settings, SITE, NOW_S), CALLS)

    rows = [
        Row("SciPy RegularGridInterpolator, one point", time_calls(lambda: grid([(45.0, 100.0)]), CALLS)),
        Row("decide: stay", case(-45.0, 20.0, 0.5)),
        Row("decide: wait for a flip", case(-60.0 * SIDEREAL_DEG_S, 28.0, 0.0)),
        Row("decide: go, a place for longest", case(-45.0, 20.0, 30.0)),
        Row("decide: go, near the pole (3 h ahead)", case(-100.0, 85.0, 60.0)),
    ]
    show("One slaving decision", "us", rows, peer=0)


if __name__ == "__main__":
    main()
