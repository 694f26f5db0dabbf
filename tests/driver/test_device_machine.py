"""Any client, any mount, any fault, in any order: what must hold for the device after every step."""

import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from device_rig import DOME, MOUNT, DeviceRig, Event, example_answer, gone, new, told
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from indi_dome_driver.calibration_properties import calibration_vectors
from indi_dome_driver.config.tree import Slaving
from indi_dome_driver.dome import Operation
from indi_dome_driver.hardware.simulated.backend import SimulatorSettings
from indi_dome_driver.hardware.simulated.faults import Faults
from indi_dome_driver.indi.encoder import element
from indi_dome_driver.properties import always, when_connected
from indi_dome_driver.slaving_properties import slaving_vectors

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
LEVELS = ("[INFO] ", "[WARNING] ", "[ERROR] ")
OURS = (*slaving_vectors(Slaving()), *calibration_vectors())
VECTORS = {
    each.name: each for each in [*always(DOME, "1.0", MOUNT, True, 1000), *when_connected(0.5, "geometry", ""), *OURS]
}
COMMANDED = sorted(set(VECTORS) - {"CONNECTION"})
NUMBERS = st.one_of(
    st.floats(0.0, 360.0),
    st.floats(-180.0, 180.0),
    st.sampled_from(["0", "360", "-1", "361", "1e5", "nan", "inf", "abc", "", "12:30:00", "-0", "1e400", "4 5 6 7"]),
)
SWITCHES = st.sampled_from(["On", "On", "On", "Off", "Off", "on", ""])
TEXTS = st.sampled_from(
    [MOUNT, "", DOME, "Other Mount", "~nobody/x.xlsx", "/nowhere", "é<&'\"", "x" * 5000, "/root/.x/y"]
)
VALUES = {"Number": NUMBERS, "Switch": SWITCHES, "Text": TEXTS}
MOUNT_SWITCHES = [
    ("TELESCOPE_PIER_SIDE", "PIER_WEST"),
    ("TELESCOPE_PIER_SIDE", "PIER_EAST"),
    ("TELESCOPE_PARK", "PARK"),
    ("TELESCOPE_PARK", "UNPARK"),
    ("TELESCOPE_TRACK_STATE", "TRACK_OFF"),
]
WAITS = (0.02, 0.1, 0.5, 1.5, 4.0)
MOTIONS = ["DOME_MOTION", "REL_DOME_POSITION", "ABS_DOME_POSITION", "Goto", "DOME_PARK", "DOME_AUTOSYNC", "HOME"]


