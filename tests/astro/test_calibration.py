"""The entries of a calibration: what counts, how they are written, and the process that fits them."""

import json
import random
import subprocess
import sys
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest
from calibration_truth import TRUTH, by_chance, measured, rms_over_sky_mm
from hypothesis import given, settings
from hypothesis import strategies as st

from astro.abaque import Abaque
from astro.angles import difference_deg
from astro.calibration import Calibration, CalibrationEvent, CalibrationPoint
from astro.calibration_lines import from_line, to_line
from astro.calibration_report import CalibrationReport
from astro.calibration_request import calibration_request
from astro.errors import ModelError
from astro.few_points import fit_few, is_calibration
from astro.fit_calibration import answer, calibrate
from astro.load_abaque import load
from astro.model_file import LoadedAbaque
from astro.pier import PierSide

SITE = (TRUTH.latitude_deg, TRUTH.radius_m)
ROOT = Path(__file__).resolve().parents[2]

angles = st.floats(-360.0, 720.0)
points = st.builds(
    CalibrationPoint,
    time_s=st.floats(0.0, 4e9),
    altitude_deg=st.floats(-90.0, 90.0),
    azimuth_deg=angles,
    hour_angle_deg=st.floats(-180.0, 180.0),
    declination_deg=st.floats(-90.0, 90.0),
    side=st.sampled_from(PierSide),
    side_source=st.text(max_size=40),
    dome_azimuth_deg=angles,
    note=st.text(max_size=40),
)


def session(count: int, seed: int = 1, noise_mm: float = 20.0) -> list[CalibrationPoint]:
    chance = random.Random(seed)
    return [
        replace(measured(each, chance, noise_mm), time_s=1.79e9 + 100.0 * number)
        for number, each in enumerate(by_chance(chance, count))
    ]


