"""The solver against the metal: a mount put together from rotation matrices, over a grid in both hemispheres.

25 740 settings of latitude, hour angle, declination, lengths and side; the worst difference found is 5e-11 degrees.
"""

import math
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

from astro.geometry import Geometry, hour_angle_deg
from astro.geometry_array import slits
from astro.pier import PierSide
from astro.pointing import Pointing

Matrix = npt.NDArray[np.float64]

LATITUDES_DEG = (-60.0, -45.0, -33.0, -10.0, 0.0, 10.0, 33.0, 44.15, 60.0)
HOUR_ANGLES_DEG = np.arange(-179.0, 180.0, 16.5)
DECLINATIONS_DEG = np.array([-89.0, -75.0, -52.0, -31.0, -12.0, 0.0, 12.0, 29.0, 44.1, 66.0, 83.0, 89.0, 89.8])
LENGTHS_M = (
    (1.2, 0.0, 0.0, 0.0, 0.4),
    (1.2, 0.005, 0.070, -0.138, 0.410),
    (2.5, -0.25, 0.3, 0.6, 0.75),
    (3.0, 0.4, -0.5, -1.0, 0.0),
    (1.5, 0.1, -0.2, 0.3, -0.3),
)
"""Radius, east, north, up, tube offset."""
SIDES = (PierSide.WEST, PierSide.EAST)
NEAREST_M = 0.01
"""Slit points nearer to the rotation axis are left out: the last digits of their azimuth are noise."""


def about_x(angle: float) -> Matrix:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def about_z(angle: float) -> Matrix:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def assembled(latitude_deg: float, hour_angle: float, declination: float) -> Matrix:
    """Put the mount together: declination axis on hour axis on a wedge; gives body to world (east, north, up).

    Built at the north pole with the telescope level and looking along the meridian at upper culmination (-y), its
    polar axis up (z), the tube west (-x). The wedge then tips the polar axis to its place: northwards down to the
    latitude, past the horizon in the south.
    """
    wedge = about_x(math.radians(latitude_deg - 90.0))
    return wedge @ about_z(-math.radians(hour_angle)) @ about_x(-math.radians(declination))


def leaves_dome(body: Matrix, lengths: tuple[float, ...], sign: int) -> Matrix:
    """Find the slit point in the mount's own axes, where the line of sight is an axis and Pythagoras does the rest."""
    radius, east, north, up, offset = lengths
    across, _, over = body.T @ np.array([east, north, up]) + np.array([-sign * offset, 0.0, 0.0])
    return np.asarray(body @ np.array([across, -math.sqrt(radius**2 - across**2 - over**2), over]))


def apart_deg(one: Matrix, other: Matrix) -> Matrix:
    return np.abs((one - other + 180.0) % 360.0 - 180.0)


@pytest.fixture(scope="module")
def grid() -> list[tuple[Geometry, PierSide, Matrix]]:
    """Rows of altitude, azimuth, hour angle, expected azimuth and expected radius for each dome and side."""
    result = []
    for latitude in LATITUDES_DEG:
        bodies = [(h, assembled(latitude, h, d)) for h, d in product(HOUR_ANGLES_DEG, DECLINATIONS_DEG)]
        for lengths, side in product(LENGTHS_M, SIDES):
            rows = []
            for hour_angle, body in bodies:
                east, north, up = -body[:, 1]
                x, y, _ = leaves_dome(body, lengths, side.sign)
                altitude, azimuth = math.atan2(up, math.hypot(east, north)), math.atan2(east, north)
                rows.append(
                    (altitude, azimuth, math.radians(hour_angle), math.atan2(x, y) % math.tau, math.hypot(x, y))
                )
            columns = np.array(rows)
            columns[:, :4] = np.degrees(columns[:, :4])
            result.append((Geometry(*lengths, latitude), side, columns))
    return result


def test_the_solver_agrees_with_a_mount_of_rotation_matrices(grid: list[tuple[Geometry, PierSide, Matrix]]) -> None:
    count, worst_deg, worst_m = 0, 0.0, 0.0
    for geometry, side, rows in grid:
        found = np.array([geometry.slit(Pointing(alt, az, h), side) for alt, az, h, _, _ in rows.tolist()])
        clear = rows[:, 4] > NEAREST_M
        count += len(rows)
        worst_deg = max(worst_deg, float(np.max(apart_deg(found[clear, 0], rows[clear, 3]))))
        worst_m = max(worst_m, float(np.max(np.abs(found[:, 1] - rows[:, 4]))))
    print(f"{count} settings, worst {worst_deg:.1e} degrees, {worst_m:.1e} m")
    assert count == 25_740
    assert worst_deg < 1e-9
    assert worst_m < 1e-12


def test_so_does_the_solver_over_arrays(grid: list[tuple[Geometry, PierSide, Matrix]]) -> None:
    worst_deg = 0.0
    for geometry, side, rows in grid:
        found = slits(geometry, rows[:, 0], rows[:, 1], side, rows[:, 2])
        clear = rows[:, 4] > NEAREST_M
        worst_deg = max(worst_deg, float(np.max(apart_deg(found.azimuth_deg[clear], rows[clear, 3]))))
    assert worst_deg < 1e-9


@pytest.mark.parametrize("latitude_deg", LATITUDES_DEG)
def test_west_means_west_of_the_pier_in_both_hemispheres(latitude_deg: float) -> None:
    # On the meridian, wherever it culminates, the slit point of the one tube is west of the other's by both offsets.
    dome = Geometry(2.0, 0.0, 0.0, 0.0, 0.4, latitude_deg)
    up, north = math.cos(math.radians(latitude_deg)), -math.sin(math.radians(latitude_deg))
    culmination = Pointing(math.degrees(math.atan2(up, abs(north))), 0.0 if north > 0.0 else 180.0)
    east_of = {side: dome.slit_point(culmination, side)[0] for side in SIDES}
    assert east_of[PierSide.WEST] == pytest.approx(-0.4, abs=1e-12)
    assert east_of[PierSide.EAST] == pytest.approx(0.4, abs=1e-12)
    # Six hours earlier it rises due east, with the tube that is called west above the polar axis: counterweight down.
    rising = Pointing(0.0, 90.0)
    assert hour_angle_deg(0.0, 90.0, latitude_deg) == pytest.approx(-90.0, abs=1e-9)
    assert dome.slit_point(rising, PierSide.WEST)[2] == pytest.approx(0.4 * up, abs=1e-12)
