"""The measured table as a model: exact at its nodes, continuous on each side, held beyond its ends."""

import math
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astro.abaque import Abaque
from astro.angles import difference_deg
from astro.dome_model import DomeModel, MeasuredTable, TableNode
from astro.errors import ModelError
from astro.fit import fit
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing

ROOT = Path(__file__).resolve().parents[2]
MEASURED = Path(
    os.environ.get("INDI_DOME_MEASURED_TABLE", ROOT.parent / "shared" / "data" / "Loi_coupole_measured.xlsx")
)
TABLES = [
    pytest.param(
        MEASURED,
        id="measured",
        marks=pytest.mark.skipif(not MEASURED.exists(), reason=f"the measured table is not here ({MEASURED})"),
    ),
    pytest.param(ROOT / "data" / "Loi_coupole.xlsx", id="example"),
]
BOTH = [PierSide.WEST, PierSide.EAST]
NODES = [
    TableNode(altitude, azimuth, dome, side)
    for altitude, shift in ((30.0, 0.0), (60.0, 4.0))
    for side, azimuth, dome in (
        (PierSide.WEST, 15.0, 30.0 + shift),
        (PierSide.WEST, 90.0, 100.0 + shift),
        (PierSide.WEST, 170.0, 185.0 + shift),
        (PierSide.EAST, 190.0, 170.0 + shift),
        (PierSide.EAST, 270.0, 255.0 + shift),
        (PierSide.EAST, 0.0, 350.0 + shift),
    )
]
PLAIN = Geometry(1.2, 0.0, 0.0, 0.0, 0.0, 44.15)
SMALL = MeasuredTable(NODES, PLAIN)


@pytest.fixture(scope="module", params=TABLES)
def table(request: pytest.FixtureRequest) -> tuple[MeasuredTable, list[TableNode]]:
    report = fit(Abaque.load(request.param), 44.15, 1.2)
    nodes = [
        TableNode(p.point.altitude_deg, p.point.azimuth_deg, p.point.dome_azimuth_deg, p.side) for p in report.points
    ]
    return MeasuredTable(nodes, report.geometry), nodes


def test_equals_the_table_at_every_node(table: tuple[MeasuredTable, list[TableNode]]) -> None:
    model, nodes = table
    assert len(nodes) >= 275
    for node in nodes:
        reading = model.dome_azimuth(Pointing(node.altitude_deg, node.azimuth_deg), node.side)
        assert abs(difference_deg(reading, node.dome_azimuth_deg)) < 1e-9, node


def zenith_distance_m(model: MeasuredTable, altitude_deg: float, azimuth_deg: float, side: PierSide) -> float:
    """Tell how near the dome's zenith the slit point is, at the place that the table really looks up."""
    low, high = 30.0, 85.0
    middle = 90.0 if side is PierSide.WEST else 270.0
    unwrapped = middle + difference_deg(azimuth_deg, middle)
    held = min(max(unwrapped, middle - 90.0), middle + 90.0)
    altitude = min(max(altitude_deg, low), high)
    return model.slit_radius_m(Pointing(altitude, held), side)


def test_is_continuous_on_each_side_round_the_whole_sky(table: tuple[MeasuredTable, list[TableNode]]) -> None:
    model, _ = table
    step, worst_az, worst_alt = 0.02, 0.0, 0.0
    altitudes = [*range(10, 90, 6), 30.0, 44.0, 65.0, 69.99, 72.49, 74.99, 73.7, 84.99]
    azimuths = [*range(0, 360, 7), 359.99, 179.99, 181.99, 284.9, 74.99, 254.9, 269.99, 89.99]
    for side in BOTH:
        for altitude in altitudes:
            for azimuth in azimuths:
                near_pole = math.hypot(altitude - 44.15, difference_deg(azimuth, 0.0) * 0.72) < 3.0
                if zenith_distance_m(model, altitude, azimuth, side) < 0.2 or near_pole:
                    continue
                here = model.dome_azimuth(Pointing(altitude, azimuth), side)
                there = model.dome_azimuth(Pointing(altitude, azimuth + step), side)
                worst_az = max(worst_az, abs(difference_deg(there, here)))
                there = model.dome_azimuth(Pointing(altitude + step, azimuth), side)
                worst_alt = max(worst_alt, abs(difference_deg(there, here)))
    assert worst_az <= 0.3
    assert worst_alt <= 0.4


def test_steps_shrink_with_the_step_even_near_the_zenith(table: tuple[MeasuredTable, list[TableNode]]) -> None:
    # Between 72.5 and 75 degrees the dome's sense of rotation reverses: fast, but without a jump.
    model, _ = table
    for side, first in ((PierSide.WEST, 60.0), (PierSide.EAST, 240.0)):
        for altitude in (72.5, 73.0, 73.75, 74.5, 75.0):
            for index in range(600):
                azimuth = first + index * 0.1
                if model.slit_radius_m(Pointing(altitude, azimuth), side) < 0.04:
                    continue
                here = model.dome_azimuth(Pointing(altitude, azimuth), side)
                assert abs(difference_deg(model.dome_azimuth(Pointing(altitude, azimuth + 1e-5), side), here)) < 0.02
                assert abs(difference_deg(model.dome_azimuth(Pointing(altitude + 1e-5, azimuth), side), here)) < 0.05


