"""Check 7: our definitions beside those that the C++ dome sends, element by element."""

from collections.abc import Callable

import pytest
from observatory import DOME, Observatory

from indi_dome_driver.indi.message import Message

pytestmark = pytest.mark.system
CPP_DOME = "Dome Simulator"
NOT_OURS = {
    "DOME_SHUTTER": "there is no shutter",
    "DOME_SHUTTER_PARK_POLICY": "there is no shutter",
    "DOME_SPEED": "the speed is not variable",
    "USEJOYSTICK": "no joystick",
    "SNOOP_JOYSTICK": "no joystick",
    "JOYSTICKSETTINGS": "no joystick",
    "SPEEDS": "the C++ simulator's own",
    "CONNECTION_MODE": "no serial port",
    "SYSTEM_PORTS": "no serial port",
    "DEVICE_PORT": "no serial port",
    "DEVICE_BAUD_RATE": "no serial port",
    "DEVICE_AUTO_SEARCH": "no serial port",
    "DEVICE_PORT_SCAN": "no serial port",
}
OURS = {
    *("ABAQUE_MODEL", "ABAQUE_FILE", "ABAQUE_INFO", "SLAVING_STATUS", "SLAVING_REASON"),
    *("SLAVING_RULE", "SLAVING_LIMITS", "FLIP_TIME", "FLIP_SETTINGS", "SLAVING_FLIP", "MOUNT_SIDE_REPORT"),
    *("HOME", "HOME_POSITION", "CABLE_WRAP_LIMIT", "CABLE_WRAP", "CABLE_WRAP_RESET"),
    *("ABAQUE_RECORD", "ABAQUE_CALIBRATION", "ABAQUE_NEXT", "ABAQUE_SAVE", "ABAQUE_SAVED"),
}
SIMULATOR_CANNOT = {"DOME_SYNC", "DOME_BACKLASH_TOGGLE", "DOME_BACKLASH_STEPS"}
"""In INDI's dome class, but the C++ simulator does not offer it."""
MORE_ELEMENTS = {"ACTIVE_DEVICES": {"ACTIVE_INPUT", "ACTIVE_OUTPUT"}}
"""Ours has what INDI 2.0.9 added."""
OTHER_GROUP = {"DRIVER_INFO": "the C++ driver has connection plug-ins, which moves it to another tab"}


def definitions(place: Observatory, device: str) -> dict[str, Message]:
    found = {}
    for event in place.client.events:
        if event.message.device == device and event.message.tag.startswith("def") and event.name:
            found.setdefault(event.name, event.message)
    return found


def elements(message: Message) -> dict[str, dict[str, str]]:
    return {item.name or "": {k: v for k, v in item.attributes.items() if k != "name"} for item in message.items}


def test_7_the_contract_is_the_c_plus_plus_domes(observatory: Callable[..., Observatory]) -> None:
    place = observatory("indi_simulator_dome")
    place.client.wait_definition("CONNECTION", device=CPP_DOME)
    place.client.switch("CONNECTION", "CONNECT", device=CPP_DOME)
    place.client.wait_definition("DOME_PARK_OPTION", device=CPP_DOME)
    for device in (CPP_DOME, DOME):
        place.client.switch("DEBUG", "ENABLE", device=device)
        place.client.wait_definition("LOG_OUTPUT", device=device)
    place.client.settle(0.5)
    theirs, ours = definitions(place, CPP_DOME), definitions(place, DOME)
    assert set(theirs) - set(ours) - set(NOT_OURS) == set()
    assert set(ours) - set(theirs) == OURS | SIMULATOR_CANNOT
    for name in set(theirs) & set(ours):
        assert theirs[name].tag == ours[name].tag, name
        for attribute in ("label", "perm", "rule", "group"):
            if not (attribute == "group" and name in OTHER_GROUP):
                assert ours[name].attributes.get(attribute) == theirs[name].attributes.get(attribute), (name, attribute)
        mine, their = elements(ours[name]), elements(theirs[name])
        their = {key: each for key, each in their.items() if "_EXTRA_" not in key}  # a debug level of that driver alone
        extra = MORE_ELEMENTS.get(name, set())
        assert list(mine)[: len(their)] == list(their), name
        assert set(mine) - set(their) <= extra, name
        for element, attributes in their.items():
            for attribute in ("label", "format"):
                assert mine[element].get(attribute) == attributes.get(attribute), (name, element, attribute)
            for limit in ("min", "max", "step"):
                expected = attributes.get(limit)
                assert (expected is None) == (mine[element].get(limit) is None), (name, element, limit)
                if expected is not None:
                    assert float(mine[element][limit]) == pytest.approx(float(expected)), (name, element, limit)
