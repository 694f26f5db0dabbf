"""Manners of the slaved dome: who is master, what is told, what is believed."""

from pathlib import Path

import pytest
from device_rig import DeviceRig, example_answer

from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.sidereal import horizontal

AUTOSYNC, MOTION = "DOME_AUTOSYNC", "DOME_MOTION"


@pytest.fixture
def rig(tmp_path: Path) -> DeviceRig:
    return DeviceRig(tmp_path, answer=example_answer()).connect()


def test_settings_of_a_person_survive_a_disconnect(rig: DeviceRig) -> None:
    rig.number("DOME_PARAMS", AUTOSYNC_THRESHOLD=3.5)
    rig.switch("DM_OTA_SIDE", "DM_OTA_SIDE_EAST")
    rig.switch("CONNECTION", "DISCONNECT")
    rig.live(3)
    rig.switch("CONNECTION", "CONNECT")
    assert rig.device.panel.number("DOME_PARAMS")["AUTOSYNC_THRESHOLD"] == 3.5
    assert rig.device.panel.switch("DM_OTA_SIDE").selected == "DM_OTA_SIDE_EAST"
    assert rig.device.panel.switch(AUTOSYNC).selected == "DOME_AUTOSYNC_DISABLE", (
        "but slaving never comes back by itself"
    )


def test_a_mount_that_believes_to_be_elsewhere_is_reported_once(rig: DeviceRig) -> None:
    site = {"LAT": 52.0, "LONG": 13.0}
    sent = rig.mount("Number", "GEOGRAPHIC_COORD", site) + rig.mount("Number", "GEOGRAPHIC_COORD", site)
    assert len([each for each in sent if "one of them is wrong" in each.text]) == 1


def test_the_panel_says_at_once_whether_slaving_is_on(rig: DeviceRig) -> None:
    rig.live(2)
    rig.slave()
    rig.live(2)
    assert not rig.device.panel.text("SLAVING_REASON")["REASON"].startswith("slaving is off")
    rig.abort()
    rig.live(2)
    assert rig.device.panel.text("SLAVING_REASON")["REASON"].startswith("slaving is off")


def test_a_dead_band_of_nothing_does_not_keep_the_dome_busy(rig: DeviceRig) -> None:
    rig.slave()
    rig.points(40, 30)
    rig.live(2)
    rig.rest()
    rig.number("DOME_PARAMS", AUTOSYNC_THRESHOLD=0)
    sent = rig.live(10)
    assert len([each for each in sent if each.name == MOTION and each.state == "Busy"]) <= 1


def test_a_dome_that_cannot_move_is_not_asked_every_second(rig: DeviceRig) -> None:
    rig.live(1)
    rig.pins.faults.encoder_dead = True
    rig.live(2)
    rig.slave()
    sent = []
    for _ in range(20):
        rig.points(40, 30)
        sent += rig.live(1)
    assert len([each for each in sent if "Slaving" in each.text]) < 6


@pytest.mark.parametrize(("state", "allowed"), [("Busy", False), ("Alert", False), ("Ok", True)])
def test_mount_locks_wants_a_mount_that_is_parked_for_certain(rig: DeviceRig, state: str, allowed: bool) -> None:
    rig.goto(20)
    rig.rest()
    rig.switch("MOUNT_POLICY", "MOUNT_LOCKS")
    rig.mount("Switch", "TELESCOPE_PARK", {"PARK": "On", "UNPARK": "Off"}, state)
    rig.switch("DOME_PARK", "PARK")
    assert (rig.state("DOME_PARK") == "Busy") is allowed


def test_a_stop_on_the_way_to_the_park_position_stops(rig: DeviceRig) -> None:
    rig.goto(60)
    rig.rest()
    rig.switch("DOME_PARK", "PARK")
    rig.live(1)
    rig.switch(MOTION, off=("DOME_CW", "DOME_CCW"))
    assert (rig.state("DOME_PARK"), rig.on("DOME_PARK")) == ("Alert", "UNPARK")
    rig.rest()
    assert rig.error_deg(0) > 10
    assert rig.state(MOTION) == "Ok"


def test_a_park_that_failed_leaves_the_dome_alone(rig: DeviceRig) -> None:
    rig.slave()
    rig.points(40, 30)
    rig.live(2)
    rig.rest()
    rig.switch("DOME_PARK", "PARK")
    rig.live(1)
    rig.pins.faults.encoder_dead = True
    rig.live(2)
    rig.pins.faults.encoder_dead = False
    stopped = rig.true_deg
    rig.live(40)
    assert rig.state("DOME_PARK") == "Alert"
    assert not rig.slaved
    assert rig.true_deg == pytest.approx(stopped, abs=0.1)


def test_measurements_typed_in_serve_the_mounts_own_latitude(rig: DeviceRig) -> None:
    rig.mount("Number", "GEOGRAPHIC_COORD", {"LAT": -33.0, "LONG": 5.23})
    rig.number(
        "DOME_MEASUREMENTS",
        DM_DOME_RADIUS=2.5,
        DM_NORTH_DISPLACEMENT=0.1,
        DM_EAST_DISPLACEMENT=0.1,
        DM_UP_DISPLACEMENT=0.1,
        DM_OTA_OFFSET=0.5,
    )
    rig.switch("ABAQUE_MODEL", "MODEL_MEASUREMENTS")
    rig.switch("SLAVING_RULE", "RULE_THRESHOLD")
    rig.live(2)
    rig.slave()
    rig.points(-60.0, -20.0)
    rig.live(2)
    rig.rest()
    altitude, azimuth = horizontal(-60.0, -20.0, -33.0)
    south = Geometry(radius_m=2.5, north_m=0.1, east_m=0.1, up_m=0.1, tube_offset_m=0.5, latitude_deg=-33.0)
    assert rig.error_deg(south.dome_azimuth(Pointing(altitude, azimuth, -60.0), PierSide.WEST)) < 0.6
