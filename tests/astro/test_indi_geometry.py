"""INDI's own dome geometry: its formula, how it differs from the metal, and where it does not."""

import math
from dataclasses import replace

import numpy as np
import pytest

from astro.angles import difference_deg
from astro.errors import ModelError
from astro.geometry import Geometry
from astro.indi_geometry import IndiGeometry
from astro.pier import PierSide
from astro.pointing import Pointing

SITE = Geometry(1.2, 0.005, 0.070, -0.138, 0.410, 44.15)
NOMINAL = Geometry(1.2, 0.0, 0.0, 0.0, 0.40, 44.15)

SIDES = {"W": PierSide.WEST, "E": PierSide.EAST}

# Altitude, azimuth, side; the azimuth that the metal needs (as in the tests of the geometry), the one that INDI
# computes (worked out apart from this code, from INDI's two angles and its quadratic equation), and how many
# millimetres clockwise INDI's slit stands beside the beam. Lengths of SITE.
VECTORS = [
    (30, 90, "W", 101.947, 99.682, -37.0),
    (30, 270, "E", 258.012, 260.306, 37.4),
    (30, 15, "W", 33.449, 31.023, -42.7),
    (45, 45, "W", 50.210, 48.574, -18.4),
    (45, 315, "E", 310.387, 311.847, 16.3),
    (53, 345, "E", 11.074, 4.592, -67.7),
    (60, 120, "W", 152.491, 145.134, -56.2),
    (60, 240, "E", 206.399, 214.069, 58.1),
    (70, 150, "W", 205.816, 201.637, -29.7),
    (70, 210, "E", 152.866, 157.081, 30.2),
    (75, 350, "W", 311.760, 311.047, -7.7),
    (85, 90, "W", 276.937, 277.091, 0.8),
    (10, 135, "W", 149.437, 149.077, -7.3),
    (88, 200, "E", 86.579, 86.623, 0.3),
    (60, 190, "W", 223.916, 224.901, 12.7),
    (20, 355, "E", 335.164, 335.558, 8.0),
]


def beside_mm(dome: Geometry, indi: IndiGeometry, pointing: Pointing, side: PierSide) -> float:
    """Tell how far INDI's slit stands beside the beam, clockwise."""
    true, theirs = dome.slit(pointing, side), indi.dome_azimuth(pointing, side)
    return 2000.0 * true.radius_m * math.sin(math.radians(difference_deg(theirs, true.azimuth_deg)) / 2.0)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v[0]}-{v[1]}{v[2]}")
def test_golden_vectors_of_both(vector: tuple[float, float, str, float, float, float]) -> None:
    altitude, azimuth, letter, metal_deg, indi_deg, beside = vector
    pointing, side = Pointing(altitude, azimuth), SIDES[letter]
    assert SITE.dome_azimuth(pointing, side) == pytest.approx(metal_deg, abs=1e-3)
    assert IndiGeometry(SITE).dome_azimuth(pointing, side) == pytest.approx(indi_deg, abs=1e-3)
    assert beside_mm(SITE, IndiGeometry(SITE), pointing, side) == pytest.approx(beside, abs=0.1)


def test_the_offset_differs_from_the_metal_in_the_sign_of_its_height_alone() -> None:
    for latitude_deg in (-33.0, 0.0, 44.15, 60.0):
        site = replace(SITE, latitude_deg=latitude_deg)
        sin_lat, cos_lat = math.sin(math.radians(latitude_deg)), math.cos(math.radians(latitude_deg))
        for hour_angle in (-150.0, -90.0, -20.0, 0.0, 45.0, 90.0):
            sine, cosine = math.sin(math.radians(hour_angle)), math.cos(math.radians(hour_angle))
            metal = (-cosine, sin_lat * sine, -cos_lat * sine)
            east, north, up = IndiGeometry(site).optical_centre(hour_angle, PierSide.WEST)
            assert (east - 0.005, north - 0.070, up + 0.138) == pytest.approx(
                (0.41 * metal[0], 0.41 * metal[1], -0.41 * metal[2]), abs=1e-15
            )


def test_a_tube_above_the_axis_is_taken_to_hang_below_it() -> None:
    assert IndiGeometry(NOMINAL).optical_centre(-90.0, PierSide.WEST)[2] == pytest.approx(
        -0.40 * math.cos(math.radians(44.15))
    )