def test_the_slit_stays_near_the_fitted_geometry(table: tuple[MeasuredTable, list[TableNode]]) -> None:
    model, _ = table
    for altitude in range(30, 86, 5):
        for azimuth in range(1, 360, 8):
            pointing, side = Pointing(altitude, azimuth), PierSide.WEST if azimuth < 180 else PierSide.EAST
            turn = difference_deg(model.dome_azimuth(pointing, side), model.geometry.dome_azimuth(pointing, side))
            lateral_m = 2.0 * model.slit_radius_m(pointing, side) * math.sin(math.radians(turn) / 2.0)
            assert abs(lateral_m) < 0.175


def test_altitude_is_held_beyond_the_bands() -> None:
    for side, azimuth in ((PierSide.WEST, 77.0), (PierSide.EAST, 200.0)):
        for outside, end in ((5.0, 30.0), (-3.0, 30.0), (61.0, 60.0), (89.0, 60.0)):
            assert SMALL.dome_azimuth(Pointing(outside, azimuth), side) == SMALL.dome_azimuth(
                Pointing(end, azimuth), side
            )


def test_turn_is_held_beyond_the_azimuths() -> None:
    def turn(azimuth: float, side: PierSide) -> float:
        return difference_deg(SMALL.dome_azimuth(Pointing(45.0, azimuth), side), azimuth)

    for azimuth in (171.0, 200.0, 240.0):
        assert turn(azimuth, PierSide.WEST) == pytest.approx(turn(170.0, PierSide.WEST), abs=1e-9)
    for azimuth in (14.0, 359.0, 300.0):
        assert turn(azimuth, PierSide.WEST) == pytest.approx(turn(15.0, PierSide.WEST), abs=1e-9)
    for azimuth in (189.0, 150.0, 110.0):
        assert turn(azimuth, PierSide.EAST) == pytest.approx(turn(190.0, PierSide.EAST), abs=1e-9)
    for azimuth in (1.0, 60.0):
        assert turn(azimuth, PierSide.EAST) == pytest.approx(turn(0.0, PierSide.EAST), abs=1e-9)


def test_east_continues_through_north() -> None:
    # Halfway between 270 -> 255 and 360 -> 350: no leap over the whole circle.
    assert SMALL.dome_azimuth(Pointing(30.0, 315.0), PierSide.EAST) == pytest.approx(302.5, abs=0.2)


@settings(max_examples=300)
@given(st.floats(-5.0, 90.0), st.floats(-400.0, 400.0), st.sampled_from(BOTH), st.sampled_from(["az", "alt"]))
def test_no_jump_anywhere_with_a_plain_geometry(altitude: float, azimuth: float, side: PierSide, axis: str) -> None:
    here = SMALL.dome_azimuth(Pointing(altitude, azimuth), side)
    assert 0.0 <= here < 360.0
    assert abs(difference_deg(SMALL.dome_azimuth(Pointing(altitude, azimuth + 360.0), side), here)) < 1e-6
    beside = Pointing(altitude, azimuth + 0.01) if axis == "az" else Pointing(altitude + 0.01, azimuth)
    assert abs(difference_deg(SMALL.dome_azimuth(beside, side), here)) < 0.05


def test_unknown_side_is_the_normal_one() -> None:
    east_sky, west_sky = Pointing(45.0, 100.0), Pointing(45.0, 260.0)
    assert SMALL.dome_azimuth(east_sky, PierSide.NONE) == SMALL.dome_azimuth(east_sky, PierSide.WEST)
    assert SMALL.dome_azimuth(west_sky, PierSide.NONE) == SMALL.dome_azimuth(west_sky, PierSide.EAST)
    told = Pointing(45.0, 179.0, hour_angle_deg=0.5)
    assert SMALL.dome_azimuth(told, PierSide.NONE) == SMALL.dome_azimuth(told, PierSide.EAST)
    assert SMALL.slit_radius_m(east_sky, PierSide.NONE) == pytest.approx(PLAIN.slit_radius_m(east_sky, PierSide.WEST))


def test_a_half_measured_table_answers_for_its_half_only() -> None:
    west = MeasuredTable([node for node in NODES if node.side is PierSide.WEST], PLAIN)
    assert west.dome_azimuth(Pointing(30.0, 90.0), PierSide.WEST) == pytest.approx(100.0)
    with pytest.raises(ModelError, match="tube east of the pier"):
        west.dome_azimuth(Pointing(30.0, 270.0), PierSide.EAST)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ModelError, match="at least one"):
        MeasuredTable([], PLAIN)
    for bad in (math.nan, math.inf):
        with pytest.raises(ModelError, match="no dome azimuth"):
            SMALL.dome_azimuth(Pointing(bad, 1.0), PierSide.WEST)
        with pytest.raises(ModelError, match="no dome azimuth"):
            SMALL.dome_azimuth(Pointing(1.0, bad), PierSide.WEST)


def test_both_models_fit_the_seam() -> None:
    models: list[DomeModel] = [PLAIN, SMALL]
    assert [model.name for model in models] == ["geometry", "table"]
