"""The hour angle, both ways to it, against astropy's horizontal frame."""

import warnings

import pytest
from astropy import units
from astropy.coordinates import AltAz, EarthLocation, SkyCoord
from astropy.time import Time
from astropy.utils import iers

from astro.angles import difference_deg
from astro.frames import apparent_place
from astro.geometry import hour_angle_deg
from astro.mount_report import Site
from astro.sidereal import horizontal
from astro.sidereal import hour_angle_deg as of_right_ascension

MOST_DEG = 0.01
STARS = {"Vega": (279.2347, 38.7837), "NGC 4559": (188.99, 27.96), "M42": (83.82, -5.39), "NGC 188": (12.11, 85.26)}
SITES = [Site(44.15, 5.23), Site(-33.4, -70.8)]
MOMENTS_S = (1_709_334_600.0, 1_795_572_000.0, 2_067_226_200.0)
"""In 2024, 2026 and 2035."""


@pytest.mark.parametrize("star", STARS)
def test_hour_angles_agree_with_the_horizontal_frame(star: str) -> None:
    right_ascension, declination = STARS[star]
    seen = 0
    for site in SITES:
        for unix_s in MOMENTS_S:
            place = EarthLocation(lat=site.latitude_deg * units.deg, lon=site.longitude_deg * units.deg)
            with (
                iers.conf.set_temp("auto_download", False),
                iers.conf.set_temp("auto_max_age", None),
                iers.conf.set_temp("iers_degraded_accuracy", "ignore"),
                warnings.catch_warnings(),
            ):
                warnings.simplefilter("ignore")
                sky = SkyCoord(right_ascension * units.deg, declination * units.deg)
                there = sky.transform_to(AltAz(obstime=Time(unix_s, format="unix"), location=place))
            altitude, azimuth = float(there.alt.deg), float(there.az.deg)
            by_sky = hour_angle_deg(altitude, azimuth, site.latitude_deg)
            of_date = apparent_place(right_ascension, declination, site, unix_s)
            by_clock = of_right_ascension(of_date.ra_h, site.longitude_deg, unix_s)
            near_pole = abs(declination) > 80.0  # an arcsecond of direction is twelve of hour angle there
            assert abs(difference_deg(by_sky, by_clock)) <= (6.0 if near_pole else 1.0) * MOST_DEG
            again = horizontal(by_clock, of_date.dec_deg, site.latitude_deg)
            assert again == pytest.approx((altitude, azimuth), abs=MOST_DEG)
            seen += 1
    assert seen == 6
