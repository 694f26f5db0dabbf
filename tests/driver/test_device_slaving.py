"""Slaving inside the driver: when the dome follows, when it stays, and what people are told."""

from functools import cache
from pathlib import Path

import pytest
from device_rig import TABLE, DeviceRig, Event, example_answer, gone, new

from astro.angles import difference_deg
from astro.geometry import Geometry
from astro.model_file import LoadedAbaque
from astro.pier import side_from_hour_angle
from astro.pointing import Pointing
from astro.sidereal import horizontal

AUTOSYNC, MOTION, ABSOLUTE = "DOME_AUTOSYNC", "DOME_MOTION", "ABS_DOME_POSITION"
LATITUDE_DEG = 44.15
BY_THRESHOLD = {"slaving": {"rule": "threshold"}}
"""So that azimuths can be told to half a degree; test_device_clearance.py has the other rule."""


@pytest.fixture
def rig(tmp_path: Path) -> DeviceRig:
    return DeviceRig(tmp_path, config=BY_THRESHOLD, answer=example_answer()).connect()


@cache
def geometry() -> Geometry:
    return LoadedAbaque.from_json(example_answer()).geometry


def wanted_deg(ha_deg: float, dec_deg: float) -> float:
    altitude, azimuth = horizontal(ha_deg, dec_deg, LATITUDE_DEG)
    return geometry().dome_azimuth(Pointing(altitude, azimuth, ha_deg), side_from_hour_angle(ha_deg))


def follow(rig: DeviceRig, ha_deg: float = 40.0, dec_deg: float = 30.0) -> None:
    rig.slave()
    rig.points(ha_deg, dec_deg)
    rig.live(0.5)
    assert rig.moving


def asked_again(sent: list[Event]) -> list[Event]:
    return [each for each in sent if each.tag == "getProperties" and each.name == "EQUATORIAL_EOD_COORD"]


@pytest.mark.parametrize(("ha_deg", "dec_deg"), [(40, 30), (-50, 10), (20, 70), (-100, 60), (170, 75)])
def test_the_dome_follows_the_model(rig: DeviceRig, ha_deg: float, dec_deg: float) -> None:
    follow(rig, ha_deg, dec_deg)
    rig.rest()
    assert abs(difference_deg(wanted_deg(ha_deg, dec_deg), rig.true_deg)) < 0.5
    assert rig.state("SLAVING_STATUS") in ("Ok", "Busy")


def test_the_dome_leaves_for_the_target_before_the_mount_is_busy(rig: DeviceRig) -> None:
    rig.slave()
    rig.points(0.5, 44)
    rig.rest()
    sent = rig.slews(60, 20)
    assert [each.on for each in sent if each.name == MOTION]
    assert rig.state(MOTION) == "Busy"
    rig.points(30, 30, "Busy")
    rig.live(1.0)
    rig.points(60, 20, "Ok")
    rig.rest()
    assert abs(difference_deg(wanted_deg(60, 20), rig.true_deg)) < 0.6


def test_a_second_slew_redirects_a_dome_on_its_way(rig: DeviceRig) -> None:
    rig.slave()
    rig.points(0.5, 44)
    rig.rest()
    rig.slews(60, 20)
    rig.points(30, 30, "Busy")
    rig.live(1.0)
    rig.slews(-60, 20)
    rig.live(0.5)
    assert rig.state(MOTION) == "Busy"
    rig.points(-60, 20, "Ok")
    rig.rest()
    assert abs(difference_deg(wanted_deg(-60, 20), rig.true_deg)) < 0.6


MANUAL = {
    "goto": new("Number", ABSOLUTE, {"DOME_ABSOLUTE_POSITION": 5}),
    "relative": new("Number", "REL_DOME_POSITION", {"DOME_RELATIVE_POSITION": 5}),
    "preset": new("Switch", "Goto", {"Preset 1": "On"}),
    "jog": new("Switch", MOTION, {"DOME_CW": "On", "DOME_CCW": "Off"}),
    "stop": new("Switch", MOTION, {"DOME_CW": "Off", "DOME_CCW": "Off"}),
    "abort": new("Switch", "DOME_ABORT_MOTION", {"ABORT": "On"}),
}


@pytest.mark.parametrize("how", MANUAL)
def test_a_person_who_takes_over_switches_slaving_off(rig: DeviceRig, how: str) -> None:
    follow(rig)
    sent = rig.say(MANUAL[how])
    assert not rig.slaved
    assert rig.told("Slaving is switched off", sent)
    assert [each.on for each in sent if each.name == AUTOSYNC] == [["DOME_AUTOSYNC_DISABLE"]]
    if how == "abort":
        pulses = rig.pins.pulses_sent
        rig.points(45, 30)
        rig.live(3.0)
        assert rig.pins.pulses_sent == pulses


