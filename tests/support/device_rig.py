"""A whole device over a simulated dome, in process, under a clock that only moves when told."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from astro.angles import difference_deg
from astro.sidereal import hour_angle_deg
from client.conform.record import Event
from indi_dome_driver.backends import mechanics_of
from indi_dome_driver.calibration_record import CalibrationRecord
from indi_dome_driver.config.tree import Config
from indi_dome_driver.device.device import Device
from indi_dome_driver.device.models import Answer, LoadRequest
from indi_dome_driver.device.saved_config import SavedConfig
from indi_dome_driver.device.session import Surroundings
from indi_dome_driver.hardware.seam import Hardware
from indi_dome_driver.hardware.simulated.backend import SimulatorSettings, open_simulator
from indi_dome_driver.hardware.simulated.board import SimulatedBoard
from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.encoder import element
from indi_dome_driver.indi.message import Item, Message
from indi_dome_driver.park_data import ParkFile
from indi_dome_driver.position_record import PositionFile

DOME, MOUNT = "Abaque Dome", "Telescope Simulator"
TABLE = Path(__file__).parents[2] / "data" / "Loi_coupole.xlsx"
LONGITUDE_DEG = 5.23


class WatchedDevice(Device):
    """A device that remembers what its last line of defence had to catch."""

    caught: list[Exception]

    def _guard(self, action: Callable[[], None], message: Message | None = None) -> None:
        def watched() -> None:
            try:
                action()
            except Exception as error:
                self.caught.append(error)
                raise

        super()._guard(watched, message)


@cache
def example_answer() -> Answer:
    """What the loading process answers for the example table."""
    from astro.load_abaque import load

    return load(str(TABLE), 44.15, 1.2)


class FakeLoader:
    """Answers when told, or at once."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.answer = answer
        self.asked: list[tuple[LoadRequest, Callable[[Answer], None]]] = []

    def __call__(self, request: LoadRequest, done: Callable[[Answer], None]) -> None:
        self.asked.append((request, done))
        if self.answer is not None:
            done(self.answer)


class FakeFitter:
    """Fits calibrations in this process, at once or when told."""

    def __init__(self) -> None:
        self.at_once = True
        self.asked: list[tuple[Answer, Callable[[Answer], None]]] = []

    def __call__(self, document: Answer, done: Callable[[Answer], None]) -> None:
        self.asked.append((document, done))
        if self.at_once:
            self.answer()

    def answer(self, which: int = -1) -> None:
        """Answer one of the questions, the last by default."""
        from astro.errors import ModelError
        from astro.fit_calibration import answer

        document, done = self.asked[which]
        try:
            done(answer(document))
        except ModelError as error:
            done({"error": str(error)})


