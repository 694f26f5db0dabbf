"""A scripted INDI mount, as a driver: it reports what it is told over a local socket. `python -m` starts it.

It stands in for no particular mount: it says what the mounts of INDI say to a dome that listens to them.
"""

import asyncio
import json
import os
import sys
import time
from typing import Any

from astro.sidereal import hour_angle_deg
from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.encoder import element, number_text
from indi_dome_driver.indi.message import Item, Message

NAME = "Conform Mount"
SOCKET_VARIABLE = "CONFORM_MOUNT_SOCKET"
REPORT_S = 0.5
"""Mounts that track report their place again and again."""
STEP_S = 0.1
CRASHED = 1

Values = dict[str, str]
COORDINATES = ("EQUATORIAL_EOD_COORD", "TARGET_EOD_COORD", "GEOGRAPHIC_COORD")


class ScriptedMount:
    """The mount's properties, and the few commands that change them."""

    def __init__(self) -> None:
        self.values: dict[str, Values] = {
            "CONNECTION": {"CONNECT": "On", "DISCONNECT": "Off"},
            "DRIVER_INFO": {"DRIVER_NAME": NAME, "DRIVER_EXEC": "conform", "DRIVER_INTERFACE": "1"},
            "GEOGRAPHIC_COORD": {"LAT": "44.15", "LONG": "5.23", "ELEV": "200"},
            "TELESCOPE_PARK": {"PARK": "Off", "UNPARK": "On"},
            "TELESCOPE_TRACK_STATE": {"TRACK_ON": "On", "TRACK_OFF": "Off"},
            "TELESCOPE_PIER_SIDE": {"PIER_WEST": "On", "PIER_EAST": "Off"},
            "TARGET_EOD_COORD": {"RA": "0", "DEC": "0"},
            "EQUATORIAL_EOD_COORD": {"RA": "0", "DEC": "90"},
        }
        self.states = dict.fromkeys(self.values, "Ok")
        self.hidden: set[str] = set()
        self.held_h: float | None = None
        """Hour angle at which it stays, so that the slit's place stays what it was, however slow a dome is."""

    def ra_h(self, hour_angle_h: float) -> float:
        """Give the right ascension that has an hour angle now, by the mount's own longitude; both in hours."""
        longitude_deg = float(self.values["GEOGRAPHIC_COORD"]["LONG"])
        return (hour_angle_deg(0.0, longitude_deg, time.time()) / 15.0 - hour_angle_h) % 24.0

    def repeat(self) -> None:
        """Report the place again."""
        if self.states["EQUATORIAL_EOD_COORD"] == "Ok":
            self.tell("EQUATORIAL_EOD_COORD", "Ok", **({} if self.held_h is None else {"RA": self._held_ra()}))

    def _held_ra(self) -> str:
        return number_text(self.ra_h(self.held_h or 0.0))

    def write(self, tag: str, name: str) -> None:
        """Send one property."""
        kind = "Number" if name in COORDINATES else "Text" if name == "DRIVER_INFO" else "Switch"
        attributes: dict[str, str | None] = {"device": NAME, "name": name, "state": self.states[name]}
        prefix = "one"
        if tag == "def":
            prefix = "def"
            attributes |= {"label": name, "group": "Main Control", "perm": "rw", "timeout": "60"}
            if kind == "Switch":
                attributes["rule"] = "OneOfMany"
        items = []
        for member, value in self.values[name].items():
            each: dict[str, str] = {"name": member}
            if tag == "def" and kind == "Number":
                each |= {"label": member, "format": "%.6f", "min": "-1000", "max": "10000", "step": "0"}
            items.append(Item(f"{prefix}{kind}", each, value))
        _send(element(f"{tag}{kind}Vector", attributes, items))

    def define(self, only: str | None = None) -> None:
        """Define every property, or one."""
        for name in self.values:
            if name not in self.hidden and only in (None, name):
                self.write("def", name)

    def tell(self, name: str, state: str, **values: str) -> None:
        """Change a property and tell everybody."""
        self.values[name] |= values
        self.states[name] = state
        self.write("set", name)

    def heard(self, message: Message) -> None:
        """Answer a client or a snooping driver."""
        if message.tag == "getProperties" and message.device in (None, NAME):
            self.define(message.name)
        elif message.device == NAME and message.name in self.values:
            self.write("set", message.name)

    async def obey(self, order: dict[str, Any]) -> None:
        """Carry out one command of the tool."""
        match order["do"]:
            case "report":
                self.held_h = None
                place = {"RA": number_text(order["ra"]), "DEC": number_text(order["dec"])}
                self.tell("EQUATORIAL_EOD_COORD", order["state"], **place)
            case "hold":
                self.held_h = float(order["ha"])
                self.tell("EQUATORIAL_EOD_COORD", "Ok", RA=self._held_ra(), DEC=number_text(order["dec"]))
            case "slew":
                self.held_h = None
                await self._slew(self.ra_h(order["ha"]), order["dec"], order["seconds"])
                self.held_h = float(order["ha"])
            case "park":
                parked = bool(order["parked"])
                self.tell("TELESCOPE_PARK", "Ok", PARK=_switch(parked), UNPARK=_switch(not parked))
                self.tell("TELESCOPE_TRACK_STATE", "Ok", TRACK_ON=_switch(not parked), TRACK_OFF=_switch(parked))
            case "site":
                place = {"LAT": number_text(order["latitude"]), "LONG": number_text(order["longitude"] % 360.0)}
                self.tell("GEOGRAPHIC_COORD", "Ok", **place)
            case "side":
                self._side(order["side"])
            case "die":
                os._exit(CRASHED)

    async def _slew(self, ra_h: float, dec_deg: float, seconds: float) -> None:
        place = self.values["EQUATORIAL_EOD_COORD"]
        from_ra, from_dec = float(place["RA"]), float(place["DEC"])
        turn_h = (ra_h - from_ra + 12.0) % 24.0 - 12.0
        self.tell("TARGET_EOD_COORD", "Busy", RA=number_text(ra_h), DEC=number_text(dec_deg))
        steps = max(1, round(seconds / STEP_S))
        for step in range(1, steps):
            share = step / steps
            here = {"RA": (from_ra + share * turn_h) % 24.0, "DEC": from_dec + share * (dec_deg - from_dec)}
            self.tell("EQUATORIAL_EOD_COORD", "Busy", **{key: number_text(value) for key, value in here.items()})
            await asyncio.sleep(STEP_S)
        self.tell("TARGET_EOD_COORD", "Ok")
        self.tell("EQUATORIAL_EOD_COORD", "Ok", RA=number_text(ra_h), DEC=number_text(dec_deg))

    def _side(self, side: str | None) -> None:
        name = "TELESCOPE_PIER_SIDE"
        if side is None:
            self.hidden.add(name)
            _send(element("delProperty", {"device": NAME, "name": name}))
            return
        back = name in self.hidden
        self.hidden.discard(name)
        self.values[name] = {each: _switch(each == side) for each in self.values[name]}
        self.write("def" if back else "set", name)


def _switch(on: bool) -> str:
    return "On" if on else "Off"


def _send(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


async def serve(path: str) -> None:
    """Be the mount until the server closes the input.

    Args:
        path: of the socket on which commands come, one JSON object per line, each answered by a line.
    """
    mount = ScriptedMount()

    async def orders(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            await mount.obey(json.loads(line))
            writer.write(b"done\n")
            await writer.drain()
        writer.close()

    async def repeat() -> None:
        while True:
            await asyncio.sleep(REPORT_S)
            mount.repeat()

    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await asyncio.start_unix_server(orders, path)
    repeating = asyncio.create_task(repeat())
    decoder = Decoder()
    while data := await reader.read(65536):
        for each in decoder.feed(data):
            if isinstance(each, Message):
                mount.heard(each)
    repeating.cancel()


if __name__ == "__main__":
    asyncio.run(serve(os.environ[SOCKET_VARIABLE]))
