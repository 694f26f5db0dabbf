"""HOME and HOME_POSITION as a client sees them."""

import json
from pathlib import Path

import pytest
from device_rig import gone, new
from dome_at import find, rig_at

HOME, ABS, MOTION, PARK = "HOME", "ABS_DOME_POSITION", "DOME_MOTION", "DOME_PARK"
HOME_DEG = 45.0


@pytest.mark.parametrize("azimuth_deg", [80.0, 44.9, 300.0])
def test_a_lost_dome_finds_home_and_knows_its_azimuth(tmp_path: Path, azimuth_deg: float) -> None:
    rig = rig_at(tmp_path, azimuth_deg, lost=True)
    assert rig.state(ABS) == "Alert"
    sent = rig.switch(HOME, "HOME_FIND")
    assert [each.state for each in sent if each.name == HOME] == ["Busy"]
    assert (rig.state(MOTION), rig.state(ABS), rig.on(HOME)) == ("Busy", "Busy", "HOME_FIND")
    rig.until(lambda: rig.state(HOME) != "Busy", 120.0)
    assert (rig.state(HOME), rig.on(HOME), rig.state(ABS), rig.state(MOTION)) == ("Ok", None, "Ok", "Ok")
    assert rig.error_deg(HOME_DEG) < 0.4
    assert rig.told("Home found")
    assert rig.device.session is not None
    assert rig.device.session.freed_by_command
    # From now on gotos are possible, and the record proves the place at the next start.
    rig.goto(100.0)
    rig.rest()
    assert rig.error_deg(100.0) < 0.5
    rig.start()
    rig.connect()
    assert rig.state(ABS) == "Ok"


def test_a_wrong_azimuth_is_put_right_and_the_drift_is_told(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 60.0)
    rig.number("DOME_SYNC", DOME_SYNC_VALUE=63.0)
    find(rig)
    assert rig.error_deg(HOME_DEG) < 0.4
    assert rig.azimuth() == pytest.approx(HOME_DEG, abs=0.2)
    (told,) = rig.told("Home found")
    drift = float(told.split("it was ")[1].split("°")[0])
    assert drift == pytest.approx(3.0, abs=0.4)


def test_another_home_azimuth_counts_at_the_next_search(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 60.0)
    rig.number("HOME_POSITION", HOME_AZ="50:30:00")
    assert rig.state("HOME_POSITION") == "Ok"
    find(rig)
    assert rig.azimuth() == pytest.approx(50.5, abs=0.2)
    rig.switch("CONNECTION", "DISCONNECT")
    rig.live(1.0)
    rig.switch("CONNECTION", "CONNECT")
    assert rig.device.session is not None
    assert rig.device.session.dome.home_azimuth_deg == pytest.approx(50.5)