REFUSED = {
    "far": new("Number", ABSOLUTE, {"DOME_ABSOLUTE_POSITION": 400}),
    "nan": new("Number", ABSOLUTE, {"DOME_ABSOLUTE_POSITION": "nan"}),
    "wrong kind": new("Text", MOTION, {"DOME_CW": "On"}),
    "both": new("Switch", MOTION, {"DOME_CW": "On", "DOME_CCW": "On"}),
    "abort off": new("Switch", "DOME_ABORT_MOTION", {"ABORT": "Off"}),
    "no such preset": new("Switch", "Goto", {"Preset 9": "On"}),
}


@pytest.mark.parametrize("how", REFUSED)
def test_a_refused_command_leaves_slaving_on(rig: DeviceRig, how: str) -> None:
    follow(rig)
    rig.say(REFUSED[how])
    assert rig.slaved
    assert rig.state(MOTION) == "Busy"


def test_a_parked_dome_stays_says_so_once_and_follows_after_unpark(rig: DeviceRig) -> None:
    rig.switch("DOME_PARK", "PARK")
    rig.rest()
    rig.slave()
    rig.points(40, 30)
    pulses = rig.pins.pulses_sent
    for command in ("goto", "jog", "relative"):
        rig.say(MANUAL[command])
        assert rig.slaved, "refused"
    rig.live(5.0)
    assert rig.pins.pulses_sent == pulses
    assert len(rig.told("Slaving keeps the dome")) == 1
    rig.switch("DOME_PARK", "UNPARK")
    rig.rest()
    rig.until(lambda: rig.error_deg(wanted_deg(40, 30)) < 0.6)


def test_switching_off_stops_a_slaved_move_also_when_on_was_said_twice(rig: DeviceRig) -> None:
    follow(rig)
    rig.slave()
    sent = rig.slave(False)
    assert [each.state for each in sent if each.name == AUTOSYNC] == ["Ok"]
    rig.rest(2.0)
    assert rig.busy() == []
    assert rig.error_deg(wanted_deg(40, 30)) > 5.0


def test_switching_off_leaves_a_goto_of_a_person_alone(rig: DeviceRig) -> None:
    rig.goto(90)
    rig.slave(False)
    rig.rest()
    assert rig.error_deg(90) < 0.06


def test_a_mount_that_falls_silent_is_asked_again_and_then_not_followed(rig: DeviceRig) -> None:
    follow(rig, 40, 30)
    rig.rest()
    rig.points(40, 30)
    sent = rig.live(28.0)
    assert 2 <= len(asked_again(sent)) <= 3
    assert not rig.told("Slaving keeps", sent)
    rig.live(5.0)
    assert len(rig.told("mount data are")) == 1
    pulses = rig.pins.pulses_sent
    rig.live(600.0)  # the sky turns by 2.5°
    assert rig.pins.pulses_sent == pulses
    rig.points(43, 30)
    rig.rest()
    rig.until(lambda: rig.error_deg(wanted_deg(43, 30)) < 0.6)


def test_a_mount_that_answers_is_followed_for_hours(rig: DeviceRig) -> None:
    follow(rig, 40, 30)
    rig.rest()
    ra_h = rig.ra_h(40)
    for _ in range(60):
        if asked_again(rig.live(11.0)):
            rig.mount("Number", "EQUATORIAL_EOD_COORD", {"RA": ra_h, "DEC": 30})
    rig.rest()
    assert not rig.told("mount data are")
    assert rig.error_deg(wanted_deg(40 + 660 * 15.041 / 3600, 30)) < 0.6


@pytest.mark.parametrize("state", ["Ok", "Idle", "Busy"])
def test_zero_coordinates_never_move_the_dome(rig: DeviceRig, state: str) -> None:
    rig.slave()
    for name in ("EQUATORIAL_EOD_COORD", "TARGET_EOD_COORD"):
        rig.mount("Number", name, {"RA": 0, "DEC": 0}, state)
    rig.live(5.0)
    assert rig.pins.pulses_sent == 0


@pytest.mark.parametrize(("ra", "dec"), [("nan", 20), (99, 20), (5, 200), ("", ""), (-1, 20), ("inf", "-inf")])
def test_absurd_coordinates_never_move_the_dome(rig: DeviceRig, ra: object, dec: object) -> None:
    rig.slave()
    rig.mount("Number", "EQUATORIAL_EOD_COORD", {"RA": ra, "DEC": dec})
    rig.mount("Number", "TARGET_EOD_COORD", {"RA": ra, "DEC": dec})
    rig.live(3.0)
    assert rig.pins.pulses_sent == 0
    assert rig.device.caught == []


@pytest.mark.parametrize("name", [None, "EQUATORIAL_EOD_COORD"])
def test_a_mount_that_is_gone_is_not_followed(rig: DeviceRig, name: str | None) -> None:
    follow(rig)
    rig.rest()
    rig.say(gone(name))
    pulses = rig.pins.pulses_sent
    rig.live(600.0)
    assert rig.pins.pulses_sent == pulses


