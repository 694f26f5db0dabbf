"""The closed form against golden vectors, against a derivation with vectors, and at its seams."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astro.angles import difference_deg
from astro.errors import ModelError
from astro.geometry import Geometry, hour_angle_deg
from astro.pier import PierSide
from astro.pointing import Pointing

SITE = Geometry(
    radius_m=1.2,
    east_m=0.005,
    north_m=0.070,
    up_m=-0.138,
    tube_offset_m=0.410,
    latitude_deg=44.15,
    zero_low_deg=-0.88,
    zero_high_deg=-6.41,
    ramp_low_deg=70.0,
    ramp_high_deg=72.5,
)
SIDES = {"W": PierSide.WEST, "E": PierSide.EAST}

# Altitude, azimuth, side of the tube, slit point (x, y, z), its distance from the axis, geometric azimuth, reading.
VECTORS = [
    (30, 90, "W", 0.9161, -0.1938, 0.7504, 0.9364, 101.947, 101.067),
    (30, 180, "W", -0.4050, -1.0178, 0.4900, 1.0954, 201.699, 200.819),
    (30, 182, "E", 0.3769, -1.0245, 0.4984, 1.0916, 159.803, 158.923),
    (30, 270, "E", -0.9129, -0.1938, 0.7543, 0.9333, 258.012, 257.132),
    (30, 0, "E", -0.4050, 1.0463, 0.4257, 1.1220, 338.840, 337.960),
    (30, 15, "W", 0.5554, 0.8408, 0.6516, 1.0077, 33.449, 32.569),
    (45, 45, "W", 0.4956, 0.4128, 1.0119, 0.6450, 50.210, 49.330),
    (45, 315, "E", -0.4877, 0.4149, 1.0149, 0.6403, 310.387, 309.507),
    (53, 15, "W", -0.1049, 0.5883, 1.0406, 0.5976, 349.891, 349.011),
    (53, 345, "E", 0.1150, 0.5877, 1.0399, 0.5989, 11.074, 10.194),
    (60, 120, "W", 0.2022, -0.3883, 1.1173, 0.4378, 152.491, 151.611),
    (60, 240, "E", -0.1930, -0.3887, 1.1188, 0.4340, 206.399, 205.519),
    (60, 190, "W", -0.5144, -0.5342, 0.9434, 0.7416, 223.916, 223.036),
    (65, 75, "W", 0.1896, 0.0435, 1.1841, 0.1945, 77.077, 76.197),
    (70, 150, "W", -0.1771, -0.3661, 1.1290, 0.4067, 205.816, 204.936),
    (70, 210, "E", 0.1874, -0.3657, 1.1275, 0.4109, 152.866, 151.986),
    (71.25, 100, "W", 0.0354, -0.1167, 1.1938, 0.1219, 163.135, 159.490),
    (72.5, 180, "W", -0.4050, -0.3155, 1.0846, 0.5134, 232.081, 225.671),
    (75, 180, "W", -0.4050, -0.2614, 1.0989, 0.4820, 237.157, 230.747),
    (75, 180, "E", 0.4150, -0.2605, 1.0954, 0.4900, 122.116, 115.706),
    (75, 350, "W", -0.4590, 0.4098, 1.0302, 0.6153, 311.760, 305.350),
    (77.5, 60, "W", -0.1501, 0.1251, 1.1840, 0.1955, 309.813, 303.403),
    (80, 0, "W", -0.4050, 0.2870, 1.0925, 0.4964, 305.321, 298.911),
    (80, 345, "E", 0.3576, 0.2581, 1.1160, 0.4410, 54.183, 47.773),
    (85, 180, "W", -0.4050, -0.0408, 1.1289, 0.4071, 264.242, 257.832),
    (85, 182, "E", 0.4111, -0.0416, 1.1266, 0.4132, 95.776, 89.366),
    (85, 90, "W", -0.2912, 0.0354, 1.1636, 0.2934, 276.937, 270.527),
    (10, 135, "W", 0.5912, -1.0012, 0.2969, 1.1627, 149.437, 148.557),
    (88, 200, "E", 0.3998, 0.0239, 1.1312, 0.4006, 86.579, 80.169),
    (20, 355, "E", -0.4880, 1.0544, 0.3003, 1.1618, 335.164, 334.284),
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v[0]}-{v[1]}{v[2]}")
def test_golden_vectors(vector: tuple[float, float, str, float, float, float, float, float, float]) -> None:
    altitude, azimuth, letter, x, y, z, rho, geometric, reading = vector
    pointing, side = Pointing(altitude, azimuth), SIDES[letter]
    assert SITE.slit_point(pointing, side) == pytest.approx((x, y, z), abs=1e-4)
    assert SITE.slit_radius_m(pointing, side) == pytest.approx(rho, abs=1e-4)
    assert abs(difference_deg(SITE.dome_azimuth(pointing, side), reading)) <= 1e-3
    bare = replace(SITE, zero_low_deg=0.0, zero_high_deg=0.0)
    assert abs(difference_deg(bare.dome_azimuth(pointing, side), geometric)) <= 1e-3


def offset_from_slit(geometry: Geometry, pointing: Pointing) -> np.ndarray:
    """Recover the unit offset of the tube: half the distance between the optical axes of both sides."""
    altitude, azimuth = math.radians(pointing.altitude_deg), math.radians(pointing.azimuth_deg)
    sight = np.array(
        [math.cos(altitude) * math.sin(azimuth), math.cos(altitude) * math.cos(azimuth), math.sin(altitude)]
    )
    between = np.subtract(geometry.slit_point(pointing, PierSide.WEST), geometry.slit_point(pointing, PierSide.EAST))
    across = between - (between @ sight) * sight
    return np.asarray(across / (2.0 * geometry.tube_offset_m))


@given(altitude=st.floats(-10.0, 89.0), azimuth=st.floats(0.0, 360.0), latitude=st.floats(-80.0, 80.0))
def test_tube_offset_is_perpendicular_to_the_polar_axis(altitude: float, azimuth: float, latitude: float) -> None:
    geometry = replace(SITE, latitude_deg=latitude)
    offset = offset_from_slit(geometry, Pointing(altitude, azimuth))
    pole = np.array([0.0, math.cos(math.radians(latitude)), math.sin(math.radians(latitude))])
    assert abs(offset @ pole) < 1e-9
    assert np.linalg.norm(offset) == pytest.approx(1.0, abs=1e-9)


def test_six_hours_east_the_tube_is_above_the_axis() -> None:
    # On the celestial equator at H = -6 h the telescope looks due east along the horizon.
    assert hour_angle_deg(0.0, 90.0, 44.15) == pytest.approx(-90.0, abs=1e-12)
    latitude = math.radians(44.15)
    offset = offset_from_slit(SITE, Pointing(0.0, 90.0))
    assert offset == pytest.approx([0.0, -math.sin(latitude), math.cos(latitude)], abs=1e-12)


def by_vectors(
    geometry: Geometry, hour_angle: float, declination: float, sign: int
) -> tuple[float, float, float, float]:
    """Derive altitude, azimuth and slit point by turning the mount's axes, as the metal does (radians in and out)."""
    latitude = math.radians(geometry.latitude_deg)
    pole = np.array([0.0, math.cos(latitude), math.sin(latitude)])
    south_equator = np.array([0.0, -math.sin(latitude), math.cos(latitude)])
    west = np.array([-1.0, 0.0, 0.0])
    in_equator = math.cos(hour_angle) * south_equator + math.sin(hour_angle) * west
    sight = math.sin(declination) * pole + math.cos(declination) * in_equator
    offset = np.cross(in_equator, pole)  # the declination axis; points west when the telescope is on the meridian
    centre = np.array([geometry.east_m, geometry.north_m, geometry.up_m]) + sign * geometry.tube_offset_m * offset
    nearest = centre - (centre @ sight) * sight  # foot of the perpendicular from the centre of the sphere
    point = nearest + math.sqrt(geometry.radius_m**2 - nearest @ nearest) * sight
    return math.asin(np.clip(sight[2], -1.0, 1.0)), math.atan2(sight[0], sight[1]), point[0], point[1]


