"""The fit: figures on the measured table, truth recovered from made-up ones, refusals."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from made_tables import MEASURED, TRUTH, edited, natural_side, needs_measured, rms_to_truth_mm, table

from astro.abaque import Abaque, AbaquePoint
from astro.angles import difference_deg, normalise_deg
from astro.errors import ModelError
from astro.fit import _Sky, fit
from astro.fit_report import FitReport
from astro.fit_review import review
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing


@pytest.fixture(scope="module")
def measured() -> FitReport:
    return fit(Abaque.load(MEASURED), 44.15, 1.2)


@needs_measured
def test_measured_table_gives_the_published_geometry(measured: FitReport) -> None:
    geometry = measured.geometry
    assert geometry.tube_offset_m == pytest.approx(0.41, abs=0.02)
    assert geometry.up_m == pytest.approx(-0.14, abs=0.07)
    assert geometry.north_m == pytest.approx(0.070, abs=0.006)
    assert geometry.east_m == pytest.approx(0.005, abs=0.005)
    assert geometry.zero_low_deg == pytest.approx(-0.9, abs=0.3)
    assert geometry.zero_high_deg == pytest.approx(-6.4, abs=0.6)
    assert (geometry.ramp_low_deg, geometry.ramp_high_deg) == (70.0, 72.5)


@needs_measured
def test_measured_table_is_fitted_to_its_scatter(measured: FitReport) -> None:
    figures = measured.figures
    assert (figures.points, figures.clean_points, figures.azimuth_points) == (276, 273, 233)
    assert figures.lateral_rms_mm <= 23.5
    assert figures.lateral_median_mm <= 14.0
    assert figures.lateral_p95_mm <= 47.0
    assert figures.lateral_max_mm <= 75.0
    assert figures.azimuth_rms_deg <= 3.4
    assert figures.azimuth_median_deg <= 1.7
    assert figures.azimuth_p95_deg <= 8.0


@needs_measured
def test_measured_table_findings(measured: FitReport) -> None:
    kinds = {finding.cell: finding.kind for finding in measured.findings}
    assert kinds == {"C17": "outlier", "C93": "outlier", "C222": "wrong-side", "C180": "zero-shift"}
    expected = {finding.cell: finding.expected_deg for finding in measured.findings}
    assert expected["C222"] == pytest.approx(231.0, abs=1.5)
    assert expected["C17"] == pytest.approx(201.0, abs=1.0)
    assert expected["C93"] == pytest.approx(328.0, abs=1.0)
    moved = {
        (p.point.altitude_deg, p.point.azimuth_deg, p.is_clean)
        for p in measured.points
        if p.side is not natural_side(p.point.azimuth_deg)
    }
    assert moved == {(75.0, 180.0, False), (30.0, 0.0, True)}


def test_truth_is_recovered_from_scattered_tables() -> None:
    errors_mm = [rms_to_truth_mm(fit(table(TRUTH, 20.0, seed), 44.15, 1.2).geometry, TRUTH) for seed in range(10)]
    assert sorted(errors_mm)[5] <= 5.0
    assert max(errors_mm) <= 10.0


def test_one_zero_stays_one_zero() -> None:
    for seed in range(3):
        report = fit(table(TRUTH, 20.0, seed), 44.15, 1.2)
        assert report.geometry.zero_low_deg == report.geometry.zero_high_deg
        assert not [finding for finding in report.findings if finding.kind == "zero-shift"]


def test_a_second_session_with_another_zero_is_found() -> None:
    truth = replace(TRUTH, zero_low_deg=40.0, zero_high_deg=33.0, ramp_low_deg=60.0, ramp_high_deg=65.0)
    report = fit(table(truth, 20.0), 44.15, 1.2)
    assert (report.geometry.ramp_low_deg, report.geometry.ramp_high_deg) == (60.0, 65.0)
    assert report.geometry.zero_low_deg == pytest.approx(40.0, abs=0.7)
    assert report.geometry.zero_high_deg == pytest.approx(33.0, abs=0.9)
    assert [finding.kind for finding in report.findings] == ["zero-shift"]
    assert "h65" in report.findings[0].message


@pytest.mark.parametrize("zero_deg", [-170.0, -90.0, 0.5, 120.0, 179.5])
@pytest.mark.parametrize("latitude_deg", [-33.0, 44.15, 60.0])
def test_any_zero_and_either_hemisphere(zero_deg: float, latitude_deg: float) -> None:
    truth = Geometry(2.5, -0.1, 0.15, 0.3, 0.6, latitude_deg, zero_deg, zero_deg)
    altitudes = (20.0, 35.0, 50.0, 66.0, 78.0)
    report = fit(table(truth, 15.0, altitudes=altitudes), latitude_deg, 2.5)
    assert rms_to_truth_mm(report.geometry, truth) <= 15.0
    assert abs(difference_deg(report.geometry.zero_low_deg, zero_deg)) < 1.0


def test_a_handful_of_points_is_enough() -> None:
    whole = table(TRUTH, 20.0, seed=5, altitudes=(30.0, 45.0, 60.0, 70.0))
    few = Abaque(whole.points[::5], whole.source)
    assert len(few.points) == 20
    assert rms_to_truth_mm(fit(few, 44.15, 1.2).geometry, TRUTH) < 60.0


def test_wrong_cells_are_named_and_do_not_bend_the_fit() -> None:
    def spoil(point: AbaquePoint) -> AbaquePoint:
        if (point.altitude_deg, point.azimuth_deg) == (53.0, 90):
            return replace(point, dome_azimuth_deg=normalise_deg(point.dome_azimuth_deg + 30.0))
        if (point.altitude_deg, point.azimuth_deg) == (65.0, 195):
            west = TRUTH.dome_azimuth(Pointing(65.0, 195.0), PierSide.WEST)
            return replace(point, dome_azimuth_deg=west)
        return point

    report = fit(edited(table(TRUTH, 10.0), spoil), 44.15, 1.2)
    assert {(f.kind, f.sheet) for f in report.findings} == {("outlier", "h53"), ("wrong-side", "h65")}
    for finding in report.findings:
        assert all(word in finding.message for word in (finding.sheet, finding.cell, "measure it again"))
    assert rms_to_truth_mm(report.geometry, TRUTH) < 5.0


def test_a_meridian_measured_from_the_other_side_throughout_is_no_mistake() -> None:
    def flip(point: AbaquePoint) -> AbaquePoint:
        if point.azimuth_deg != 180:
            return point
        east = TRUTH.dome_azimuth(Pointing(point.altitude_deg, 180.0), PierSide.EAST)
        return replace(point, dome_azimuth_deg=east)

    report = fit(edited(table(TRUTH, 10.0), flip), 44.15, 1.2)
    assert report.findings == ()
    assert {p.side for p in report.points if p.point.azimuth_deg == 180} == {PierSide.EAST}


def test_what_is_no_dome_is_refused_with_a_reason() -> None:
    good = table(TRUTH, 10.0)
    with pytest.raises(ModelError, match="11 measurements"):
        fit(Abaque(good.points[:11], "few.xlsx"), 44.15, 1.2)
    with pytest.raises(ModelError, match="at 2 altitudes"):
        fit(Abaque(good.points[:50], "flat.xlsx"), 44.15, 1.2)
    chance = random.Random(3)
    noise = edited(good, lambda p: replace(p, dome_azimuth_deg=chance.uniform(0.0, 359.0)))
    mirrored = edited(good, lambda p: replace(p, dome_azimuth_deg=normalise_deg(-p.dome_azimuth_deg)))
    constant = edited(good, lambda p: replace(p, dome_azimuth_deg=100.0))
    for bad in (noise, mirrored, constant):
        with pytest.raises(ModelError, match=r"the measurements of made\.xlsx .*check the latitude"):
            fit(bad, 44.15, 1.2)
    sides = [natural_side(point.azimuth_deg) for point in good.points]
    with pytest.raises(ModelError, match=r"cannot be fitted .* of made\.xlsx .*does not meet .*check the latitude"):
        review(good, Geometry(1.2, 0.5, 0.5, -0.5, 0.9, 44.15), sides, sides)
    for latitude_deg, radius_m in ((95.0, 1.2), (44.0, 0.0), (44.0, math.nan)):
        with pytest.raises(ModelError):
            fit(good, latitude_deg, radius_m)


def test_arrays_and_scalars_are_the_same_geometry() -> None:
    abaque = table(TRUTH)
    sky = _Sky(abaque.points, 44.15, 1.2)
    for sign in (1.0, -1.0):
        arrays = sky.slit(np.array([0.005, 0.070, -0.138, 0.410]), np.full(len(abaque.points), sign))
        side = PierSide(int(sign))
        scalars = [TRUTH.slit_point(Pointing(p.altitude_deg, p.azimuth_deg), side) for p in abaque.points]
        assert np.max(np.abs(arrays.T - np.array(scalars))) < 1e-12


@pytest.mark.parametrize("split", [None, (60.0, 65.0)])
def test_the_slopes_are_those_of_the_errors(split: tuple[float, float] | None) -> None:
    abaque = table(TRUTH)
    sky = _Sky(abaque.points, 44.15, 1.2)
    signs = np.array([natural_side(p.azimuth_deg).sign for p in abaque.points], dtype=float)
    parameters = np.array([0.01, 0.06, -0.1, 0.38, 0.02, 0.05][: 5 if split is None else 6])
    errors, slopes = sky.slopes_of(parameters, split, signs)
    expected, rho = sky.errors_of(parameters, split, signs)
    assert np.max(np.abs(errors - expected)) < 1e-12
    for column in range(len(parameters)):
        step = np.zeros(len(parameters))
        step[column] = 1e-6
        high, low = (sky.errors_of(parameters + sign * step, split, signs)[0] for sign in (1.0, -1.0))
        numeric = np.remainder(high - low + math.pi, math.tau) - math.pi
        assert np.max(np.abs(slopes[:, column] - numeric / 2e-6) * rho) < 1e-7
