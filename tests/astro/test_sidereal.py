"""Sidereal time and horizontal coordinates against ERFA (the IAU's routines) and against themselves."""

import math

import erfa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astro.angles import difference_deg
from astro.sidereal import apparent_sidereal_time_deg, horizontal, hour_angle_deg

YEAR_S = 365.25 * 86400.0


@pytest.mark.parametrize("year", [2000, 2017, 2026.89, 2030, 2045])
@pytest.mark.parametrize("day_fraction", [0.0, 0.25, 0.987])
def test_apparent_sidereal_time_is_erfas_within_half_an_arcsecond(year: float, day_fraction: float) -> None:
    unix_s = (year - 1970.0) * YEAR_S + day_fraction * 86400.0
    utc = unix_s / 86400.0
    expected = math.degrees(erfa.gst06a(2440587.5, utc, 2440587.5, utc + 69.184 / 86400.0))
    assert abs(difference_deg(apparent_sidereal_time_deg(unix_s), expected)) < 0.5 / 3600.0


def test_hour_angle_grows_by_a_turn_in_a_sidereal_day() -> None:
    start = hour_angle_deg(5.0, 10.0, 1.7e9)
    assert abs(difference_deg(hour_angle_deg(5.0, 10.0, 1.7e9 + 86164.0905), start)) < 1e-3


@given(st.floats(-180, 179.99), st.floats(-89, 89), st.floats(-85, 85))
def test_horizontal_coordinates_are_erfas(hour_angle: float, declination: float, latitude: float) -> None:
    altitude, azimuth = horizontal(hour_angle, declination, latitude)
    az, alt = erfa.hd2ae(math.radians(hour_angle), math.radians(declination), math.radians(latitude))
    assert altitude == pytest.approx(math.degrees(alt), abs=1e-7)
    if abs(altitude) < 89.9:
        assert abs(difference_deg(azimuth, math.degrees(az))) < 1e-6


def test_the_pole_stands_north_at_the_latitude() -> None:
    assert horizontal(77.0, 90.0, 44.15) == pytest.approx((44.15, 0.0), abs=1e-9)
