"""HOME, HOME_POSITION, the cables and the backlash as a client sees them."""

import json
from pathlib import Path

import pytest
from device_rig import DeviceRig, gone, new

from indi_dome_driver.hardware.simulated.backend import SimulatorSettings

HOME, ABS, MOTION, PARK = "HOME", "ABS_DOME_POSITION", "DOME_MOTION", "DOME_PARK"
HOME_DEG = 45.0


def rig_at(folder: Path, azimuth_deg: float = 80.0, lost: bool = False, **config: object) -> DeviceRig:
    """Connect to a dome that stands somewhere, and perhaps does not know where."""
    settings = SimulatorSettings(speed_factor=20.0, start_azimuth_deg=azimuth_deg, start_lost=lost)
    return DeviceRig(folder, settings, config=config).connect()


def find(rig: DeviceRig) -> None:
    rig.switch(HOME, "HOME_FIND")
    rig.until(lambda: rig.state(HOME) != "Busy", 120.0)


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


# The cables


def test_without_a_limit_nobody_is_bothered_with_cables(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    assert rig.state("CABLE_WRAP") == "Idle"
    assert not rig.told("cables")


def test_the_long_way_is_taken_and_explained(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 10.0, dome={"cable_turns": 0.75})
    assert rig.told("How far the cables are wound is not known")
    rig.switch("CABLE_WRAP_RESET", "RESET")
    assert rig.state("CABLE_WRAP") == "Ok"
    for azimuth in (140.0, 250.0):
        rig.goto(azimuth)
        rig.rest()
    rig.live(1.5)
    assert rig.device.panel.number("CABLE_WRAP")["CABLE_WOUND"] == pytest.approx(240 / 360, abs=0.01)
    rig.goto(330.0)
    assert rig.told("the long way: the cables are wound +0.67 turns")
    assert rig.on(MOTION) == "DOME_CCW"
    rig.rest()
    assert rig.error_deg(330.0) < 0.1
    rig.live(1.5)
    assert rig.device.panel.number("CABLE_WRAP")["CABLE_WOUND"] == pytest.approx(-40 / 360, abs=0.01)


def test_a_jog_stops_at_the_end_of_the_cables_and_says_so(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 10.0)
    rig.number("CABLE_WRAP_LIMIT", CABLE_TURNS=0.5)
    rig.switch("CABLE_WRAP_RESET", "RESET")
    rig.switch(MOTION, "DOME_CW")
    rig.rest()
    assert rig.told("cables allow no more")
    assert rig.error_deg(190.0) < 0.5
    rig.switch(MOTION, "DOME_CW")
    assert rig.told("Motion refused: the cables allow 0.")
    rig.number("REL_DOME_POSITION", DOME_RELATIVE_POSITION=20)
    assert rig.state("REL_DOME_POSITION") == "Alert"
    rig.goto(191.5)
    rig.rest()
    assert rig.error_deg(191.5) < 0.1


def test_the_winding_survives_a_restart_and_a_crash_in_mid_move_puts_it_in_doubt(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 0.0, dome={"cable_turns": 2.0})
    rig.switch("CABLE_WRAP_RESET", "RESET")
    rig.goto(170.0)
    rig.rest()
    rig.live(1.0)
    rig.start()
    rig.connect()
    wrap = rig.device.panel.number("CABLE_WRAP")
    assert wrap["CABLE_WOUND"] == pytest.approx(170 / 360, abs=0.01)
    assert rig.state("CABLE_WRAP") == "Ok"
    rig.goto(300.0)
    rig.live(1.0)
    rig.start()
    rig.connect()
    wrap = rig.device.panel.number("CABLE_WRAP")
    assert (rig.state("CABLE_WRAP"), wrap["CABLE_DOUBT"]) == ("Alert", 999.0)
    assert rig.told("How far the cables are wound is not known")
    find(rig)
    rig.switch("CABLE_WRAP_RESET", "RESET")
    assert rig.state("CABLE_WRAP") == "Ok"


def crash_in_a_jog(rig: DeviceRig, seconds: float) -> float:
    """Kill the driver while the dome turns clockwise; give how far it turned, degrees."""
    before_deg = rig.pins.plant.azimuth_deg
    rig.switch(MOTION, "DOME_CW")
    rig.live(seconds)
    turned_deg = rig.pins.plant.azimuth_deg - before_deg
    rig.start()
    rig.connect()
    return turned_deg


def test_a_crash_in_a_jog_allows_half_a_turn_and_a_second_one_nothing_until_somebody_looks(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 0.0, dome={"cable_turns": 1.0})
    rig.switch("CABLE_WRAP_RESET", "RESET")
    crash_in_a_jog(rig, 3.0)
    start_deg = rig.true_deg
    rig.switch(MOTION, "DOME_CW")
    rig.rest()
    assert rig.told("cables allow no more")
    assert 179.0 < rig.true_deg - start_deg < 181.0, "whatever the count was, no further from where it was lost"
    rig.switch(MOTION, "DOME_CCW")
    rig.live(2.0)
    rig.start()
    rig.connect()
    assert rig.told("was lost twice")
    pulses = rig.pins.pulses_sent
    for refused, command in (
        (MOTION, lambda: rig.switch(MOTION, "DOME_CCW")),
        (HOME, lambda: rig.switch(HOME, "HOME_FIND")),
        ("REL_DOME_POSITION", lambda: rig.number("REL_DOME_POSITION", DOME_RELATIVE_POSITION=5)),
        (ABS, lambda: rig.number("DOME_SYNC", DOME_SYNC_VALUE=10) and rig.goto(20)),
        (PARK, lambda: rig.switch(PARK, "PARK")),
    ):
        sent = command()
        assert [each.state for each in sent if each.name == refused][-1] in ("Alert", "Ok", "Idle"), refused
        rig.live(0.5)
    assert rig.pins.pulses_sent == pulses
    rig.start()
    rig.connect()
    assert rig.told("was lost twice"), "another start does not make it known"
    rig.switch("CABLE_WRAP_RESET", "RESET")
    rig.switch(MOTION, "DOME_CCW")
    rig.live(0.5)
    assert rig.pins.pulses_sent > pulses


def test_a_limit_is_not_lowered_under_a_dome_that_turns(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 0.0, dome={"cable_turns": 2.0})
    rig.switch("CABLE_WRAP_RESET", "RESET")
    rig.goto(170.0)
    rig.live(1.0)
    sent = rig.number("CABLE_WRAP_LIMIT", CABLE_TURNS=0.75)
    assert [each.state for each in sent if each.name == "CABLE_WRAP_LIMIT"] == ["Alert"]
    assert rig.device.panel.number("CABLE_WRAP_LIMIT")["CABLE_TURNS"] == 2.0
    rig.rest()
    rig.number("CABLE_WRAP_LIMIT", CABLE_TURNS=0.75)
    assert rig.state("CABLE_WRAP_LIMIT") == "Ok"


def test_a_search_that_meets_the_end_of_the_cables_in_mid_move_turns_back(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 200.0, lost=True, dome={"cable_turns": 0.5})
    rig.switch("CABLE_WRAP_RESET", "RESET")
    find(rig)
    assert rig.state(HOME) in ("Ok", "Alert")
    assert not rig.told("loose contact")


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


def test_home_is_found_within_the_reach_of_the_cables(tmp_path: Path) -> None:
    rig = rig_at(tmp_path, 100.0, lost=True, dome={"cable_turns": 1.1})
    rig.switch("CABLE_WRAP_RESET", "RESET")
    rig.device.session.cable.adopt()  # type: ignore[union-attr]
    widest, start = 0.0, rig.true_deg
    rig.switch(HOME, "HOME_FIND")
    while rig.state(HOME) == "Busy":
        rig.turn()
        axis = rig.device.session.dome.axis  # type: ignore[union-attr]
        widest = max(widest, abs(axis.wrap.wound_deg(axis.travel_deg)))
    assert rig.state(HOME) == "Ok", (start, rig.texts()[-3:])
    assert widest <= 1.1 * 360.0 + 0.5


def test_limits_that_leave_azimuths_out_of_reach_are_refused(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    rig.number("CABLE_WRAP_LIMIT", CABLE_TURNS=0.3)
    assert rig.state("CABLE_WRAP_LIMIT") == "Alert"
    assert rig.told("out of reach")
    rig.number("CABLE_WRAP_LIMIT", CABLE_TURNS=0)
    assert rig.state("CABLE_WRAP_LIMIT") == "Ok"


def test_cables_are_not_declared_free_in_mid_move(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    rig.goto(200.0)
    rig.switch("CABLE_WRAP_RESET", "RESET")
    assert rig.state("CABLE_WRAP_RESET") == "Alert"


# The backlash


def test_backlash_steps_need_the_switch_and_stay_below_a_stall(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    sent = rig.number("DOME_BACKLASH_STEPS", DOME_BACKLASH_VALUE=500)
    assert [each.state for each in sent if each.name == "DOME_BACKLASH_STEPS"] == ["Idle"]
    assert rig.told("[WARNING]", sent)
    rig.switch("DOME_BACKLASH_TOGGLE", "INDI_ENABLED")
    rig.number("DOME_BACKLASH_STEPS", DOME_BACKLASH_VALUE=500)
    assert rig.state("DOME_BACKLASH_STEPS") == "Ok"
    rig.number("DOME_BACKLASH_STEPS", DOME_BACKLASH_VALUE=50_000)
    assert rig.state("DOME_BACKLASH_STEPS") == "Alert"
    assert rig.device.panel.number("DOME_BACKLASH_STEPS")["DOME_BACKLASH_VALUE"] == 500


def test_a_reversal_takes_up_the_steps(tmp_path: Path) -> None:
    pulses = []
    for steps in (0, 2000):
        folder = tmp_path / str(steps)
        folder.mkdir()
        rig = DeviceRig(folder, SimulatorSettings(speed_factor=20.0, backlash_deg=0.0), {}).connect()
        rig.switch("DOME_BACKLASH_TOGGLE", "INDI_ENABLED")
        rig.number("DOME_BACKLASH_STEPS", DOME_BACKLASH_VALUE=steps)
        rig.goto(20)
        rig.rest()
        before = rig.pins.pulses_sent
        rig.number("REL_DOME_POSITION", DOME_RELATIVE_POSITION=-90)
        rig.live(1.0)  # under way: 14 degrees at most, so no correction of the end has come yet
        axis = rig.device.session.dome.axis  # type: ignore[union-attr]
        turned = abs(axis.travel_deg - 20.0) * rig.mechanics.steps_per_deg
        pulses.append(rig.pins.pulses_sent - before - turned)
        rig.rest()
        assert rig.error_deg(20 - 90) < 0.1
    # There is no play in this dome, so it turns ahead of what the axis counts; the loop puts that right at the end.
    assert pulses[1] == pytest.approx(pulses[0], abs=600)


def test_steps_asked_for_in_mid_move_count_when_the_dome_rests(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    rig.switch("DOME_BACKLASH_TOGGLE", "INDI_ENABLED")
    rig.goto(120)
    rig.number("DOME_BACKLASH_STEPS", DOME_BACKLASH_VALUE=800)
    assert rig.state("DOME_BACKLASH_STEPS") == "Ok"
    rig.rest()
    rig.live(1.0)
    axis = rig.device.session.dome.axis  # type: ignore[union-attr]
    assert axis._stepping._sent.steps == 800
