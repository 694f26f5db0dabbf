"""ABAQUE_RECORD, ABAQUE_SAVE and what they show, as a client sees them."""

import math
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from calibration_truth import TRUTH, dome_reading_deg, rms_over_sky_mm
from device_rig import DeviceRig, gone, told

from astro.abaque import Abaque
from astro.calibration_report import CalibrationReport
from astro.geometry import hour_angle_deg
from astro.load_abaque import load
from astro.model_file import LoadedAbaque
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.sidereal import horizontal
from indi_dome_driver.calibration_record import CalibrationRecord
from indi_dome_driver.hardware.simulated.backend import SimulatorSettings

RECORD, FIGURES, NEXT = "ABAQUE_RECORD", "ABAQUE_CALIBRATION", "ABAQUE_NEXT"
SAVE, SAVED, FILE = "ABAQUE_SAVE", "ABAQUE_SAVED", "ABAQUE_FILE"
LATITUDE_DEG = 44.15
PLACES = [(-60, 20), (-45, 40), (-30, 10), (-75, 50), (-40, -5), (60, 20), (45, 40), (30, 10), (75, 50), (40, -5)]
"""Hour angle and declination of ten stars, five on either side."""


def rig_at(folder: Path, lost: bool = False) -> DeviceRig:
    """Connect to a dome that turns fast: where it goes is what counts here."""
    return DeviceRig(folder, SimulatorSettings(speed_factor=100.0, start_azimuth_deg=80.0, start_lost=lost)).connect()


def aim(rig: DeviceRig, hour_angle_deg: float, dec_deg: float, side: PierSide | None = None) -> None:
    """Have the mount slew to a star, and say on which side its tube is."""
    west = side is PierSide.WEST if side is not None else hour_angle_deg < 0.0
    on, off = ("PIER_WEST", "PIER_EAST") if west else ("PIER_EAST", "PIER_WEST")
    rig.points(hour_angle_deg, dec_deg, state="Busy")
    rig.mount("Switch", "TELESCOPE_PIER_SIDE", {on: "On", off: "Off"})
    rig.points(hour_angle_deg, dec_deg)


def centre(
    rig: DeviceRig, hour_angle_deg: float, dec_deg: float, beside_mm: float = 0.0, *, turn: bool = False
) -> None:
    """Point at a star and have the slit in front of it, as far as a person sees it.

    The dome is synced to where it would stand: only what it reads counts here, and turning costs time.
    """
    side = PierSide.WEST if hour_angle_deg < 0.0 else PierSide.EAST
    aim(rig, hour_angle_deg, dec_deg)
    reading_deg = dome_reading_deg(Pointing(*horizontal(hour_angle_deg, dec_deg, LATITUDE_DEG)), side, beside_mm)
    if turn:
        rig.goto(f"{reading_deg:.3f}")
        rig.rest()
        rig.points(hour_angle_deg, dec_deg)
    else:
        rig.number("DOME_SYNC", DOME_SYNC_VALUE=f"{reading_deg:.3f}")


def record(rig: DeviceRig) -> str:
    rig.switch(RECORD, "RECORD")
    return rig.state(RECORD)


def count(rig: DeviceRig) -> int:
    return round(rig.device.panel.number(FIGURES)["COUNT"])


