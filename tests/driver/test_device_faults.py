"""What breaks while the dome moves: pulses stop, the properties say so, and everything works again afterwards."""

from collections.abc import Callable
from pathlib import Path

import pytest
from device_rig import DOME, DeviceRig, Event, new

from indi_dome_driver.hardware.seam import HardwareError

PARK, MOTION, ABSOLUTE = "DOME_PARK", "DOME_MOTION", "ABS_DOME_POSITION"


def away(rig: DeviceRig) -> None:
    rig.goto(60)
    rig.rest()


def begin_park(rig: DeviceRig) -> None:
    away(rig)
    rig.switch(PARK, "PARK")


BEGIN: dict[str, Callable[[DeviceRig], object]] = {
    "goto": lambda rig: rig.goto(90),
    "relative": lambda rig: rig.number("REL_DOME_POSITION", DOME_RELATIVE_POSITION=-40),
    "jog": lambda rig: rig.switch(MOTION, "DOME_CCW", off=("DOME_CW",)),
    "park": begin_park,
}


@pytest.fixture
def rig(tmp_path: Path) -> DeviceRig:
    return DeviceRig(tmp_path).connect()


def wait_for_alert(rig: DeviceRig, limit_s: float = 5.0) -> list[Event]:
    before = len(rig.sent)
    rig.until(lambda: rig.state(MOTION) == "Alert", limit_s)
    return rig.sent[before:]


def assert_stopped(rig: DeviceRig) -> None:
    assert rig.pins.pending_steps() == 0
    pulses = rig.pins.pulses_sent
    rig.live(2.0)
    assert rig.pins.pulses_sent == pulses
    assert rig.busy() == []
    assert rig.device.caught == []


@pytest.mark.parametrize("how", BEGIN)
def test_a_dead_encoder_stops_the_dome_and_a_mended_one_lets_it_go_on(rig: DeviceRig, how: str) -> None:
    BEGIN[how](rig)
    rig.live(0.6)
    rig.pins.faults.encoder_dead = True
    broken_s = rig.pins._clock()
    sent = wait_for_alert(rig)
    assert rig.pins.last_pulse_s is not None
    assert rig.pins.last_pulse_s - broken_s < 0.6
    assert_stopped(rig)
    assert rig.state(ABSOLUTE) == "Alert"
    assert rig.told("cable", sent)
    assert rig.told("[ERROR] encoder", sent)
    if how == "park":
        assert (rig.state(PARK), rig.on(PARK)) == ("Alert", "UNPARK")
    assert [each.state for each in rig.abort() if each.name == "DOME_ABORT_MOTION"] == ["Ok"]
    refused = rig.goto(10)
    assert [each.state for each in refused if each.name == ABSOLUTE] == ["Alert"]
    assert len(rig.told("cable", refused)) == 1, "said once"
    rig.pins.faults.encoder_dead = False
    rig.live(0.5)
    rig.switch(PARK, "UNPARK")
    assert (rig.state(PARK), rig.on(PARK)) == ("Ok", "UNPARK")
    rig.goto(10)
    rig.rest()
    assert (rig.state(MOTION), rig.state(ABSOLUTE)) == ("Ok", "Ok")
    assert rig.error_deg(10) < 0.06
    rig.switch(PARK, "PARK")
    rig.until(lambda: rig.state(PARK) == "Ok")
    assert rig.on(PARK) == "PARK"


@pytest.mark.parametrize("how", BEGIN)
def test_a_stalled_dome_stops_with_a_remedy(rig: DeviceRig, how: str) -> None:
    BEGIN[how](rig)
    rig.live(0.6)
    rig.pins.faults.motor_disconnected = True
    sent = wait_for_alert(rig)
    assert rig.told("obstacle", sent)
    assert_stopped(rig)
    rig.pins.faults.motor_disconnected = False
    rig.goto(20)
    rig.rest()
    assert rig.error_deg(20) < 0.06


