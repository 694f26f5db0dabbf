"""The geometry over arrays: the same as one pointing at a time, perpendicular, continuous, and fast."""

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astro import sidereal
from astro.errors import ModelError
from astro.geometry import Geometry
from astro.geometry_array import horizontal, sights, slit_points, slits, tube_offsets, zeros
from astro.pier import PierSide
from astro.pointing import Pointing

SITE = Geometry(1.2, 0.005, 0.070, -0.138, 0.410, 44.15, -0.88, -6.41, 70.0, 72.5)
BOTH = (PierSide.WEST, PierSide.EAST)


def apart_deg(one: object, other: object) -> np.ndarray:
    return np.abs((np.subtract(one, other) + 180.0) % 360.0 - 180.0)


@pytest.mark.parametrize("latitude_deg", [-44.15, 0.0, 44.15, 90.0])
def test_arrays_agree_with_single_pointings_over_the_sky(latitude_deg: float) -> None:
    site = replace(SITE, latitude_deg=latitude_deg)
    altitude, azimuth = (each.ravel() for each in np.meshgrid(np.arange(-4.0, 90.0, 3.1), np.arange(0.0, 360.0, 7.3)))
    hour_angle = np.where(np.arange(altitude.size) % 3 == 0, np.nan, azimuth - 180.0)
    signs = np.arange(altitude.size) % 3 - 1
    points = slit_points(site, altitude, azimuth, signs, hour_angle)
    found = slits(site, altitude, azimuth, signs, hour_angle)
    rows = zip(altitude.tolist(), azimuth.tolist(), hour_angle.tolist(), signs.tolist(), strict=True)
    asked = [(Pointing(alt, az, None if math.isnan(h) else h), PierSide(sign)) for alt, az, h, sign in rows]
    single = np.array([site.slit(*each) for each in asked])
    clear = single[:, 1] > 0.002
    assert np.max(apart_deg(found.azimuth_deg, single[:, 0])[clear]) <= 1e-10
    assert np.max(np.abs(found.radius_m - single[:, 1])) <= 1e-13
    assert np.max(np.abs(points.T - [site.slit_point(*each) for each in asked])) <= 1e-13
    assert 0.0 <= found.azimuth_deg.min() <= found.azimuth_deg.max() < 360.0


@settings(max_examples=200)
@given(
    st.floats(-10.0, 89.9),
    st.floats(-720.0, 720.0),
    st.sampled_from(list(PierSide)),
    st.floats(-80.0, 80.0),
    st.one_of(st.none(), st.floats(-180.0, 180.0)),
)
def test_any_single_pointing_agrees(
    altitude: float, azimuth: float, side: PierSide, latitude: float, hour_angle: float | None
) -> None:
    site, pointing = replace(SITE, latitude_deg=latitude), Pointing(altitude, azimuth, hour_angle)
    expected = site.slit(pointing, side)
    assert expected == (site.dome_azimuth(pointing, side), site.slit_radius_m(pointing, side))
    found = slits(site, [altitude], azimuth, side, hour_angle)
    pole = [0.0, math.cos(math.radians(latitude)), math.sin(math.radians(latitude))]
    # At the pole itself only the mount's hour angle tells how the tube hangs.
    away = hour_angle is not None or np.linalg.norm(np.cross(sights(altitude, azimuth), pole)) > 1e-3
    if expected.radius_m > 0.002 and away:
        assert apart_deg(found.azimuth_deg[0], expected.azimuth_deg) <= 1e-10
        assert found.radius_m[0] == pytest.approx(expected.radius_m, abs=1e-12)


@given(st.floats(-90.0, 90.0), st.floats(0.0, 360.0), st.floats(-90.0, 90.0))
def test_the_offset_is_a_unit_vector_perpendicular_to_the_polar_axis(
    altitude: float, azimuth: float, latitude: float
) -> None:
    offset = tube_offsets(sights(altitude, azimuth), latitude)
    pole = np.array([0.0, math.cos(math.radians(latitude)), math.sin(math.radians(latitude))])
    assert abs(offset @ pole) <= 1e-12
    assert np.linalg.norm(offset) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("latitude_deg", [-60.0, -33.0, 0.0, 44.15, 80.0])
def test_six_hours_before_the_meridian_it_points_away_from_the_ground(latitude_deg: float) -> None:
    latitude = math.radians(latitude_deg)
    for declination in (-20.0, 0.0, 50.0):
        sight = sights(*horizontal(-90.0, declination, latitude_deg))
        expected = [0.0, -math.sin(latitude), math.cos(latitude)]
        assert tube_offsets(sight, latitude_deg) == pytest.approx(expected, abs=1e-12)