def test_points_are_recorded_fitted_and_shown(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    for number, (hour_angle, dec) in enumerate(PLACES[:6], start=1):
        centre(rig, hour_angle, dec, turn=True)
        assert record(rig) == "Ok"
        assert (count(rig), rig.on(RECORD)) == (number, None)
        assert len(rig.record_path.read_text().splitlines()) == number
    assert rig.told("Point 6 recorded: altitude")
    figures = rig.device.panel.number(FIGURES)
    assert rig.state(FIGURES) == "Ok"
    assert figures["RMS"] < 10.0
    assert 5.0 < figures["PREDICTED"] < figures["WORST"] < 200.0
    words = rig.device.panel.text(NEXT)
    assert "altitude" in words["NEXT"]
    assert "tube" in words["NEXT"]
    assert "determined" in words["DETERMINED"]
    assert rig.busy() == []


def test_undo_takes_back_and_a_restart_goes_on(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    for place in PLACES[:3]:
        centre(rig, *place)
        record(rig)
    rig.switch(RECORD, "UNDO")
    assert (rig.state(RECORD), count(rig)) == ("Ok", 2)
    assert len(rig.record_path.read_text().splitlines()) == 4, "an undo is a line, too"
    rig.start()
    rig.connect()
    assert count(rig) == 2
    assert rig.told("2 points are on record")
    rig.switch(RECORD, "NEW")
    assert count(rig) == 0
    rig.switch(RECORD, "UNDO")
    assert count(rig) == 2
    for _ in range(2):
        rig.switch(RECORD, "UNDO")
    assert (count(rig), rig.state(RECORD)) == (0, "Ok")
    rig.switch(RECORD, "UNDO")
    assert rig.state(RECORD) == "Alert"
    assert rig.told("nothing to undo")


def slewing(rig: DeviceRig) -> None:
    rig.points(-40.0, 20.0, state="Busy")


def announced(rig: DeviceRig) -> None:
    rig.slews(30.0, 20.0)


def parked(rig: DeviceRig) -> None:
    rig.mount("Switch", "TELESCOPE_PARK", {"PARK": "On", "UNPARK": "Off"})


def below(rig: DeviceRig) -> None:
    aim(rig, -150.0, 0.0)


def faulty(rig: DeviceRig) -> None:
    rig.points(-40.0, 20.0, state="Alert")


def turning(rig: DeviceRig) -> None:
    rig.goto(200.0)
    rig.live(0.5)


def dome_parked(rig: DeviceRig) -> None:
    rig.switch("DOME_PARK", "PARK")
    rig.rest()
    rig.points(-40.0, 20.0)


def slaved(rig: DeviceRig) -> None:
    rig.slave()


REFUSED = {
    slewing: "the mount is slewing",
    announced: "the mount is slewing",
    parked: "the mount is parked",
    below: "below the horizon",
    faulty: "fault",
    turning: "the dome is turning",
    dome_parked: "unpark",
    slaved: "switch slaving off",
}


@pytest.mark.parametrize("what", REFUSED, ids=lambda each: each.__name__)
def test_a_wrong_moment_is_refused_with_the_reason(tmp_path: Path, what: object) -> None:
    rig = rig_at(tmp_path)
    aim(rig, -40.0, 20.0)
    what(rig)  # type: ignore[operator]
    sent = rig.switch(RECORD, "RECORD")
    assert [each.state for each in sent if each.name == RECORD][-1] == "Alert"
    assert rig.told(REFUSED[what], sent), rig.texts(sent)  # type: ignore[index]
    assert (count(rig), rig.on(RECORD)) == (0, None)
    assert not rig.record_path.exists()


def test_a_lost_dome_records_nothing(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, lost=True)
    aim(rig, -40.0, 20.0)
    rig.switch(RECORD, "RECORD")
    assert rig.state(RECORD) == "Alert"
    assert rig.told("find home (HOME) or sync it")


def test_a_quiet_mount_is_asked_before_a_point_is_refused(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    centre(rig, -40.0, 20.0)
    rig.live(40.0)
    rig.sent.clear()
    rig.switch(RECORD, "RECORD")
    assert (rig.state(RECORD), count(rig)) == ("Busy", 0)
    assert [each for each in rig.sent if each.message.tag == "getProperties"], "the mount is asked"
    rig.points(-40.0, 20.0)
    assert (rig.state(RECORD), count(rig)) == ("Ok", 1)
    rig.live(40.0)
    rig.switch(RECORD, "RECORD")
    rig.live(6.0)
    assert (rig.state(RECORD), count(rig)) == ("Alert", 1)
    assert rig.told("Nothing is recorded: mount data are")


def test_an_abort_ends_the_wait_for_the_mount(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    rig.switch(RECORD, "RECORD")
    assert rig.state(RECORD) == "Busy"
    rig.abort()
    assert (rig.state(RECORD), rig.busy()) == ("Alert", [])
    aim(rig, -40.0, 20.0)
    rig.live(1.0)
    assert count(rig) == 0


def test_without_a_mount_nothing_is_recorded(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    rig.say(gone())
    rig.switch(RECORD, "RECORD")
    rig.live(6.0)
    assert (rig.state(RECORD), count(rig)) == ("Alert", 0)


def test_a_double_click_is_one_point(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    centre(rig, *PLACES[0])
    rig.switch(RECORD, "RECORD")
    rig.switch(RECORD, "RECORD")
    assert (rig.state(RECORD), count(rig)) == ("Ok", 1)


def test_what_comes_while_a_fit_runs_is_fitted_at_its_end(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    rig.fitter.at_once = False
    for place in PLACES[:3]:
        centre(rig, *place)
        record(rig)
    assert len(rig.fitter.asked) == 1
    assert rig.state(FIGURES) == "Busy"
    rig.fitter.answer(0)
    assert [len(document["points"]) for document, _ in rig.fitter.asked] == [1, 3]
    assert rig.state(FIGURES) == "Busy"
    rig.fitter.answer(1)
    assert rig.state(FIGURES) == "Ok"
    rig.switch(RECORD, "UNDO")
    rig.switch("CONNECTION", "DISCONNECT")
    rig.fitter.answer(2)
    assert rig.device.caught == []


def test_points_from_the_shell_count_in_the_panel_and_in_the_table(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    for place in PLACES[:3]:
        centre(rig, *place)
        record(rig)
    shell = CalibrationRecord(rig.record_path)
    points = shell.load().calibration.points
    for number in range(1, 4):
        direction = Pointing(20.0 + 10.0 * number, 250.0)
        shell.add(
            replace(
                points[0],
                time_s=points[0].time_s + 900.0 + number,
                altitude_deg=direction.altitude_deg,
                azimuth_deg=direction.azimuth_deg,
                hour_angle_deg=hour_angle_deg(direction.altitude_deg, direction.azimuth_deg, LATITUDE_DEG),
                side=PierSide.EAST,
                dome_azimuth_deg=dome_reading_deg(direction, PierSide.EAST),
            )
        )
    rig.switch(SAVE, "SAVE_AND_USE")
    assert rig.state(SAVE) == "Ok"
    assert len(Abaque.load(rig.device.panel.text(SAVED)["FILE"]).points) == 6
    shell.undo(1.0)
    rig.live(5.0)
    assert (count(rig), rig.state(FIGURES)) == (5, "Ok")
    assert rig.told("5 points count")


def test_a_table_is_saved_under_a_new_name_each_time_and_used(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    rig.switch(SAVE, "SAVE")
    assert (rig.state(SAVE), rig.on(SAVE)) == ("Alert", None)
    for place in PLACES[:6]:
        centre(rig, *place)
        record(rig)
    rig.switch(SAVE, "SAVE")
    first = Path(rig.device.panel.text(SAVED)["FILE"])
    before = first.read_bytes()
    rig.switch(SAVE, "SAVE_AND_USE")
    second = Path(rig.device.panel.text(SAVED)["FILE"])
    assert (rig.state(SAVE), rig.on(SAVE)) == ("Ok", None)
    assert second != first
    assert first.read_bytes() == before
    assert [each.side for each in Abaque.load(second).points].count(PierSide.EAST) == 1
    assert rig.loader.asked[-1][0].path == second
    rig.loader.asked[-1][1](load(str(second), LATITUDE_DEG, 1.2))
    assert (rig.state(FILE), rig.device.panel.text(FILE)["FILE"]) == ("Ok", str(second))
    rig.live(1.0)
    rig.start()
    rig.connect()
    assert rig.device.panel.text(FILE)["FILE"] == str(second), "the choice outlives a restart"


def test_a_record_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    rig.record_path.mkdir()
    centre(rig, *PLACES[0])
    rig.switch(RECORD, "RECORD")
    assert rig.state(RECORD) == "Alert"
    assert rig.told("cannot be")
    assert rig.device.caught == []


def test_a_torn_line_is_kept_aside_and_said(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    for place in PLACES[:2]:
        centre(rig, *place)
        record(rig)
    whole = rig.record_path.read_bytes()
    rig.record_path.write_bytes(whole[:-20])
    rig.start()
    rig.connect()
    assert count(rig) == 1
    assert rig.told("cut short by a crash")
    centre(rig, *PLACES[2])
    record(rig)
    assert count(rig) == 2
    assert (tmp_path / f"{rig.record_path.name}.damaged").read_bytes() == whole[:-20].splitlines()[-1]


def test_a_mount_that_says_nothing_of_its_side_is_believed_by_its_hour_angle(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    rig.say(told("Number", "EQUATORIAL_EOD_COORD", {"RA": rig.ra_h(50.0), "DEC": 20.0}, "Ok"))
    record(rig)
    assert '"side": "EAST", "side_source": "hour angle' in rig.record_path.read_text()


def star(words: str) -> tuple[float, float]:
    """Find the hour angle and declination of a proposal, as a person would with a planetarium."""
    found = re.search(r"azimuth (\d+)°\), altitude (\d+)°", words)
    assert found is not None, words
    azimuth, altitude, latitude = (math.radians(float(each)) for each in (*found.groups(), LATITUDE_DEG))
    sine = math.sin(altitude) * math.sin(latitude) + math.cos(altitude) * math.cos(latitude) * math.cos(azimuth)
    return hour_angle_deg(math.degrees(altitude), math.degrees(azimuth), LATITUDE_DEG), math.degrees(math.asin(sine))


@pytest.mark.parametrize("seed", [1, 2])
def test_twenty_noisy_points_where_the_panel_proposes_them_recover_the_dome(tmp_path: Path, seed: int) -> None:
    rig, chance = rig_at(tmp_path), random.Random(seed)
    where = PLACES[0]
    while count(rig) < 20:
        centre(rig, *where, beside_mm=chance.gauss(0.0, 20.0))
        assert record(rig) == "Ok"
        where = star(rig.device.panel.text(NEXT)["NEXT"])
    figures = rig.device.panel.number(FIGURES)
    assert (figures["COUNT"], rig.state(FIGURES)) == (20, "Ok")
    assert 10.0 < figures["RMS"] < 30.0
    assert figures["PREDICTED"] < 12.0
    assert figures["WORST"] < 22.0
    rig.switch(SAVE, "SAVE_AND_USE")
    found = LoadedAbaque.from_json(load(rig.device.panel.text(SAVED)["FILE"], LATITUDE_DEG, 1.2)).geometry
    assert rms_over_sky_mm(found, TRUTH) <= 15.0


def test_the_answer_of_a_broken_fit_is_said(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    rig.fitter.at_once = False
    centre(rig, *PLACES[0])
    record(rig)
    rig.fitter.asked[-1][1]({"error": "no memory left"})
    assert (rig.state(FIGURES), rig.state(NEXT), rig.state(RECORD)) == ("Alert", "Alert", "Ok")
    assert rig.told("no memory left")
    with pytest.raises(Exception, match="no calibration"):
        CalibrationReport.from_json({"count": 1})
