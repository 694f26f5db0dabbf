"""Garbage on the wire: nothing breaks, nothing moves that was not told to, and the next command is obeyed."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from device_rig import DOME, MOUNT, DeviceRig, new, told

from indi_dome_driver.calibration_properties import calibration_vectors
from indi_dome_driver.config.tree import Slaving
from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.encoder import element
from indi_dome_driver.indi.message import Message
from indi_dome_driver.properties import always, when_connected
from indi_dome_driver.slaving_properties import slaving_vectors

OURS = (*slaving_vectors(Slaving()), *calibration_vectors())
VECTORS = [*always(DOME, "1.0", MOUNT, True, 1000), *when_connected(0.5, "geometry", ""), *OURS]
STAYING = {
    "DOME_ABORT_MOTION",
    "DOME_PARAMS",
    "DOME_MEASUREMENTS",
    "DOME_SYNC",
    "DOME_PARK_POSITION",
    "DOME_PARK_OPTION",
    "DM_OTA_SIDE",
    "Presets",
    "POLLING_PERIOD",
    "ACTIVE_DEVICES",
    "MOUNT_POLICY",
    "DEBUG",
    "SIMULATION",
    "ABAQUE_MODEL",
    "ABAQUE_FILE",
}
"""Commands that never turn a dome."""
PIECES = (1, 7, 60, 700, 5000)
SPLICES = (
    b"<",
    b">",
    b"'",
    b'"',
    b"&",
    b"&amp;",
    b"&#0;",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"<?xml",
    b"\x00",
    b"\xff\xfe",
)
NUMBERS = ("nan", "inf", "-1e308", "1e400", "12:30:00", "", "abc", "9" * 400, "0x10", "-0")


def command(chance: random.Random) -> bytes:
    """Write one command that is right in form: half of them make sense."""
    vector = chance.choice(VECTORS)
    kind = vector.kind if chance.random() < 0.9 else chance.choice(["Number", "Switch", "Text"])
    elements = list(vector)
    names = chance.sample(elements, min(len(elements), chance.randint(1, 3)))
    value = {
        "Number": lambda: chance.choice([chance.uniform(-400, 400), chance.choice(NUMBERS)]),
        "Switch": lambda: chance.choice(["On", "On", "Off", "", "on"]),
        "Text": lambda: chance.choice([MOUNT, "", "é<&", "/nowhere/x.xlsx", "x" * 300]),
    }[kind]
    return new(kind, vector.name, {name: value() for name in names})


def valid(chance: random.Random) -> bytes:
    """Write a few elements as a client or a mount would."""
    return b"".join(one(chance) for _ in range(chance.randint(1, 6)))


def one(chance: random.Random) -> bytes:
    match chance.randrange(6):
        case 0:
            return element("getProperties", {"version": "1.7", "device": chance.choice([None, DOME, MOUNT])})
        case 1:
            return told("Number", "EQUATORIAL_EOD_COORD", {"RA": chance.uniform(0, 24), "DEC": 40}, "Ok")
        case 2:
            parked = told("Switch", "TELESCOPE_PARK", {"PARK": "On"}, "Ok")
            return chance.choice([parked, element("delProperty", {"device": MOUNT})])
        case _:
            return command(chance)


def mutated(chance: random.Random) -> bytes:
    """Damage a valid stream: flipped bits, cuts, repeats, splices."""
    data = bytearray(valid(chance))
    for _ in range(chance.randint(1, 12)):
        at, to = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        match chance.randrange(5):
            case 0 if data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            case 1 if to - at < len(data):
                del data[at:to]
            case 2 if to - at < 2000:
                data[at:at] = data[at:to]
            case 3:
                data[at:at] = chance.choice(SPLICES)
            case _:
                data[at:at] = chance.randbytes(chance.randint(1, 20))
    return bytes(data)


def hostile(chance: random.Random) -> bytes:
    """Write what is well-formed and unreasonable."""
    size = chance.choice([10, 300, 3000])
    return chance.choice(
        [
            new("Number", "N" * size, {"E" * size: "1"}),
            new("Number", "ABS_DOME_POSITION", {"DOME_ABSOLUTE_POSITION": "9" * size}),
            new("Number", "ABS_DOME_POSITION", {f"E{each}": each for each in range(size)}),
            b"<a>" * size + b"</a>" * size,
            b"<newNumberVector device='" + DOME.encode() + b"' name='ABS_DOME_POSITION'>" + b"<b>" * size,
            b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><newTextVector device='&a;'/>",
            element("getProperties", {"version": "1.7", "device": "D" * size}),
            told("Number", "EQUATORIAL_EOD_COORD", {"RA": "nan", "DEC": "inf"}, "Ok"),
        ]
    )


def pieces(data: bytes, chance: random.Random) -> Iterator[bytes]:
    while data:
        size = chance.choice(PIECES)
        yield data[:size]
        data = data[size:]


def turns_the_dome(message: object) -> bool:
    """Tell whether a message is a command of ours that may lead to motion, now or through slaving."""
    return (
        isinstance(message, Message)
        and message.tag.startswith("new")
        and message.device == DOME
        and message.name not in STAYING
    )


def fuzz(folder: Path, total_bytes: int, seed: int) -> int:
    """Feed a device; returns how many bytes it took."""
    chance = random.Random(seed)
    rig = DeviceRig(folder).connect()
    fed = 0
    while fed < total_bytes:
        make = chance.choice([mutated, mutated, valid, hostile, lambda c: c.randbytes(c.randint(1, 3000))])
        data = make(chance)
        fed += len(data)
        may_move = any(turns_the_dome(each) for each in Decoder().feed(data))
        before = rig.pins.pulses_sent
        for piece in pieces(data, chance):
            rig.say(piece)
        rig.live(0.2)
        assert rig.device.caught == [], data
        if rig.device.session is not None and not may_move and not rig.slaved:
            assert rig.pins.pulses_sent == before, f"moved by {data!r}"
        # Whatever stands unfinished on the wire, a decoder finds its place again, and an abort is always obeyed.
        rig.receive(b"\n'\"><!-- --></a>" + b"</newNumberVector></newSwitchVector></newTextVector>")
        rig.switch("CONNECTION", "CONNECT")
        rig.switch("CONNECTION", "CONNECT")
        answer = rig.abort()
        if not any(each.name == "DOME_ABORT_MOTION" and each.state == "Ok" for each in answer):
            answer = rig.abort()  # the first may have ended an element that was cut short
        assert any(each.name == "DOME_ABORT_MOTION" and each.state == "Ok" for each in answer), data
        rig.live(0.1)
        assert not rig.busy(), data
        rig.switch("DOME_PARK", "UNPARK")
        rig.sent.clear()
    return fed


def test_a_hundred_thousand_bytes(tmp_path: Path) -> None:
    assert fuzz(tmp_path, 100_000, seed=1) >= 100_000


@pytest.mark.soak
def test_thirty_million_bytes(tmp_path: Path) -> None:
    for seed in range(int(os.environ.get("SOAK_FUZZ_MB", "30"))):
        (tmp_path / str(seed)).mkdir()
        print(f"seed {seed}: {fuzz(tmp_path / str(seed), 1_000_000, seed)} bytes")