def test_small_steps_of_the_telescope_are_small_steps_of_the_dome_everywhere() -> None:
    altitudes = np.append(np.arange(15.0, 88.6, 0.35), [69.99, 70.0, 71.25, 72.49, 72.5])
    azimuths = np.append(np.arange(0.0, 360.0, 0.9), [359.99, 179.99])
    altitude, azimuth = (each.ravel() for each in np.meshgrid(altitudes, azimuths))
    distance = sights(altitude, azimuth).T @ sights(44.15, 0.0)
    checked = 0
    for side in BOTH:
        here = slits(SITE, altitude, azimuth, side)
        clear = (here.radius_m > 0.2) & (distance < math.cos(math.radians(2.05)))
        sideways = slits(SITE, altitude, azimuth + 0.02, side)
        upwards = slits(SITE, altitude + 0.02, azimuth, side)
        assert np.max(apart_deg(sideways.azimuth_deg, here.azimuth_deg)[clear]) <= 0.12
        assert np.max(apart_deg(upwards.azimuth_deg, here.azimuth_deg)[clear]) <= 0.4
        checked += int(clear.sum())
    assert checked > 100_000


@given(st.floats(-180, 180), st.floats(-89, 89), st.floats(-85, 85))
def test_horizontal_coordinates_agree_with_single_ones(hour_angle: float, declination: float, latitude: float) -> None:
    altitude, azimuth = horizontal([hour_angle], declination, latitude)
    expected = sidereal.horizontal(hour_angle, declination, latitude)
    assert altitude[0] == pytest.approx(expected[0], abs=1e-10)
    if abs(expected[0]) < 89.9:
        assert apart_deg(azimuth[0], expected[1]) <= 1e-10


def test_zeros_agree_with_single_ones_on_ramps_steps_and_without() -> None:
    altitudes = np.array([-3.0, 69.9, 70.0, 70.001, 71.3, 72.5, 90.0])
    for site in (SITE, replace(SITE, ramp_high_deg=70.0), replace(SITE, zero_high_deg=-0.88)):
        assert zeros(site, altitudes) == pytest.approx([site.zero_deg(float(each)) for each in altitudes], abs=1e-13)


def test_what_one_pointing_refuses_is_not_a_number() -> None:
    wide = replace(SITE, tube_offset_m=2.0)
    with pytest.raises(ModelError):
        wide.slit(Pointing(30.0, 180.0), PierSide.WEST)
    found = slits(wide, [30.0, math.nan, 30.0], [180.0, 10.0, math.inf], PierSide.WEST)
    assert np.isnan(found.azimuth_deg).all()
    assert np.isnan(found.radius_m).all()
    assert np.isfinite(slits(wide, [30.0, 30.0], 180.0, [0, 0]).azimuth_deg).all()


def test_shapes_go_together_and_inputs_stay_as_they_were() -> None:
    altitude, azimuth = np.linspace(20.0, 80.0, 5)[:, None], np.linspace(0.0, 350.0, 7)
    before = altitude.copy(), azimuth.copy()
    assert slits(SITE, altitude, azimuth, PierSide.WEST).azimuth_deg.shape == (5, 7)
    assert slits(SITE, 40.0, azimuth, [1, -1, 0, 1, -1, 0, 1], -20.0).azimuth_deg.shape == (7,)
    assert slits(SITE, 40.0, 120.0, PierSide.WEST).azimuth_deg == pytest.approx(
        SITE.dome_azimuth(Pointing(40.0, 120.0), PierSide.WEST)
    )
    assert np.array_equal(altitude, before[0])
    assert np.array_equal(azimuth, before[1])


def least_cpu_s(action: object, repeats: int) -> float:
    """Give the least CPU time of several runs: what the code costs, whatever else the machine does."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        action()  # type: ignore[operator]
        times.append(time.process_time() - start)
    return min(times)


def test_a_night_of_seconds_costs_a_tenth_of_one() -> None:
    hour_angle = np.linspace(-180.0, 180.0, 86_400)

    def night() -> None:
        altitude, azimuth = horizontal(hour_angle, 20.0, 44.15)
        slits(SITE, altitude, azimuth, np.where(hour_angle < 0.0, 1, -1), hour_angle)

    assert least_cpu_s(night, 5) <= 0.100


def test_one_azimuth_costs_microseconds() -> None:
    pointing = Pointing(40.0, 100.0)

    def thousand() -> None:
        for _ in range(1000):
            SITE.dome_azimuth(pointing, PierSide.WEST)

    assert least_cpu_s(thousand, 9) <= 5e-3
