import json

import pytest
from rich.console import Console

from client.commands.progress import PLAIN_EVERY_S, MotionProgress
from client.commands.show import describe
from client.properties import PropertyKind, PropertySnapshot, State, Value, freeze_elements
from client.status import DomeStatus, is_dome, read_park, read_status


def vector(name: str, state: State, **elements: Value) -> PropertySnapshot:
    return PropertySnapshot("Dome", name, PropertyKind.SWITCH, state, freeze_elements(elements), 0.0)


def status_of(*vectors: PropertySnapshot) -> DomeStatus:
    return read_status("Dome", {item.name: item for item in vectors}.get)


CONNECTED = vector("CONNECTION", "Ok", CONNECT=True, DISCONNECT=False)


@pytest.mark.parametrize(
    ("state", "parked", "unparked", "expected"),
    [
        ("Ok", True, False, "parked"),
        ("Idle", True, False, "parked"),
        ("Ok", False, True, "unparked"),
        ("Ok", False, False, "unknown"),
        ("Idle", False, False, "unknown"),
        ("Busy", True, False, "parking"),
        ("Busy", False, True, "unparking"),
        ("Alert", True, False, "alert"),
    ],
)
def test_park_states(state: State, parked: bool, unparked: bool, expected: str) -> None:
    assert read_park(vector("DOME_PARK", state, PARK=parked, UNPARK=unparked)) == expected


def test_a_turning_slaved_dome() -> None:
    found = status_of(
        CONNECTED,
        vector("ABS_DOME_POSITION", "Busy", DOME_ABSOLUTE_POSITION=12.25),
        vector("DOME_MOTION", "Busy", DOME_CW=False, DOME_CCW=True),
        vector("DOME_PARK", "Ok", PARK=False, UNPARK=True),
        vector("DOME_AUTOSYNC", "Ok", DOME_AUTOSYNC_ENABLE=True, DOME_AUTOSYNC_DISABLE=False),
        vector("SLAVING_REASON", "Ok", REASON="target moved by 2°", SIDE="west"),
        vector("SLAVING_STATUS", "Ok", TARGET_AZ=14.5),
    )
    assert found.connected
    assert found.azimuth_deg == 12.25
    assert (found.moving, found.direction) == (True, "ccw")
    assert (found.park, found.slaving) == ("unparked", True)
    assert found.reason == "target moved by 2°"
    assert json.loads(json.dumps(found.as_dict()))["slaving_details"] == {"TARGET_AZ": 14.5, "SIDE": "west"}
    words = dict(describe(found))
    assert words["motion"] == "turning counter-clockwise"
    assert (words["target az"], words["side"]) == ("14.50", "west")
    assert words["why"] == "target moved by 2°"
    assert "alert" not in words


def test_a_dome_that_says_nothing() -> None:
    found = status_of()
    assert not found.connected
    assert found.azimuth_deg is None
    assert found.slaving is None
    assert dict(describe(found))["connected"].startswith("no")


def test_an_alert_is_named() -> None:
    found = status_of(CONNECTED, vector("ABS_DOME_POSITION", "Alert", DOME_ABSOLUTE_POSITION=1.0))
    assert dict(describe(found))["alert"] == "ABS_DOME_POSITION"
    assert not found.moving


@pytest.mark.parametrize(("mask", "expected"), [("32", True), ("36", True), ("5", False), ("", True), ("odd", True)])
def test_the_dome_interface(mask: str, expected: bool) -> None:
    assert is_dome(vector("DRIVER_INFO", "Idle", DRIVER_INTERFACE=mask)) is expected
    assert is_dome(None)


def test_connect_on_but_in_alert_is_not_connected() -> None:
    assert not status_of(vector("CONNECTION", "Alert", CONNECT=True)).connected


def test_plain_progress_writes_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    now_s = [0.0]
    with MotionProgress(
        "turning to 10.0°", 10.0, console=Console(force_terminal=False), clock=lambda: now_s[0]
    ) as show:
        show(350.0)
        show(355.0)
        now_s[0] = PLAIN_EVERY_S
        show(5.0)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["turning to 10.0°: dome at 350.0°, 20.0° to go", "turning to 10.0°: dome at 5.0°, 5.0° to go"]