class DeviceRig:
    """A device and everything around it; `restart` begins a new one in the same world, as after a kill."""

    def __init__(
        self,
        folder: Path,
        settings: SimulatorSettings | None = None,
        config: Mapping[str, Any] | None = None,
        answer: Answer | None = None,
        table: bool = True,
    ) -> None:
        self.folder = folder
        self.wall_s = 1_790_000_000.0
        self.unix_offset_s = 0.0
        """What somebody set the computer's clock by; the hardware's clock does not follow."""
        self.settings = settings or SimulatorSettings(speed_factor=20.0)
        self.config = msgspec.convert(config or {}, Config)
        self.mechanics = mechanics_of(self.config)
        self.loader = FakeLoader(answer)
        self.fitter = FakeFitter()
        self.table = TABLE if table else None
        self.board: SimulatedBoard | None = None
        self.open_error: Exception | None = None
        self.opened = 0
        self.start()

    def start(self) -> None:
        """Begin a new device over what the old one left on disk."""
        self.sent: list[Event] = []
        self._decoder = Decoder()
        self._incoming = Decoder()
        around = Surroundings(
            config=self.config,
            abaque=self.table,
            park_file=ParkFile(self.park_path, DOME),
            position_file=PositionFile(self.position_path),
            load=self.loader,
            calibration_record=CalibrationRecord(self.record_path),
            calibrate=self.fitter,
            wall_clock=lambda: self.unix_s,
        )
        saved = SavedConfig(self.config_path, DOME)
        self.device = WatchedDevice(DOME, self._take, self._open, True, self.mechanics, around, saved)
        self.device.caught = []

    @property
    def unix_s(self) -> float:
        return self.wall_s + self.unix_offset_s

    @property
    def park_path(self) -> Path:
        return self.folder / "ParkData.xml"

    @property
    def position_path(self) -> Path:
        return self.folder / "position.json"

    @property
    def record_path(self) -> Path:
        return self.folder / f"{DOME}_calibration.jsonl"

    @property
    def config_path(self) -> Path:
        return self.folder / "config.xml"

    def _take(self, data: bytes, key: str | None) -> None:
        for message in self._decoder.feed(data):
            assert isinstance(message, Message), message
            self.sent.append(Event(self.wall_s, message))

    def _open(self) -> Hardware:
        if self.open_error is not None:
            raise self.open_error
        settings = self.settings
        if self.board is not None:
            # Only a dome that was never opened is vouched for; afterwards it stands where it was left.
            settings = replace(settings, start_azimuth_deg=self.true_deg)
        hardware = open_simulator(settings, self.mechanics, lambda: self.wall_s)
        board = hardware.motor
        assert isinstance(board, SimulatedBoard)
        if self.board is not None:
            board.faults = self.board.faults
            hardware = replace(hardware, rest_azimuth_deg=None)
        self.board = board
        self.opened += 1
        return hardware

    # What a runner does

    def receive(self, data: bytes) -> list[Event]:
        """Hand bytes to the device without a turn of its loop; give what it sent in answer."""
        before = len(self.sent)
        for message in self._incoming.feed(data):
            self.device.receive(message)
        return self.sent[before:]

    def say(self, data: bytes) -> list[Event]:
        """Hand bytes to the device and run one turn, as the runner does; give what it sent."""
        before = len(self.sent)
        self.receive(data)
        self.device.tick()
        return self.sent[before:]

    def turn(self) -> None:
        period = self.device.period_s
        self.wall_s += 0.25 if period is None else period
        self.device.tick()

    def live(self, seconds: float) -> list[Event]:
        """Let the loop turn for some wall-clock seconds; give what was sent."""
        before, end_s = len(self.sent), self.wall_s + seconds
        while self.wall_s < end_s:
            self.turn()
        return self.sent[before:]

    def until(self, condition: Callable[[], bool], limit_s: float = 60.0) -> None:
        """Let the loop turn until a condition holds; fail after limit_s wall-clock seconds."""
        end_s = self.wall_s + limit_s
        while not condition():
            assert self.wall_s < end_s, f"not within {limit_s} s; the last words: {self.texts()[-5:]}"
            self.turn()

    def rest(self, limit_s: float = 60.0) -> None:
        """Wait until the dome stands and nothing is Busy for it."""
        self.until(lambda: not self.moving and self.state("DOME_MOTION") != "Busy", limit_s)

    # What clients and the mount say

    def connect(self) -> "DeviceRig":
        self.say(element("getProperties", {"version": "1.7"}))
        self.switch("CONNECTION", "CONNECT")
        return self

    def command(self, kind: str, name: str, values: Mapping[str, object]) -> list[Event]:
        return self.say(new(kind, name, values))

    def switch(self, name: str, *on: str, off: tuple[str, ...] = ()) -> list[Event]:
        return self.command("Switch", name, {**dict.fromkeys(on, "On"), **dict.fromkeys(off, "Off")})

    def number(self, name: str, **values: object) -> list[Event]:
        return self.command("Number", name, values)

    def goto(self, azimuth_deg: object) -> list[Event]:
        return self.number("ABS_DOME_POSITION", DOME_ABSOLUTE_POSITION=azimuth_deg)

    def abort(self) -> list[Event]:
        return self.switch("DOME_ABORT_MOTION", "ABORT")

    def slave(self, on: bool = True) -> list[Event]:
        return self.switch("DOME_AUTOSYNC", f"DOME_AUTOSYNC_{'EN' if on else 'DIS'}ABLE")

    def mount(self, kind: str, name: str, values: Mapping[str, object], state: str = "Ok") -> list[Event]:
        return self.say(told(kind, name, values, state))

    def points(self, ha_deg: float, dec_deg: float, state: str = "Ok") -> list[Event]:
        """Have the mount report a position, given by its hour angle now."""
        return self.mount("Number", "EQUATORIAL_EOD_COORD", {"RA": self.ra_h(ha_deg), "DEC": dec_deg}, state)

    def slews(self, ha_deg: float, dec_deg: float) -> list[Event]:
        """Have the mount announce the target of a slew."""
        return self.mount("Number", "TARGET_EOD_COORD", {"RA": self.ra_h(ha_deg), "DEC": dec_deg}, "Busy")

    def ra_h(self, ha_deg: float) -> float:
        return ((hour_angle_deg(0.0, LONGITUDE_DEG, self.unix_s) - ha_deg) / 15.0) % 24.0

    # What is to be seen

    @property
    def pins(self) -> SimulatedBoard:
        assert self.board is not None
        return self.board

    @property
    def moving(self) -> bool:
        session = self.device.session
        return session is not None and session.active

    @property
    def true_deg(self) -> float:
        self.pins.advance()
        return self.pins.plant.azimuth_deg

    def error_deg(self, azimuth_deg: float) -> float:
        return abs(difference_deg(azimuth_deg, self.true_deg))

    def state(self, name: str) -> str:
        return str(self.device.panel.vectors[name].state)

    def on(self, name: str) -> str | None:
        return self.device.panel.switch(name).selected

    def azimuth(self) -> float:
        return self.device.panel.number("ABS_DOME_POSITION")["DOME_ABSOLUTE_POSITION"]

    @property
    def slaved(self) -> bool:
        return self.on("DOME_AUTOSYNC") == "DOME_AUTOSYNC_ENABLE"

    def busy(self) -> list[str]:
        """Name every property that a person waits for."""
        return [name for name, each in self.device.panel.vectors.items() if each.state == "Busy" and name not in SHOWN]

    def texts(self, sent: list[Event] | None = None) -> list[str]:
        return [each.text for each in (self.sent if sent is None else sent) if each.text]

    def told(self, word: str, sent: list[Event] | None = None) -> list[str]:
        """Give the messages with a word in them."""
        return [text for text in self.texts(sent) if word in text]