@given(points)
@settings(max_examples=60)
def test_a_point_survives_its_line(point: CalibrationPoint) -> None:
    line = to_line(CalibrationEvent("point", point.time_s, point))
    assert "\n" not in line
    read = from_line(line)
    assert read.kind == "point"
    assert read.point is not None
    assert to_line(CalibrationEvent("point", read.time_s, read.point)) == to_line(read)
    for name in ("azimuth_deg", "dome_azimuth_deg"):
        assert difference_deg(getattr(read.point, name), getattr(point, name)) == pytest.approx(0.0, abs=2e-5)
    assert (read.point.side, read.point.side_source, read.point.note) == (point.side, point.side_source, point.note)
    assert read.point.altitude_deg == pytest.approx(point.altitude_deg, abs=1e-5)
    assert 0.0 <= read.point.dome_azimuth_deg < 360.0


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{}",
        "[1]",
        '{"event": "erase", "time_s": 1}',
        '{"event": "undo", "time_s": NaN}',
        '{"event": "point", "time_s": 1}',
        to_line(CalibrationEvent("point", 1.0, session(1)[0])).replace('"WEST"', '"UP"').replace('"EAST"', '"UP"'),
        to_line(CalibrationEvent("point", 1.0, session(1)[0])).replace('"altitude_deg": ', '"altitude_deg": 9'),
        to_line(CalibrationEvent("point", 1.0, session(1)[0]))[:-1],
    ],
)
def test_a_damaged_line_is_a_value_error(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words differ, and are shown as they are
        from_line(line)


@given(st.lists(st.sampled_from(["point", "undo", "new"]), max_size=30))
def test_undo_takes_back_exactly_the_entry_before_it(kinds: list[str]) -> None:
    point = session(1)[0]
    calibration, history = Calibration(), [Calibration().points]
    stack: list[tuple[CalibrationPoint, ...]] = [()]
    for number, kind in enumerate(kinds):
        at = replace(point, time_s=float(number))
        calibration = calibration.append(CalibrationEvent(kind, number, at if kind == "point" else None))  # type: ignore[arg-type]
        if kind == "point":
            stack.append((*stack[-1], at))
        elif kind == "new":
            stack.append(())
        elif len(stack) > 1:
            stack.pop()
        assert calibration.points == stack[-1]
        assert (calibration.undoable is None) == (len(stack) == 1)
        history.append(calibration.points)
    assert len(calibration.events) == len(kinds), "nothing is erased"


def test_a_double_click_is_the_same_place_at_the_same_time() -> None:
    point = session(1)[0]
    calibration = Calibration().append(CalibrationEvent("point", point.time_s, point))
    assert calibration.repeats(replace(point, time_s=point.time_s + 1.0))
    assert not calibration.repeats(replace(point, time_s=point.time_s + 3.0))
    assert not calibration.repeats(replace(point, time_s=point.time_s + 1.0, dome_azimuth_deg=point.azimuth_deg + 7.0))
    assert not Calibration().repeats(point)


def test_the_report_names_what_a_person_should_look_at() -> None:
    good = session(14)
    spoilt = [*good[:-1], replace(good[-1], dome_azimuth_deg=(good[-1].dome_azimuth_deg + 30.0) % 360.0)]
    report, table = calibrate(spoilt, *SITE)
    assert (report.outliers, table) == ((13,), b"")
    assert any("point 14" in each and "measure it again" in each for each in report.findings)
    elsewhere, _ = calibrate(good, TRUTH.latitude_deg + 3.0, TRUTH.radius_m)
    assert any("another latitude" in each for each in elsewhere.findings)
    swapped, _ = calibrate([replace(each, side=PierSide(-each.side.sign)) for each in good], *SITE)
    assert any("MOUNT_SIDE_REPORT" in each for each in swapped.findings)
    assert calibrate(good, *SITE)[0].findings == ()


def test_the_verdict_grows_with_the_points() -> None:
    words = [calibrate(session(count, seed=3), *SITE)[0] for count in (0, 3, 6, 20)]
    assert "nothing is measured" in words[0].verdict
    assert "too few" in words[1].verdict
    assert words[3].verdict.startswith(("well determined", "very well determined"))
    assert words[0].predicted_rms_mm > words[1].predicted_rms_mm > words[2].predicted_rms_mm > words[3].predicted_rms_mm
    careless, _ = calibrate(session(20, seed=3, noise_mm=90.0), *SITE)
    assert "centre the slit with more care" in careless.verdict


def test_report_and_request_survive_json() -> None:
    request = json.loads(json.dumps(calibration_request(session(7), *SITE, 2, table=True)))
    found = json.loads(json.dumps(answer(request)))
    report = CalibrationReport.from_json(found)
    assert CalibrationReport.from_json(report.to_json()) == report
    assert (report.count, len(report.proposals), len(report.residuals_mm)) == (7, 2, 7)
    assert b64decode(found["table"])[:2] == b"PK"
    with pytest.raises(ModelError, match="disk full"):
        CalibrationReport.from_json({"error": "disk full"})


def test_the_process_answers_and_says_what_is_wrong() -> None:
    def run(text: str) -> tuple[int, dict[str, object]]:
        command = [sys.executable, "-m", "astro.fit_calibration"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=ROOT)
        return done.returncode, json.loads(done.stdout)

    code, found = run(json.dumps(calibration_request(session(5), *SITE)))
    assert (code, found["count"]) == (0, 5)
    code, found = run("no json")
    assert code == 1
    assert "could not be fitted" in str(found["error"])


def test_a_saved_table_keeps_the_sides_and_gives_the_same_dome(tmp_path: Path) -> None:
    points = session(12, seed=8)
    points.append(replace(points[0], time_s=points[-1].time_s + 9.0, dome_azimuth_deg=points[0].dome_azimuth_deg + 1.0))
    points.append(replace(points[3], dome_azimuth_deg=(points[3].dome_azimuth_deg + 60.0) % 360.0, altitude_deg=41.0))
    report, content = calibrate(points, *SITE, table=True)
    path = tmp_path / "mine.xlsx"
    path.write_bytes(content)
    abaque = Abaque.load(path)
    assert report.outliers == (13,)
    assert len(abaque.points) == 12, "the same place twice is averaged, what contradicts the others is left out"
    for point in points[1:12]:
        (row,) = [each for each in abaque.points if abs(each.azimuth_deg - point.azimuth_deg) < 1e-3]
        assert row.side is point.side
        assert row.altitude_deg == pytest.approx(point.altitude_deg, abs=0.051)
    assert is_calibration(abaque)
    loaded = LoadedAbaque.from_json(load(str(path), *SITE))
    assert rms_over_sky_mm(loaded.geometry, report.geometry) < 6.0
    assert loaded.findings == ()
    with pytest.raises(ModelError, match="holds 4 measurements, at least 5"):
        fit_few(Abaque(abaque.points[:4], "four.xlsx"), *SITE)