def test_on_the_meridian_and_without_an_offset_both_agree() -> None:
    for azimuth in (0.0, 180.0):
        for altitude in (35.0, 60.0, 80.0):
            for side in PierSide:
                pointing = Pointing(altitude, azimuth)
                assert difference_deg(
                    IndiGeometry(SITE).dome_azimuth(pointing, side), SITE.dome_azimuth(pointing, side)
                ) == pytest.approx(0.0, abs=1e-9)
    plain = replace(SITE, tube_offset_m=0.0)
    for pointing in (Pointing(20.0, 77.0), Pointing(70.0, 290.0)):
        assert IndiGeometry(plain).slit(pointing, PierSide.WEST) == pytest.approx(plain.slit(pointing, PierSide.WEST))
    assert IndiGeometry(SITE).slit(Pointing(40.0, 80.0), PierSide.NONE) == pytest.approx(
        SITE.slit(Pointing(40.0, 80.0), PierSide.NONE)
    )


def test_over_the_sky_half_of_the_answers_are_five_centimetres_off() -> None:
    # Equal areas above altitude 20 degrees, the natural side, the lengths of a usual dome.
    heights = np.degrees(np.arcsin(np.linspace(math.sin(math.radians(20.0)), math.sin(math.radians(89.0)), 37)))
    indi, beside = IndiGeometry(NOMINAL), []
    for altitude in heights.tolist():
        for azimuth in np.arange(2.5, 360.0, 5.0).tolist():
            side = PierSide.WEST if azimuth < 180.0 else PierSide.EAST
            beside.append(abs(beside_mm(NOMINAL, indi, Pointing(altitude, azimuth), side)))
    assert np.median(beside) == pytest.approx(50.5, abs=1.5)
    assert np.quantile(beside, 0.95) == pytest.approx(72.0, abs=2.0)
    # The worst places are where the beam leaves near the dome's zenith.
    assert abs(beside_mm(NOMINAL, indi, Pointing(73.61, 286.52), PierSide.EAST)) > 100.0


def test_the_mounts_own_hour_angle_counts() -> None:
    # INDI works from right ascension and sidereal time, never from altitude and azimuth.
    indi, there = IndiGeometry(SITE), Pointing(60.0, 120.0, hour_angle_deg=-28.5599)
    assert indi.dome_azimuth(there, PierSide.WEST) == pytest.approx(145.134, abs=1e-3)
    elsewhere = Pointing(60.0, 120.0, hour_angle_deg=-60.0)
    assert abs(indi.dome_azimuth(elsewhere, PierSide.WEST) - 145.134) > 3.0


def test_near_the_pole_newer_versions_try_another_hour_angle() -> None:
    pointing = Pointing(44.15, 0.0, hour_angle_deg=-90.0)
    old, new = IndiGeometry(SITE, tries_again_near_pole=False), IndiGeometry(SITE)
    for side in (PierSide.WEST, PierSide.EAST):
        assert new.slit(pointing, side) == old.slit(pointing, side), "not far beside the telescope: once is enough"
    wide = replace(SITE, tube_offset_m=0.8)
    off = Pointing(44.15, 0.0, hour_angle_deg=10.0)
    assert abs(difference_deg(IndiGeometry(wide, False).dome_azimuth(off, PierSide.WEST), 0.0)) > 30.0
    again = IndiGeometry(wide).slit(off, PierSide.WEST)
    assert again == IndiGeometry(wide, False).slit(replace(off, hour_angle_deg=0.0), PierSide.WEST)


def test_what_has_no_answer_is_refused() -> None:
    with pytest.raises(ModelError, match="does not"):
        IndiGeometry(replace(SITE, tube_offset_m=3.0)).slit(Pointing(30.0, 180.0), PierSide.WEST)
    with pytest.raises(ModelError, match="no dome azimuth"):
        IndiGeometry(SITE).slit(Pointing(math.nan, 0.0), PierSide.WEST)


def test_it_is_a_dome_model() -> None:
    model = IndiGeometry(SITE)
    slit = model.slit(Pointing(40.0, 80.0), PierSide.WEST)
    assert model.name == "indi"
    assert slit.radius_m == model.slit_radius_m(Pointing(40.0, 80.0), PierSide.WEST)
