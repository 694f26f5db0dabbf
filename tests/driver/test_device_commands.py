"""Commands that meet one another: what a later one does to an earlier one, and that nobody is left waiting."""

from pathlib import Path

import pytest
from device_rig import DeviceRig, new

PARK, MOTION, ABSOLUTE, RELATIVE = "DOME_PARK", "DOME_MOTION", "ABS_DOME_POSITION", "REL_DOME_POSITION"


@pytest.fixture
def rig(tmp_path: Path) -> DeviceRig:
    rig = DeviceRig(tmp_path).connect()
    rig.number("Presets", **{"Preset 1": 120})
    return rig


def parking(rig: DeviceRig) -> None:
    rig.goto(60)
    rig.rest()
    rig.switch(PARK, "PARK")
    rig.live(1.0)
    assert rig.busy() == [MOTION, ABSOLUTE, PARK]


LATER = {
    "absolute": new("Number", ABSOLUTE, {"DOME_ABSOLUTE_POSITION": 30}),
    "relative": new("Number", RELATIVE, {"DOME_RELATIVE_POSITION": 20}),
    "jog": new("Switch", MOTION, {"DOME_CW": "On", "DOME_CCW": "Off"}),
}


@pytest.mark.parametrize(("first", "later"), [(a, b) for a in ("preset", "relative") for b in LATER if a != b])
def test_a_move_that_is_taken_over_is_over(rig: DeviceRig, first: str, later: str) -> None:
    name = "Goto" if first == "preset" else RELATIVE
    if first == "preset":
        rig.switch("Goto", "Preset 1")
    else:
        rig.number(RELATIVE, DOME_RELATIVE_POSITION=90)
    rig.live(0.5)
    assert name in rig.busy()
    rig.say(LATER[later])
    assert rig.state(name) == "Idle"
    rig.live(0.5)
    rig.switch(MOTION, off=("DOME_CW", "DOME_CCW"))
    rig.rest()
    assert rig.busy() == []
    assert rig.state(name) == "Idle", "it was never finished"


def test_a_preset_that_is_reached_is_ok(rig: DeviceRig) -> None:
    rig.switch("Goto", "Preset 1")
    rig.rest()
    assert (rig.state("Goto"), rig.on("Goto")) == ("Ok", "Preset 1")
    assert rig.error_deg(120) < 0.06


def test_an_abort_of_a_dome_that_brakes_after_an_unpark_leaves_nothing_busy(rig: DeviceRig) -> None:
    parking(rig)
    rig.switch(PARK, "UNPARK")
    rig.abort()
    assert rig.busy() == []
    assert (rig.state(PARK), rig.on(PARK)) == ("Ok", "UNPARK")


def test_a_jog_after_an_unpark_in_mid_park_does_not_keep_the_park_waiting(rig: DeviceRig) -> None:
    parking(rig)
    rig.switch(PARK, "UNPARK")
    rig.say(LATER["jog"])
    assert (rig.state(PARK), rig.on(PARK)) == ("Ok", "UNPARK")
    assert rig.state(MOTION) == "Busy"


def test_parked_is_told_after_motion_has_ended(rig: DeviceRig) -> None:
    parking(rig)
    before = len(rig.sent)
    rig.until(lambda: rig.state(PARK) == "Ok")
    told = [(each.name, each.state) for each in rig.sent[before:] if each.name in (MOTION, PARK)]
    assert told[-2:] == [(MOTION, "Idle"), (PARK, "Ok")]


@pytest.mark.parametrize("option", ["PARK_CURRENT", "PARK_DEFAULT", "PARK_WRITE_DATA"])
def test_the_park_position_stays_while_the_dome_is_on_its_way_there(rig: DeviceRig, option: str) -> None:
    parking(rig)
    sent = rig.number("DOME_PARK_POSITION", PARK_AZ=90) + rig.switch("DOME_PARK_OPTION", option)
    states = {each.name: each.state for each in sent if each.tag.startswith("set")}
    assert states["DOME_PARK_POSITION"] == states["DOME_PARK_OPTION"] == "Alert"
    rig.rest()
    rig.live(0.5)
    rig.start()
    rig.connect()
    assert rig.on(PARK) == "PARK"


