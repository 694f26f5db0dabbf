"""The dome through INDI's own command line tools, as scripts use them."""

import subprocess
from collections.abc import Callable

import pytest
from indi_server import missing_program, wait_until
from observatory import DOME, Observatory

pytestmark = pytest.mark.system


def get(place: Observatory, path: str) -> str:
    command = ["indi_getprop", "-p", str(place.server.port), "-t", "2", "-1", f"{DOME}.{path}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=10).stdout.strip()


def put(place: Observatory, setting: str) -> int:
    command = ["indi_setprop", "-p", str(place.server.port), f"{DOME}.{setting}"]
    return subprocess.run(command, capture_output=True, timeout=10).returncode


def test_connect_go_park_and_ask_with_setprop_and_getprop(observatory: Callable[..., Observatory]) -> None:
    missing = missing_program("indi_getprop", "indi_setprop")
    if missing:
        pytest.skip(f"{missing} is not installed (Debian: apt install indi-bin)")
    place = observatory(connect=False)
    assert get(place, "DRIVER_INFO.DRIVER_INTERFACE") == "32"
    assert put(place, "CONNECTION.CONNECT=On") == 0
    wait_until(lambda: get(place, "ABS_DOME_POSITION._STATE") == "Ok", what="the connection")
    assert put(place, "ABS_DOME_POSITION.DOME_ABSOLUTE_POSITION=12:30:00") == 0
    wait_until(
        lambda: (
            get(place, "ABS_DOME_POSITION._STATE") == "Ok"
            and abs(float(get(place, "ABS_DOME_POSITION.DOME_ABSOLUTE_POSITION")) - 12.5) < 0.05
        ),
        what="the dome to arrive",
    )
    assert put(place, "DOME_PARK.PARK=On") == 0
    wait_until(lambda: get(place, "DOME_PARK._STATE") == "Ok" and get(place, "DOME_PARK.PARK") == "On", what="park")
    assert put(place, "DM_OTA_SIDE.DM_OTA_SIDE_WEST=On") == 0
    wait_until(lambda: get(place, "DM_OTA_SIDE.DM_OTA_SIDE_WEST") == "On", what="the side")
    assert get(place, "DM_OTA_SIDE.DM_OTA_SIDE_MOUNT") == "Off", "one alone, though only one was sent"
    assert put(place, "DRIVER_INFO.DRIVER_NAME=x") == 1, "read-only"