def test_a_dome_wired_backwards_stops(rig: DeviceRig) -> None:
    rig.pins.faults.wired_backwards = True
    rig.goto(90)
    assert rig.told("wiring", wait_for_alert(rig))
    assert_stopped(rig)


def test_a_drive_that_does_not_take_the_stop_is_told_once_and_asked_again(
    rig: DeviceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise HardwareError("no answer from the pins")

    rig.goto(90)
    rig.live(0.5)
    with monkeypatch.context() as patch:
        patch.setattr(rig.pins, "stop", broken)
        sent = rig.abort() + rig.live(1.0)
        assert len(rig.told("cut its power", sent)) == 1
    rig.live(0.5)
    assert_stopped(rig)


@pytest.mark.parametrize("how", BEGIN)
def test_an_error_of_ours_in_the_loop_stops_the_dome(
    rig: DeviceRig, how: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    BEGIN[how](rig)
    rig.live(0.4)
    session = rig.device.session
    assert session is not None
    with monkeypatch.context() as patch:
        patch.setattr(session.motion, "report", lambda *_: 1 / 0)
        before = len(rig.sent)
        rig.turn()
        sent = rig.sent[before:]
    assert rig.told("ZeroDivisionError", sent)
    assert (rig.state(MOTION), rig.state(ABSOLUTE)) == ("Alert", "Idle")
    assert len(rig.device.caught) == 1
    assert "Traceback" in capsys.readouterr().err
    rig.device.caught.clear()
    assert_stopped(rig)
    rig.goto(15)
    rig.rest()
    assert rig.error_deg(15) < 0.06


def test_an_error_of_ours_in_a_command_still_answers_it(
    rig: DeviceRig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("oops")

    session = rig.device.session
    assert session is not None
    monkeypatch.setattr(session.dome, "goto", broken)
    sent = rig.receive(new("Number", ABSOLUTE, {"DOME_ABSOLUTE_POSITION": 5}))
    assert [each.state for each in sent if each.name == ABSOLUTE] == ["Alert"]
    assert rig.told("oops", sent)
    assert "Traceback" in capsys.readouterr().err


def test_hardware_that_does_not_open_refuses_the_connection(tmp_path: Path) -> None:
    rig = DeviceRig(tmp_path)
    rig.open_error = HardwareError("no /dev/gpiochip0; is this a Raspberry Pi?")
    sent = rig.connect().sent
    assert (rig.state("CONNECTION"), rig.on("CONNECTION")) == ("Alert", "DISCONNECT")
    assert rig.told("gpiochip0", sent)
    assert not any(each.name == MOTION for each in sent)
    rig.open_error = None
    rig.switch("CONNECTION", "CONNECT")
    assert rig.state("CONNECTION") == "Ok"


def test_an_encoder_that_never_answered_proves_no_position(tmp_path: Path) -> None:
    rig = DeviceRig(tmp_path).connect()
    rig.goto(40)
    rig.rest()
    rig.live(0.5)
    rig.pins.faults.encoder_dead = True
    rig.start()
    rig.connect()
    assert rig.told("encoder does not answer")
    assert rig.state(ABSOLUTE) == "Alert"


def test_a_pushed_dome_at_rest_is_reported_and_stays_free(rig: DeviceRig) -> None:
    rig.pins.push(3.0)
    sent = rig.live(3.0)
    assert abs(rig.azimuth() - 3.0) < 0.1
    assert not any(each.name == MOTION and each.state == "Busy" for each in sent)


def test_a_device_is_silent_until_it_is_asked(tmp_path: Path) -> None:
    rig = DeviceRig(tmp_path)
    rig.say(new("Switch", "CONNECTION", {"CONNECT": "On"}))
    rig.goto(30)
    rig.live(2.0)
    assert rig.sent == []
    rig.say(f"<getProperties version='1.7' device='{DOME}'/>".encode())
    assert rig.sent[0].name == "CONNECTION"