def test_agrees_with_an_independent_derivation_over_the_sky() -> None:
    worst_deg = 0.0
    for latitude in (-60.0, -33.0, -5.0, 10.0, 44.15, 67.0):
        geometry = replace(SITE, latitude_deg=latitude, zero_low_deg=0.0, zero_high_deg=0.0)
        for hour_angle in np.radians(np.arange(-175.0, 180.0, 25.0)):
            for declination in np.radians([-70.0, -41.0, -20.0, 0.0, 17.0, 38.0, 55.0, 72.0, 88.0]):
                for side in (PierSide.WEST, PierSide.EAST, PierSide.NONE):
                    altitude, azimuth, x, y = by_vectors(geometry, hour_angle, declination, side.sign)
                    if math.hypot(x, y) < 0.02 or math.cos(altitude) < 0.01:
                        continue  # near a zenith the last digits of an angle are noise
                    pointing = Pointing(math.degrees(altitude), math.degrees(azimuth))
                    turn = difference_deg(geometry.dome_azimuth(pointing, side), math.degrees(math.atan2(x, y)))
                    worst_deg = max(worst_deg, abs(turn))
    assert worst_deg < 1e-9


@settings(max_examples=400)
@given(
    st.one_of(st.floats(15.0, 88.5), st.sampled_from([70.0, 72.5, 71.25])),
    st.one_of(st.floats(0.0, 360.0), st.sampled_from([0.0, 180.0, 359.99])),
    st.sampled_from([PierSide.WEST, PierSide.EAST]),
)
def test_small_steps_of_the_telescope_are_small_steps_of_the_dome(
    altitude: float, azimuth: float, side: PierSide
) -> None:
    here = Pointing(altitude, azimuth)
    from_pole = math.hypot(altitude - 44.15, difference_deg(azimuth, 0.0) * math.cos(math.radians(altitude)))
    if SITE.slit_radius_m(here, side) <= 0.2 or from_pole < 2.2:
        return
    start = SITE.dome_azimuth(here, side)
    assert abs(difference_deg(SITE.dome_azimuth(Pointing(altitude, azimuth + 0.02), side), start)) <= 0.12
    assert abs(difference_deg(SITE.dome_azimuth(Pointing(altitude + 0.02, azimuth), side), start)) <= 0.4


