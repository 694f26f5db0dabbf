"""The backlash as a client sees it."""

from pathlib import Path

import pytest
from device_rig import DeviceRig
from dome_at import rig_at

from indi_dome_driver.hardware.simulated.backend import SimulatorSettings


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
