"""Slaving by the clearance in the slit, inside the driver: rule, limits, the coming flip, what is shown and kept."""

from pathlib import Path

import pytest
from device_rig import DeviceRig, example_answer, new

from astro.angles import difference_deg
from indi_dome_driver.device.saved_config import SavedConfig

CHOICES = {
    "SLAVING_RULE": ("RULE_THRESHOLD", "RULE_CLEARANCE"),
    "FLIP_TIME": ("FLIP_KNOWN", "FLIP_UNKNOWN"),
    "MOUNT_SIDE_REPORT": ("SIDE_INVERTED", "SIDE_AS_REPORTED"),
}
FREE_PLAY_MM = 175.0


@pytest.fixture
def rig(tmp_path: Path) -> DeviceRig:
    return DeviceRig(tmp_path, answer=example_answer()).connect()


def status(rig: DeviceRig, element: str) -> float:
    return rig.device.panel.number("SLAVING_STATUS")[element]


def side(rig: DeviceRig, west: bool) -> None:
    values = {"PIER_WEST": "On" if west else "Off", "PIER_EAST": "Off" if west else "On"}
    rig.mount("Switch", "TELESCOPE_PIER_SIDE", values)


def test_a_dome_that_rests_keeps_the_beam_near_the_middle_and_tells_its_band(rig: DeviceRig) -> None:
    rig.slave()
    for ha_deg, dec_deg in ((40, 30), (-50, 10), (20, 70), (-100, 60)):
        rig.slews(ha_deg, dec_deg)
        rig.points(ha_deg, dec_deg, "Busy")
        rig.live(1.0)
        rig.points(ha_deg, dec_deg)
        rig.rest()
        rig.live(1.5)
        assert status(rig, "CLEARANCE") > 0.74 * FREE_PLAY_MM
        assert abs(status(rig, "ERROR")) <= status(rig, "DEAD_BAND")
        assert 1.0 < status(rig, "DEAD_BAND") <= 15.0


def test_a_tracking_mount_makes_few_moves_and_each_of_them_looks_ahead(rig: DeviceRig) -> None:
    rig.slave()
    rig.points(-60.0, 20.0)
    rig.live(1.0)
    rig.rest()
    ra_h = rig.ra_h(-60.0)
    moves, pulses = 0, rig.pins.pulses_sent
    for _ in range(120):  # an hour, half a minute at a time
        rig.mount("Number", "EQUATORIAL_EOD_COORD", {"RA": ra_h, "DEC": 20.0})
        rig.live(0.2)
        rig.wall_s += 29.0
        rig.mount("Number", "EQUATORIAL_EOD_COORD", {"RA": ra_h, "DEC": 20.0})
        rig.live(0.8)
        moves += rig.pins.pulses_sent != pulses
        pulses = rig.pins.pulses_sent
        assert status(rig, "CLEARANCE") > 0.70 * FREE_PLAY_MM
    assert 1 <= moves <= 6


def test_the_flip_is_announced_waited_for_and_followed_at_once(rig: DeviceRig) -> None:
    rig.slave()
    side(rig, west=True)
    rig.points(-0.3, 28.0)
    rig.live(1.0)
    rig.rest()
    rig.points(-0.2, 28.0)
    rig.live(2.0)
    rig.rest()
    flip = dict(rig.device.panel.number("SLAVING_FLIP").values())
    assert rig.state("SLAVING_FLIP") == "Ok"
    assert 0.0 < flip["FLIP_IN"] < 2.0
    assert 80.0 < flip["FLIP_LOSS"] < 120.0
    assert "leaning" in rig.device.panel.text("SLAVING_REASON")["REASON"]
    assert len(rig.told("Meridian flip due in")) == 1, "said once"
    assert status(rig, "CLEARANCE") < 40.0, "at the edge"
    assert status(rig, "CLEARANCE") > 4.0, "but clear"
    stands = rig.true_deg
    rig.slews(0.1, 28.0)  # the flip: a goto to where the mount is
    rig.live(0.5)
    assert rig.moving
    rig.points(90.0, 60.0, "Busy")
    rig.live(1.0)
    rig.points(0.1, 28.0)
    side(rig, west=False)
    rig.rest()
    assert difference_deg(rig.true_deg, stands) * flip["FLIP_TURN"] > 0.0, "the way that was announced"
    rig.live(2.0)
    assert status(rig, "CLEARANCE") > 0.74 * FREE_PLAY_MM
    assert rig.device.panel.text("SLAVING_REASON")["SIDE"] == "east"


@pytest.mark.parametrize("name", CHOICES)
def test_choices_are_answered_kept_and_an_empty_one_is_refused(rig: DeviceRig, name: str) -> None:
    chosen, default = CHOICES[name]
    assert rig.on(name) == default
    sent = rig.switch(name, chosen)
    assert [(each.state, each.on) for each in sent if each.name == name] == [("Ok", [chosen])]
    refused = rig.say(new("Switch", name, {chosen: "Off"}))
    assert [each.state for each in refused if each.name == name] == ["Alert"]
    assert rig.on(name) == chosen
    rig.live(2.0)
    assert name in [each.name for each in SavedConfig(rig.config_path, "Abaque Dome").load()]
    rig.start()
    rig.connect()
    assert rig.on(name) == chosen


def test_limits_are_answered_within_their_range_and_count(rig: DeviceRig) -> None:
    rig.slave()
    rig.points(-60.0, 20.0)
    rig.live(1.0)
    rig.rest()
    rig.live(1.5)
    wide = status(rig, "DEAD_BAND")
    sent = rig.number("SLAVING_LIMITS", MOVE_SHARE=50.0)
    assert [each.state for each in sent if each.name == "SLAVING_LIMITS"] == ["Ok"]
    rig.live(1.5)
    assert status(rig, "DEAD_BAND") == pytest.approx(2.0 * wide, rel=0.05)
    sent = rig.number("SLAVING_LIMITS", MOVE_SHARE=500.0)
    assert [each.state for each in sent if each.name == "SLAVING_LIMITS"] == ["Alert"]


def test_who_sets_the_threshold_is_told_that_it_does_not_count_yet(rig: DeviceRig) -> None:
    sent = rig.number("DOME_PARAMS", AUTOSYNC_THRESHOLD=2.0)
    assert rig.told("SLAVING_RULE", sent)
    assert not rig.told("SLAVING_RULE", rig.number("DOME_PARAMS", AUTOSYNC_THRESHOLD=2.0)), "KStars repeats it"
    rig.switch("SLAVING_RULE", "RULE_THRESHOLD")
    assert not rig.told("SLAVING_RULE", rig.number("DOME_PARAMS", AUTOSYNC_THRESHOLD=3.0))
    rig.points(-60.0, 20.0)
    rig.live(1.5)
    assert status(rig, "DEAD_BAND") == 3.0


def test_an_inverted_driver_is_turned_round(rig: DeviceRig) -> None:
    side(rig, west=False)
    rig.points(-60.0, 20.0)
    rig.live(1.5)
    words = rig.device.panel.text("SLAVING_REASON")
    assert words["SIDE"] == "east"
    assert "unusual" in words["SIDE_SOURCE"]
    rig.switch("MOUNT_SIDE_REPORT", "SIDE_INVERTED")
    rig.live(1.5)
    assert (words["SIDE"], words["SIDE_SOURCE"]) == ("west", "mount, inverted")
