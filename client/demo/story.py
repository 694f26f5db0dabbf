"""The course of the demonstration: start, connect, unpark, slew to real objects, and see the slit follow."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from astro.mount_report import Site
from client.connection import IndiConnection
from client.demo.board import Board, Row
from client.demo.programme import Visit
from client.dome import DomeClient
from client.errors import ClientError, TimedOut
from client.properties import PropertySnapshot

MOUNT = "Telescope Simulator"
POSITION = "EQUATORIAL_EOD_COORD"
SLEW_S = 60.0
DRIVER, CLIENT = "driver", "client"


class DemoFailed(ClientError):  # noqa: N818 - named for what happened, like its siblings
    """The demonstration did not go as it should; the text is the diagnosis."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one visit ended."""

    row: Row
    clearance_mm: float
    """What is left free beside the beam at the end."""
    dome_first: bool
    """The dome began to turn before the mount had arrived (or stood right already)."""


class Story:
    """Plays the demonstration over an open connection.

    Args:
        connection: to the demonstration's server.
        dome: client of our dome.
        site: of the observatory.
        server: HOST:PORT, for the standalone client.
        config: configuration file of the demonstration.
    """

    def __init__(self, connection: IndiConnection, dome: DomeClient, site: Site, server: str, config: Path) -> None:
        self.connection = connection
        self.site = site
        self._connection = connection
        self._dome = dome
        self._server = server
        self._config = config

    @property
    def dome_name(self) -> str:
        """Name the dome."""
        return self._dome.device

    async def prepare(self, say: Callable[[str], None]) -> None:
        """Connect both devices, set the site, unpark, track, and wait for the table."""
        connection, dome = self._connection, self._dome
        await dome.find(10.0)
        await dome.connect_device()
        say("dome: connected (simulated at the pins)")
        await connection.wait_for(MOUNT, "CONNECTION", lambda _: True, 10.0)
        connection.send_switch(MOUNT, "CONNECTION", {"CONNECT": True})
        for name in (POSITION, "GEOGRAPHIC_COORD", "TELESCOPE_PARK", "TELESCOPE_TRACK_STATE"):
            await connection.wait_for(MOUNT, name, lambda _: True, 10.0)
        say("mount: the C++ telescope simulator, connected")
        longitude = self.site.longitude_deg % 360.0
        connection.send_number(MOUNT, "GEOGRAPHIC_COORD", {"LAT": self.site.latitude_deg, "LONG": longitude})
        await connection.wait_for(MOUNT, "GEOGRAPHIC_COORD", lambda found: found.state == "Ok", 10.0)
        connection.send_switch(MOUNT, "TELESCOPE_PARK", {"UNPARK": True})
        await connection.wait_for(MOUNT, "TELESCOPE_PARK", lambda found: found.is_on("UNPARK"), 10.0)
        await dome.unpark(10.0)
        say("both are unparked")
        about = await connection.wait_for(
            dome.device, "ABAQUE_INFO", lambda found: found.state in ("Ok", "Alert"), 60.0
        )
        say(f"table: {about.elements.get('SUMMARY', '')}")
        if about.state == "Alert":
            raise DemoFailed(f"the table could not be used: {about.elements.get('SUMMARY', '')}")

    async def visit_by_driver(self, visits: Sequence[Visit], rows: Sequence[Row], board: Board) -> list[Outcome]:
        """Slew to objects while the driver slaves the dome, as Ekos would have it."""
        await self._slave(True)
        return [await self._visit(visit, row, board) for visit, row in zip(visits, rows, strict=True)]

    async def visit_by_client(self, visits: Sequence[Visit], rows: Sequence[Row], board: Board) -> list[Outcome]:
        """Slew to objects while the standalone client moves the dome, as it would any INDI dome."""
        await self._slave(False)
        arguments = ["-m", "client", "sync", "--server", self._server, "--config", str(self._config)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        assert process.stdout is not None  # noqa: S101 - it was asked for
        words: list[str] = []
        following = asyncio.Event()

        async def listen() -> None:
            assert process.stdout is not None  # noqa: S101 - as above
            async for line in process.stdout:
                words.append(line.decode(errors="replace").rstrip())
                if "following" in words[-1]:
                    following.set()
            following.set()

        listener = asyncio.create_task(listen())
        try:
            async with asyncio.timeout(30.0):
                await following.wait()
            if process.returncode is not None or "following" not in "".join(words):
                raise DemoFailed("indi-dome sync did not start:\n" + "\n".join(words[-5:]))
            return [await self._visit(visit, row, board) for visit, row in zip(visits, rows, strict=True)]
        except TimeoutError:
            raise DemoFailed("indi-dome sync did not start in 30 s:\n" + "\n".join(words[-5:])) from None
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
            await process.wait()
            await listener

    async def _slave(self, on: bool) -> None:
        element = "DOME_AUTOSYNC_ENABLE" if on else "DOME_AUTOSYNC_DISABLE"
        self._connection.send_switch(self._dome.device, "DOME_AUTOSYNC", {element: True})
        await self._connection.wait_for(self._dome.device, "DOME_AUTOSYNC", lambda found: found.is_on(element), 10.0)

    async def _visit(self, visit: Visit, row: Row, board: Board) -> Outcome:
        row.state = "slewing"
        mover = "the driver's own slaving" if row.follower == DRIVER else "indi-dome sync"
        board.note(f"→ {visit.name} in the {visit.quadrant}, tube {visit.side.label}: {mover} moves the dome")
        started_s = time.time()
        self._connection.send_number(MOUNT, POSITION, {"RA": visit.place.ra_h, "DEC": visit.place.dec_deg})
        await self._until(lambda: self._mount().state == "Busy", 5.0, "the mount to start its slew", row, board)
        moved_s: list[float] = []
        stop = self._connection.subscribe(lambda _: moved_s.append(time.time()) if self._dome.status().moving else None)
        try:
            await self._until(lambda: self._mount().state != "Busy", SLEW_S, "the mount to arrive", row, board)
            arrived_s = time.time()
            await self._until(self._settled, SLEW_S, "the dome to arrive", row, board)
        finally:
            stop()
        self._read(row)
        clearance_mm = -1.0 if row.clearance_mm is None else row.clearance_mm
        row.state = "in the slit" if clearance_mm > 0.0 else "VIGNETTED"
        board.refresh(row, important=True)
        return Outcome(row, clearance_mm, not moved_s or started_s <= moved_s[0] <= arrived_s)

    async def _until(self, condition: Callable[[], bool], limit_s: float, what: str, row: Row, board: Board) -> None:
        loop = asyncio.get_running_loop()
        end_s = loop.time() + limit_s
        while not condition():
            if loop.time() > end_s:
                raise TimedOut(what, limit_s)
            self._read(row)
            board.refresh(row)
            await asyncio.sleep(0.1)  # the picture's pace; the condition is looked at once per frame

    def _settled(self) -> bool:
        """Tell whether the dome rests and the driver's own figures, newer than the arrival, say that it is right."""
        status = self._snapshot(self._dome.device, "SLAVING_STATUS")
        error, band = (status.number(name) if status else None for name in ("ERROR", "DEAD_BAND"))
        return error is not None and band is not None and abs(error) <= band and not self._dome.status().moving

    def _mount(self) -> PropertySnapshot:
        found = self._snapshot(MOUNT, POSITION)
        if found is None:
            raise DemoFailed("the telescope simulator went away")
        return found

    def _snapshot(self, device: str, name: str) -> PropertySnapshot | None:
        return self._connection.snapshot(device, name)

    def _read(self, row: Row) -> None:
        """Take the present figures into a row."""
        status = self._snapshot(self._dome.device, "SLAVING_STATUS")
        words = self._snapshot(self._dome.device, "SLAVING_REASON")
        row.actual_deg = self._dome.status().azimuth_deg
        if status is None or words is None:
            return
        row.mount = f"{status.number('MOUNT_ALT') or 0.0:4.1f}° {status.number('MOUNT_AZ') or 0.0:5.1f}°"
        row.side = str(words.elements.get("SIDE", ""))
        row.wanted_deg = status.number("TARGET_AZ")
        row.clearance_mm = status.number("CLEARANCE")