def test_a_parked_mount_is_not_followed(rig: DeviceRig) -> None:
    rig.mount("Switch", "TELESCOPE_PARK", {"PARK": "On", "UNPARK": "Off"})
    rig.slave()
    rig.points(40, 30)
    rig.live(3.0)
    assert rig.pins.pulses_sent == 0
    rig.mount("Switch", "TELESCOPE_PARK", {"PARK": "Off", "UNPARK": "On"})
    rig.live(0.1)
    assert rig.moving


def test_without_a_model_there_is_one_warning_and_no_motion(tmp_path: Path) -> None:
    rig = DeviceRig(tmp_path, table=False).connect()
    rig.slave()
    rig.points(40, 30)
    rig.live(10.0)
    assert rig.pins.pulses_sent == 0
    assert len(rig.told("[WARNING] Slaving keeps the dome")) == 1
    assert rig.told("DOME_MEASUREMENTS")
    rig.number("DOME_MEASUREMENTS", DM_DOME_RADIUS=1.2, DM_OTA_OFFSET=0.4)
    rig.rest()
    assert rig.pins.pulses_sent > 0


def test_a_table_that_cannot_be_read_is_told_and_moves_nothing(tmp_path: Path) -> None:
    rig = DeviceRig(tmp_path, answer={"error": "sheet 1, cell B3: 'x' is not a number"}).connect()
    assert rig.told("[ERROR] The table is not used: sheet 1, cell B3")
    assert (rig.state("ABAQUE_INFO"), rig.state("ABAQUE_FILE")) == ("Alert", "Alert")
    rig.slave()
    rig.points(40, 30)
    rig.live(3.0)
    assert rig.pins.pulses_sent == 0
    rig.loader.answer = example_answer()
    rig.command("Text", "ABAQUE_FILE", {"FILE": str(TABLE)})
    assert rig.state("ABAQUE_FILE") == "Ok"
    rig.rest()
    assert rig.pins.pulses_sent > 0


@pytest.mark.parametrize("file", ["/nowhere.xlsx", "~nobody-at-all/x.xlsx", "x" * 5000, "\u00e9" * 300, "/root/a\tb"])
def test_a_file_that_is_not_there_is_refused_and_a_move_goes_on(rig: DeviceRig, file: str) -> None:
    rig.goto(50)
    sent = rig.command("Text", "ABAQUE_FILE", {"FILE": file})
    assert [each.state for each in sent if each.name == "ABAQUE_FILE"] == ["Alert"]
    assert rig.device.caught == []
    assert rig.state(MOTION) == "Busy"


def test_an_answer_that_comes_after_a_disconnect_is_ignored(tmp_path: Path) -> None:
    rig = DeviceRig(tmp_path).connect()
    _, done = rig.loader.asked[0]
    rig.switch("CONNECTION", "DISCONNECT")
    before = len(rig.sent)
    done(example_answer())
    assert len(rig.sent) == before


def test_a_fault_switches_slaving_off_instead_of_trying_for_ever(rig: DeviceRig) -> None:
    follow(rig)
    rig.pins.faults.motor_disconnected = True
    rig.until(lambda: rig.state(MOTION) == "Alert", 5.0)
    assert not rig.slaved
    assert rig.told("the dome had a fault")
    pulses = rig.pins.pulses_sent
    rig.live(10.0)
    assert rig.pins.pulses_sent == pulses


def test_an_error_in_the_model_stops_the_dome_once_and_manual_motion_works_on(
    rig: DeviceRig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    follow(rig)
    session = rig.device.session
    assert session is not None
    with monkeypatch.context() as patch:
        patch.setattr(type(session.models), "model", property(lambda _: 1 / 0))
        rig.until(lambda: rig.state(MOTION) == "Alert", 5.0)
        assert not rig.slaved
        assert rig.pins.pending_steps() == 0
        assert len(rig.device.caught) == 1
        rig.goto(10)
        rig.rest()
        assert rig.error_deg(10) < 0.06
        assert len(rig.device.caught) == 1
    assert capsys.readouterr().err.count("Traceback") == 1
    follow(rig)


def test_a_clock_that_is_set_back_does_not_end_slaving(rig: DeviceRig) -> None:
    follow(rig)
    rig.rest()
    rig.unix_offset_s = -7200.0
    rig.points(-40, 30)
    rig.live(1.0)
    assert rig.device.panel.text("SLAVING_REASON")["REASON"].startswith("the mount's position leapt by")
    rig.live(5.0)
    assert rig.moving
    sent = rig.live(2.0)
    assert [each for each in sent if each.name == ABSOLUTE], "the position is still told"
    rig.rest()
    assert rig.error_deg(wanted_deg(-40, 30)) < 0.6