SHOWN = ("SLAVING_STATUS", "ABAQUE_INFO", "ABAQUE_FILE")
"""Busy here tells of something that goes on, not of a command that waits for its end."""


def new(kind: str, name: str, values: Mapping[str, object], device: str = DOME) -> bytes:
    """Write a client's command."""
    items = [Item(f"one{kind}", {"name": key}, str(value)) for key, value in values.items()]
    return element(f"new{kind}Vector", {"device": device, "name": name}, items)


def told(kind: str, name: str, values: Mapping[str, object], state: str, device: str = MOUNT) -> bytes:
    """Write a mount's report."""
    items = [Item(f"one{kind}", {"name": key}, str(value)) for key, value in values.items()]
    return element(f"set{kind}Vector", {"device": device, "name": name, "state": state}, items)


def gone(name: str | None = None, device: str = MOUNT) -> bytes:
    """Write that a mount withdrew a property, or all of them."""
    return element("delProperty", {"device": device, "name": name})


CONFIG_FOREIGN = (
    b"<INDIDriver>\n"
    + new("Switch", "CONNECTION_MODE", {"CONNECTION_SERIAL": "On"})
    + new("Number", "Presets", {"Preset 1": 11, "Preset 2": 12, "Preset 3": 13})
    + b"</INDIDriver>\n"
)
"""What another driver, once known by the same name, may have saved."""