@given(st.floats(-30.0, 90.0), st.floats(-720.0, 720.0), st.sampled_from(list(PierSide)))
def test_whole_turns_of_the_telescope_change_nothing(altitude: float, azimuth: float, side: PierSide) -> None:
    one, other = Pointing(altitude, azimuth), Pointing(altitude, azimuth % 360.0)
    reading = SITE.dome_azimuth(one, side)
    assert 0.0 <= reading < 360.0
    if SITE.slit_radius_m(one, side) > 0.05 and math.hypot(altitude - 44.15, difference_deg(azimuth, 0.0)) > 1.0:
        assert abs(difference_deg(SITE.dome_azimuth(other, side), reading)) < 1e-6


def test_at_the_pole_the_mounts_own_hour_angle_decides() -> None:
    west = SITE.slit_point(Pointing(44.15, 0.0, hour_angle_deg=0.0), PierSide.WEST)
    above = SITE.slit_point(Pointing(44.15, 0.0, hour_angle_deg=-90.0), PierSide.WEST)
    assert west[0] < -0.3  # the tube hangs west
    assert above[2] > west[2] + 0.2  # it stands above the axis
    assert 0.0 <= SITE.dome_azimuth(Pointing(44.15, 0.0), PierSide.WEST) < 360.0
    ignored = SITE.slit_point(Pointing(60.0, 120.0, hour_angle_deg=80.0), PierSide.WEST)
    assert ignored == SITE.slit_point(Pointing(60.0, 120.0), PierSide.WEST)


def test_without_offsets_the_dome_follows_the_telescope() -> None:
    plain = Geometry(1.2, 0.0, 0.0, 0.0, 0.0, 44.15)
    for side in PierSide:
        assert plain.dome_azimuth(Pointing(35.0, 123.0), side) == pytest.approx(123.0, abs=1e-12)
    assert SITE.slit_point(Pointing(35.0, 123.0), PierSide.NONE) == replace(SITE, tube_offset_m=0.0).slit_point(
        Pointing(35.0, 123.0), PierSide.WEST
    )


def test_zero_passes_smoothly_between_two_altitudes() -> None:
    assert SITE.zero_deg(70.0) == -0.88
    assert SITE.zero_deg(72.5) == -6.41
    assert SITE.zero_deg(71.25) == pytest.approx((-0.88 - 6.41) / 2)
    assert abs(SITE.zero_deg(70.01) - SITE.zero_deg(70.0)) < 1e-3
    step = replace(SITE, ramp_low_deg=70.0, ramp_high_deg=70.0)
    assert (step.zero_deg(70.0), step.zero_deg(70.001)) == (-0.88, -6.41)
    one = Geometry(1.2, 0.0, 0.0, 0.0, 0.4, 44.15, zero_low_deg=3.0, zero_high_deg=3.0)
    assert {one.zero_deg(altitude) for altitude in (-5.0, 0.0, 45.0, 90.0)} == {3.0}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"radius_m": 0.0}, "radius must be positive"),
        ({"radius_m": -1.2}, "radius must be positive"),
        ({"up_m": -1.3}, "outside"),
        ({"north_m": math.nan}, "finite"),
        ({"zero_low_deg": math.inf}, "finite"),
        ({"latitude_deg": 91.0}, "latitude"),
    ],
)
def test_an_impossible_dome_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        replace(SITE, **change)


def test_an_impossible_pointing_is_refused() -> None:
    for bad in (math.nan, math.inf, -math.inf):
        for pointing in (Pointing(bad, 10.0), Pointing(10.0, bad)):
            with pytest.raises(ModelError, match="no dome azimuth"):
                SITE.dome_azimuth(pointing, PierSide.WEST)


def test_a_line_of_sight_beside_the_dome_is_refused() -> None:
    wide = replace(SITE, tube_offset_m=2.0)
    with pytest.raises(ModelError, match="does not meet the dome"):
        wide.dome_azimuth(Pointing(30.0, 180.0), PierSide.WEST)
