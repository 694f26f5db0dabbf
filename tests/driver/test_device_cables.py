"""The limit of the cables, their winding, and what is left of both after a crash."""

from pathlib import Path

import pytest
from device_rig import DeviceRig
from dome_at import find, rig_at

HOME, ABS, MOTION, PARK = "HOME", "ABS_DOME_POSITION", "DOME_MOTION", "DOME_PARK"
HOME_DEG = 45.0


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
    rig.number("DOME_SYNC", DOME_SYNC_VALUE=10)
    for refused, state, command in (
        (MOTION, "Ok", lambda: rig.switch(MOTION, "DOME_CCW")),
        (HOME, "Alert", lambda: rig.switch(HOME, "HOME_FIND")),
        ("REL_DOME_POSITION", "Alert", lambda: rig.number("REL_DOME_POSITION", DOME_RELATIVE_POSITION=5)),
        (ABS, "Alert", lambda: rig.goto(20)),
        (PARK, "Alert", lambda: rig.switch(PARK, "PARK")),
    ):
        sent = command()
        assert [each.state for each in sent if each.name == refused] == [state], refused
        assert rig.told("CABLE_WRAP_RESET", sent), refused
        rig.live(0.5)
        assert rig.busy() == []
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
    assert rig.state(HOME) == "Ok"
    assert rig.error_deg(HOME_DEG) < 0.4
    assert not rig.told("loose contact")


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