def test_go_home_is_a_goto(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    rig.switch(HOME, "HOME_GOTO")
    assert (rig.state(HOME), rig.on(HOME)) == ("Busy", "HOME_GOTO")
    rig.rest()
    assert (rig.state(HOME), rig.on(HOME)) == ("Ok", None)
    assert rig.error_deg(HOME_DEG) < 0.1
    rig.switch(HOME, "HOME_GOTO")
    assert rig.state(HOME) == "Ok"


def test_go_home_without_an_azimuth_is_refused_with_the_remedy(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, lost=True)
    rig.switch(HOME, "HOME_GOTO")
    assert rig.state(HOME) == "Alert"
    assert rig.told("find home (HOME)")
    assert not rig.moving


def test_a_parked_dome_does_not_search(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 0.0)
    rig.switch(PARK, "PARK")
    rig.rest()
    for which in ("HOME_FIND", "HOME_GOTO"):
        rig.switch(HOME, which)
        assert rig.state(HOME) == "Alert"
        assert not rig.moving


@pytest.mark.parametrize("how", ["abort", "off", "goto", "park", "disconnect", "unpark"])
def test_a_search_yields(tmp_path: Path, how: str) -> None:
    rig = rig_at(tmp_path, 200.0)
    rig.switch(HOME, "HOME_FIND")
    rig.live(2.0)
    assert rig.moving
    match how:
        case "abort":
            pulses = rig.pins.pulses_sent
            rig.abort()
            assert rig.busy() == []
            rig.live(2.0)
            assert rig.pins.pulses_sent - pulses < 3
        case "off":
            rig.switch(MOTION, off=("DOME_CW", "DOME_CCW"))
            rig.rest()
        case "goto":
            rig.goto(210.0)
            assert rig.state(HOME) == "Idle"
            rig.rest()
            assert rig.error_deg(210.0) < 0.1
        case "park":
            rig.switch(PARK, "PARK")
            assert rig.state(HOME) == "Idle"
            rig.rest()
            assert (rig.state(PARK), rig.on(PARK)) == ("Ok", "PARK")
        case "disconnect":
            rig.switch("CONNECTION", "DISCONNECT")
            rig.live(2.0)
            return
        case "unpark":
            rig.switch(PARK, "UNPARK")
            assert rig.state(PARK) == "Ok"
            assert rig.state(HOME) == "Busy"
            return
    assert rig.busy() == []
    assert rig.state(HOME) == "Idle"
    assert rig.on(HOME) is None


def test_both_off_is_no_stop_and_a_second_find_changes_nothing(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 200.0)
    rig.switch(HOME, off=("HOME_FIND", "HOME_GOTO"))
    assert rig.state(HOME) == "Ok"
    rig.switch(HOME, "HOME_FIND")
    rig.live(1.0)
    rig.switch(HOME, off=("HOME_FIND", "HOME_GOTO"))
    assert rig.state(HOME) == "Busy"
    sent = rig.switch(HOME, "HOME_FIND")
    assert [each.state for each in sent if each.name == HOME] == ["Busy"]
    rig.until(lambda: rig.state(HOME) != "Busy", 120.0)
    assert rig.state(HOME) == "Ok"


@pytest.mark.parametrize(("stuck", "word"), [(True, "stayed closed"), (False, "not found in a whole turn")])
def test_a_broken_switch_ends_the_search_with_its_name(tmp_path: Path, stuck: bool, word: str) -> None:
    rig = rig_at(tmp_path, 200.0, lost=True)
    rig.pins.faults.home_stuck = stuck
    find(rig)
    assert rig.state(HOME) == "Alert"
    assert rig.told(word)
    rig.live(2.0)
    assert not rig.moving
    assert rig.busy() == []
    assert rig.state(ABS) == "Alert", "the azimuth is still not known"
    assert rig.device.session is not None
    assert not rig.device.session.freed_by_command


def test_a_dead_encoder_ends_the_search_and_is_named(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 200.0)
    rig.switch(HOME, "HOME_FIND")
    rig.live(1.0)
    rig.pins.faults.encoder_dead = True
    rig.until(lambda: rig.state(HOME) != "Busy", 10.0)
    assert rig.state(HOME) == "Alert"
    assert rig.told("encoder lost")
    assert rig.pins.pending_steps() == 0
    rig.pins.faults.encoder_dead = False
    find(rig)
    assert rig.state(HOME) == "Ok"


def test_a_search_takes_slaving_off(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 200.0)
    rig.slave()
    rig.say(gone())
    rig.switch(HOME, "HOME_FIND")
    assert not rig.slaved


def test_the_home_azimuth_is_kept_while_it_is_searched(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 200.0)
    rig.switch(HOME, "HOME_FIND")
    rig.number("HOME_POSITION", HOME_AZ=10)
    assert rig.state("HOME_POSITION") == "Alert"
    assert rig.device.panel.number("HOME_POSITION")["HOME_AZ"] == HOME_DEG


HERE = {
    "goto here": ("Number", "ABS_DOME_POSITION", {"DOME_ABSOLUTE_POSITION": 100}),
    "turn by nothing": ("Number", "REL_DOME_POSITION", {"DOME_RELATIVE_POSITION": 0}),
    "sync": ("Number", "DOME_SYNC", {"DOME_SYNC_VALUE": 77}),
    "cables": ("Switch", "CABLE_WRAP_RESET", {"RESET": "On"}),
    "slaving": ("Switch", "DOME_AUTOSYNC", {"DOME_AUTOSYNC_ENABLE": "On"}),
}


@pytest.mark.parametrize("turns", [0, 1])
@pytest.mark.parametrize("what", HERE)
def test_what_comes_before_a_search_has_begun_to_turn_does_not_make_it_a_secret(
    tmp_path: Path, what: str, turns: int
) -> None:
    rig = rig_at(tmp_path, 100.0)
    rig.receive(new("Switch", HOME, {"HOME_FIND": "On"}))
    for _ in range(turns):
        rig.device.tick()
    rig.receive(new(*HERE[what]))
    dome = rig.device.session.dome  # type: ignore[union-attr]
    for _ in range(200):
        rig.turn()
        if rig.error_deg(100.0) > 0.5:
            assert dome.busy
            assert rig.state(MOTION) == "Busy"
            assert json.loads(rig.position_path.read_text())["moving"] is True
    rig.switch(MOTION, off=("DOME_CW", "DOME_CCW"))
    rig.rest()
    here_deg = rig.true_deg
    rig.live(2.0)
    assert rig.error_deg(here_deg) < 0.01, "a stop stops it"
    assert rig.busy() == []