def test_the_park_position_is_chosen_kept_and_written(rig: DeviceRig) -> None:
    rig.number("DOME_PARK_POSITION", PARK_AZ="33:30:00")
    rig.switch(PARK, "PARK")
    rig.rest()
    assert rig.error_deg(33.5) < 0.06
    rig.switch(PARK, "UNPARK")
    rig.goto(40)
    rig.rest()
    rig.switch("DOME_PARK_OPTION", "PARK_CURRENT")
    rig.switch("DOME_PARK_OPTION", "PARK_WRITE_DATA")
    rig.live(0.5)
    rig.start()
    rig.connect()
    assert abs(rig.device.panel.number("DOME_PARK_POSITION")["PARK_AZ"] - 40) < 0.1
    rig.switch("DOME_PARK_OPTION", "PARK_DEFAULT")
    assert rig.device.panel.number("DOME_PARK_POSITION")["PARK_AZ"] == 0


@pytest.mark.parametrize("values", [{}, {"DOME_CW": "perhaps"}, {"NOBODY": "On"}, {"DOME_CW": "On", "DOME_CCW": "On"}])
def test_nonsense_said_to_a_parked_dome_does_not_make_it_look_unparked(rig: DeviceRig, values: dict[str, str]) -> None:
    rig.switch(PARK, "PARK")
    rig.rest()
    sent = rig.command("Switch", MOTION, values)
    assert [each.state for each in sent if each.name == MOTION] == ["Ok"]


def test_mount_locks_keep_the_dome_until_the_mount_is_parked(rig: DeviceRig) -> None:
    rig.switch("MOUNT_POLICY", "MOUNT_LOCKS")
    rig.switch(PARK, "PARK")
    assert (rig.state(PARK), rig.on(PARK)) == ("Alert", "UNPARK")
    rig.mount("Switch", "TELESCOPE_PARK", {"PARK": "On", "UNPARK": "Off"}, "Busy")
    rig.mount("Switch", "TELESCOPE_PARK", {"PARK": "On", "UNPARK": "Off"}, "Ok")
    rig.switch(PARK, "PARK")
    rig.rest()
    assert (rig.state(PARK), rig.on(PARK)) == ("Ok", "PARK")


@pytest.mark.parametrize("name", ["DRIVER_INFO", "SLAVING_REASON", "ABAQUE_INFO"])
def test_a_command_to_what_is_read_only_is_answered_and_changes_nothing(rig: DeviceRig, name: str) -> None:
    before = rig.state(name)
    sent = rig.command("Text", name, {next(iter(rig.device.panel.vectors[name])): "hacked"})
    assert [each.state for each in sent if each.name == name] == [before]
    assert rig.told("read-only", sent)
    assert "hacked" not in rig.device.panel.text(name).values().values()


def test_the_direction_shown_is_the_way_the_dome_really_turns(rig: DeviceRig) -> None:
    rig.goto(350)
    rig.live(0.5)
    assert rig.on(MOTION) == "DOME_CCW"
    rig.goto(60)
    rig.live(1.5)
    assert rig.on(MOTION) == "DOME_CW"
    rig.rest()
    assert rig.error_deg(60) < 0.06


def test_a_reading_client_gets_the_present_states(rig: DeviceRig) -> None:
    rig.goto(90)
    sent = rig.say(b"<getProperties version='1.7'/>")
    states = {each.name: each.state for each in sent if each.tag.startswith("def")}
    assert (states[MOTION], states[ABSOLUTE], states["CONNECTION"]) == ("Busy", "Busy", "Ok")


@pytest.mark.parametrize("name", ["CONNECTION", MOTION, PARK])
def test_commands_for_others_and_to_nobody_do_nothing(rig: DeviceRig, name: str) -> None:
    sent = rig.say(new("Switch", name, {"DISCONNECT": "On"}, device="Somebody Else"))
    sent += rig.say(b"<newSwitchVector name='CONNECTION'/><setSwitchVector device='Abaque Dome' name='DOME_PARK'/>")
    assert not [each for each in sent if each.tag.startswith("set") and each.name in (name, PARK, "CONNECTION")]
    assert rig.state("CONNECTION") == "Ok"