@st.composite
def commands(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    """Draw a command that is right, nearly right, or wrong."""
    name = draw(st.sampled_from(COMMANDED) | st.sampled_from(MOTIONS))
    vector = VECTORS[name]
    kind = draw(st.sampled_from([vector.kind] * 8 + ["Number", "Switch", "Text"]))
    elements = draw(st.lists(st.sampled_from([*vector, *vector, *vector, "NOBODY"]), max_size=3, unique=True))
    return kind, name, {each: draw(VALUES[kind]) for each in elements}


@st.composite
def good_commands(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    """Draw a command that moves or frees the dome."""
    name = draw(st.sampled_from([*MOTIONS, "DOME_SYNC"]))
    vector = VECTORS[name]
    if vector.kind == "Switch":
        chosen = draw(st.sampled_from(list(vector)))
        values = {chosen: "On"}
        if name == "DOME_MOTION":
            values = {each: draw(st.sampled_from(["On", "Off"])) if each == chosen else "Off" for each in vector}
        return "Switch", name, values
    low = -90.0 if name == "REL_DOME_POSITION" else 0.0
    return "Number", name, {next(iter(vector)): draw(st.floats(low, 359.0 if low == 0.0 else 90.0))}


@st.composite
def mount_reports(draw: st.DrawFn) -> bytes:
    """Draw what a mount may say: mostly a place in the sky, sometimes nonsense, or that it is gone."""
    state = draw(st.sampled_from(["Ok", "Ok", "Ok", "Busy", "Idle", "Alert", "Odd"]))
    device = draw(st.sampled_from([MOUNT, MOUNT, MOUNT, "Other Mount"]))
    match draw(st.sampled_from(["point", "point", "point", "switch", "site", "gone"])):
        case "point":
            name = draw(st.sampled_from(["EQUATORIAL_EOD_COORD", "EQUATORIAL_EOD_COORD", "TARGET_EOD_COORD"]))
            ra = draw(st.floats(0.0, 24.0) | st.sampled_from([0.0, 99.0, "nan"]))
            dec = draw(st.floats(20.0, 90.0) | st.sampled_from([0.0, -80.0, 200.0, ""]))
            return told("Number", name, {"RA": ra, "DEC": dec}, state, device)
        case "switch":
            name, on = draw(st.sampled_from(MOUNT_SWITCHES))
            return told("Switch", name, {on: "On"}, state, device)
        case "site":
            latitude = draw(st.sampled_from([44.0, 90.0, -90.0, 0.0, 500.0]))
            return told("Number", "GEOGRAPHIC_COORD", {"LAT": latitude, "LONG": 355.0}, state, device)
        case _:
            return gone(draw(st.sampled_from([None, "EQUATORIAL_EOD_COORD", "TELESCOPE_PARK", "NOTHING"])), device)


class Wire:
    """What a client that listens from the beginning knows, and what no client may ever see."""

    def __init__(self) -> None:
        self.defined: set[str] = set()
        self.asked = self.complete = False
        self.parked = False
        self.motion = ""

    def hear(self, sent: Event) -> None:
        message, name = sent.message, sent.name or ""
        assert self.asked, "spoke before it was asked"
        if message.tag == "getProperties":
            assert message.device != DOME
            return
        assert message.device == DOME, message
        assert STAMP.fullmatch(message.attributes["timestamp"])
        if message.tag == "message":
            assert sent.text.startswith(LEVELS), sent.text
            assert len(sent.text.encode()) <= 254
        elif message.tag == "delProperty":
            self.defined.discard(name)
        elif message.tag.startswith("def"):
            self.defined.add(name)
        else:
            assert message.tag.startswith("set")
            assert name in self.defined or not self.complete, f"{name} was set before it was defined"
        if message.tag.endswith("Vector"):
            assert sent.state in ("Idle", "Ok", "Busy", "Alert")
            self.look(name, sent)

    def look(self, name: str, sent: Event) -> None:
        if name == "DOME_MOTION":
            assert len(sent.on) <= 1
            told_idle = sent.tag.startswith("set") and sent.state == "Idle"
            assert not (self.parked and told_idle), "a parked dome looks unparked to KStars"
            self.motion = sent.state
        elif name == "DOME_PARK":
            assert len(sent.on) == 1
            self.parked = sent.on == ["PARK"] and sent.state == "Ok"
            assert not (self.parked and self.motion == "Busy"), "parked while it seems to move"
        elif name == "ABS_DOME_POSITION":
            assert 0.0 <= float(sent.values["DOME_ABSOLUTE_POSITION"]) < 360.0


class DeviceMachine(RuleBasedStateMachine):
    @initialize(
        factor=st.sampled_from([20.0, 20.0, 1.0]),
        lost=st.sampled_from([False, False, True]),
        answer=st.sampled_from(["good", "good", "", "bad"]),
        connected=st.sampled_from([True, True, True, False]),
    )
    def open(self, factor: float, lost: bool, answer: str, connected: bool) -> None:
        self.folder = TemporaryDirectory()
        self.rig = DeviceRig(
            Path(self.folder.name),
            SimulatorSettings(speed_factor=factor, start_lost=lost),
            answer={"": None, "good": example_answer(), "bad": {"error": "no such table"}}[answer],
        )
        self.begin()
        if connected:
            self.ask(DOME)
            self.say("Switch", "CONNECTION", {"CONNECT": "On"})

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def begin(self) -> None:
        self.wire, self.heard = Wire(), 0
        self.still: tuple[object, int] | None = None

    @property
    def pulses(self) -> tuple[object, int]:
        self.rig.pins.advance()
        return self.rig.board, self.rig.pins.pulses_sent

    def listen(self) -> None:
        for each in self.rig.sent[self.heard :]:
            self.wire.hear(each)
        self.heard = len(self.rig.sent)

    def say(self, kind: str, name: str, values: dict[str, Any]) -> None:
        """Send a command: it must be answered before the loop turns."""
        known = name in self.rig.device.panel.vectors and self.wire.asked
        sent = self.rig.receive(new(kind, name, values))
        if known:
            assert any(each.tag.startswith("set") and each.name == name for each in sent), f"{name} was not answered"
        self.still = None
        self.rig.device.tick()

    def ask(self, device: str | None, name: str | None = None) -> None:
        self.wire.asked |= device != MOUNT
        self.wire.complete |= device != MOUNT and name is None
        self.rig.say(element("getProperties", {"version": "1.7", "device": device, "name": name}))

    @rule(command=good_commands() | good_commands() | commands(), twice=st.booleans(), then_s=st.sampled_from(WAITS))
    def client(self, command: tuple[str, str, dict[str, Any]], twice: bool, then_s: float) -> None:
        for _ in range(1 + twice):
            self.say(*command)
        self.holds()
        self.rig.live(then_s)

    @rule(then_s=st.sampled_from(WAITS))
    def abort(self, then_s: float) -> None:
        self.say("Switch", "DOME_ABORT_MOTION", {"ABORT": "On"})
        if self.rig.device.session is not None:
            assert not self.rig.busy()
            assert not self.rig.slaved
            self.still = self.pulses
        self.rig.live(then_s)

    @rule(how=st.sampled_from(["disconnect", "connect", "connect", "kill", "ask", "ask one", "ask another"]))
    def come_and_go(self, how: str) -> None:
        match how:
            case "kill":
                self.listen()
                self.rig.start()
                self.begin()
                self.ask(DOME)
                self.say("Switch", "CONNECTION", {"CONNECT": "On"})
            case "ask":
                self.ask(None)
            case "ask one":
                self.ask(DOME, "CONNECTION")
            case "ask another":
                self.ask(MOUNT)
            case _:
                self.say("Switch", "CONNECTION", {how.upper(): "On"})

    @rule(report=mount_reports(), then_s=st.sampled_from(WAITS))
    def mount(self, report: bytes, then_s: float) -> None:
        self.rig.say(report)
        self.rig.live(then_s)

    @rule(
        name=st.sampled_from(["encoder_dead", "encoder_frozen", "motor_disconnected", "wired_backwards", *("",) * 4]),
        rate=st.sampled_from([0.0, 0.0, 0.0, 0.1, 0.6]),
        word=st.sampled_from([None, None, None, 0, 0xFFFF, 0x28]),
        home=st.sampled_from([None, None, None, True, False]),
        push_deg=st.sampled_from([0.0, 0.0, -2.0, 2.0, 5.0]),
        slip_deg=st.sampled_from([0.0, 0.0, 0.5, 3.0]),
        jump_s=st.sampled_from([0.0, 0.0, 0.3, 40.0]),
        then_s=st.sampled_from(WAITS),
    )
    def world(
        self,
        name: str,
        rate: float,
        word: int | None,
        home: bool | None,
        push_deg: float,
        slip_deg: float,
        jump_s: float,
        then_s: float,
    ) -> None:
        if self.rig.board is not None:
            self.rig.pins.faults = Faults(parity_error_rate=rate, encoder_stuck_word=word, home_stuck=home)
            if name:
                setattr(self.rig.pins.faults, name, True)
            self.rig.pins.push(push_deg)
            self.rig.pins.slip(slip_deg)
        self.rig.wall_s += jump_s
        self.rig.live(then_s)

    @rule(seconds=st.floats(0.02, 4.0))
    def live(self, seconds: float) -> None:
        self.rig.live(seconds)

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "rig"):
            return
        self.listen()
        assert self.rig.device.caught == []
        session = self.rig.device.session
        if session is None:
            return
        dome = session.dome
        motion = self.rig.state("DOME_MOTION")
        assert (motion == "Busy") == (dome.operation is not Operation.REST), (motion, dome.operation)
        assert (self.rig.on("DOME_PARK") == "PARK") == (dome.parked or dome.operation is Operation.PARK)
        if dome.operation is Operation.REST:
            assert self.rig.busy() == []
            assert self.rig.pins.pending_steps() == 0
        if dome.parked:
            assert self.rig.state("DOME_PARK") == "Ok"
        if self.still is not None:
            assert self.pulses == self.still, "pulses after an abort, or of a parked dome"
        # A dome that is parked may be pushed, but no pulse turns it until somebody commands something.
        self.still = self.pulses if dome.parked else self.still


DeviceMachine.TestCase.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)
TestDeviceMachine = DeviceMachine.TestCase


@pytest.mark.soak
class TestDeviceMachineForLong(DeviceMachine.TestCase):  # type: ignore[misc]
    """The same, for SOAK_EXAMPLES sequences: rare states want their time."""

    settings = settings(
        max_examples=int(os.environ.get("SOAK_EXAMPLES", "10000")), stateful_step_count=25, deadline=None
    )
