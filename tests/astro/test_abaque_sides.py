"""The third column of a table: on which side of the pier the tube was."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from calibration_truth import TRUTH, by_chance, dome_reading_deg, rms_over_sky_mm
from openpyxl import Workbook

from astro.abaque import Abaque, AbaquePoint
from astro.errors import AbaqueError
from astro.few_points import fit_few, fit_table, is_calibration
from astro.fit import fit
from astro.geometry import hour_angle_deg
from astro.pier import PierSide, side_from_hour_angle
from astro.pointing import Pointing
from astro.table_write import xlsx_bytes

Rows = list[tuple[object, object, object]]


def sheet(tmp_path: Path, rows: Rows, header: str = "Côté") -> Path:
    book = Workbook()
    page = book.worksheets[0]
    page.cell(2, 2, "Hauteur 45°")
    for column, text in enumerate(("Az astre", "Az coupole", header), start=2):
        page.cell(3, column, text)
    for row, values in enumerate(rows, start=4):
        for column, value in enumerate(values, start=2):
            page.cell(row, column, value)  # type: ignore[arg-type]
    path = tmp_path / "sides.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("header", ["Côté", "cote", "SIDE", "Côté du tube", "Side of the pier"])
def test_sides_are_read_by_their_letters_and_words(tmp_path: Path, header: str) -> None:
    rows: Rows = [(10, 20, "W"), (20, 30, "e"), (30, 40, " Ouest "), (40, 50, "est"), (50, 60, None), (60, 70, "-")]
    west, east = PierSide.WEST, PierSide.EAST
    found = [point.side for point in Abaque.load(sheet(tmp_path, rows, header)).points]
    assert found == [west, east, west, east, None, PierSide.NONE]


def test_another_third_column_is_no_side(tmp_path: Path) -> None:
    rows: Rows = [(10, 20, "cloudy"), (20, 30, 7)]
    assert [point.side for point in Abaque.load(sheet(tmp_path, rows, "Remarque")).points] == [None, None]


def test_a_wrong_side_is_named_by_its_cell(tmp_path: Path) -> None:
    with pytest.raises(AbaqueError, match=r"cell D5 \('north'\) is not a side of the pier; write W") as caught:
        Abaque.load(sheet(tmp_path, [(10, 20, "W"), (20, 30, "north")]))
    assert caught.value.cell == "D5"


def test_one_direction_may_stand_once_for_each_side(tmp_path: Path) -> None:
    assert len(Abaque.load(sheet(tmp_path, [(10, 20, "W"), (10, 80, "E")])).points) == 2
    with pytest.raises(AbaqueError, match="stands twice"):
        Abaque.load(sheet(tmp_path, [(10, 20, "W"), (10, 80, "W")]))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    chance = random.Random(2)
    sides = (PierSide.WEST, PierSide.EAST, PierSide.NONE, None)
    points = [
        AbaquePoint(round(chance.uniform(5, 89), 1), round(chance.uniform(0, 359), 3), 7.25 * n, "", "", sides[n % 4])
        for n in range(40)
    ]
    path = tmp_path / "written.xlsx"
    path.write_bytes(xlsx_bytes(points, ["a note"]))
    found = Abaque.load(path).points
    key = [(p.altitude_deg, p.azimuth_deg, p.dome_azimuth_deg, p.side) for p in found]
    assert sorted(key, key=str) == sorted(
        [(p.altitude_deg, p.azimuth_deg, p.dome_azimuth_deg, p.side) for p in points], key=str
    )


def made(count: int, *, known: bool = True) -> Abaque:
    chance = random.Random(7)
    points = []
    for index, each in enumerate(by_chance(chance, count)):
        dome = dome_reading_deg(Pointing(each.altitude_deg, each.azimuth_deg), each.side, chance.gauss(0.0, 20.0))
        side = each.side if known else None
        points.append(AbaquePoint(round(each.altitude_deg), each.azimuth_deg, dome, "s", f"C{index}", side))
    return Abaque(tuple(points), "made.xlsx")


def test_the_large_fit_respects_a_stated_side() -> None:
    abaque = made(70)
    # Past the meridian, with the tube still west: the azimuth alone would say east.
    past = [
        AbaquePoint(50.0, azimuth, dome_reading_deg(Pointing(50.0, azimuth), PierSide.WEST), "s", "P", PierSide.WEST)
        for azimuth in (190.0, 200.0, 210.0)
    ]
    report = fit(replace(abaque, points=(*abaque.points, *past)), 44.15, 1.2)
    assert [each.side for each in report.points[-3:]] == [PierSide.WEST] * 3
    assert report.findings == ()
    assert rms_over_sky_mm(report.geometry, TRUTH) < 15.0


def test_a_short_table_with_sides_is_a_calibration() -> None:
    assert is_calibration(made(10))
    assert not is_calibration(made(10, known=False))
    assert not is_calibration(made(61))
    abaque = made(10)
    report = fit_few(abaque, 44.15, 1.2)
    assert report.figures.points == 10
    assert rms_over_sky_mm(report.geometry, TRUTH) < 60.0
    assert report.uncertainty is not None
    assert [each.name for each in report.uncertainty.parameters] == ["east", "north", "up", "tube offset", "zero"]
    assert all(0.0 < each.sigma < 5.0 for each in report.uncertainty.parameters)
    first = abaque.points[0]
    spoilt = replace(first, dome_azimuth_deg=(first.dome_azimuth_deg + 40.0) % 360.0)
    found = fit_few(replace(abaque, points=(spoilt, *abaque.points[1:])), 44.15, 1.2)
    assert [(each.kind, each.cell) for each in found.findings] == [("outlier", "C0")]


def test_cells_without_a_side_take_that_of_the_hour_angle() -> None:
    abaque = made(14)
    mixed = replace(abaque, points=tuple(replace(p, side=None) if i % 2 else p for i, p in enumerate(abaque.points)))
    report = fit_few(mixed, 44.15, 1.2)
    for each in report.points:
        hour_angle = hour_angle_deg(each.point.altitude_deg, each.point.azimuth_deg, 44.15)
        assert each.side is side_from_hour_angle(hour_angle)


@pytest.mark.parametrize("count", [16, 70])
def test_sides_that_are_swapped_throughout_are_told(count: int) -> None:
    right = made(count)
    swapped = replace(right, points=tuple(replace(p, side=PierSide(-p.side.sign)) for p in right.points if p.side))
    assert "swapped-sides" not in [each.kind for each in fit_table(right, 44.15, 1.2).findings]
    (finding,) = fit_table(swapped, 44.15, 1.2).findings
    assert (finding.kind, finding.cell) == ("swapped-sides", "C0")
    assert "MOUNT_SIDE_REPORT" in finding.message
