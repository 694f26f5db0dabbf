"""A dome, any INDI dome: commands that end when the dome has done what was asked, or say why not."""

import asyncio
from collections.abc import Callable

from astro.angles import difference_deg
from client.connection import IndiConnection
from client.errors import DeviceNotConnected, DeviceNotFound, NotADome, NotConnected, PropertyMissing, Refused, TimedOut
from client.exchange import Exchange, Judge, Verdict
from client.properties import Disconnected, Event, PropertyChanged, PropertySnapshot
from client.status import (
    ABORT,
    ABSOLUTE,
    ABSOLUTE_ELEMENT,
    CONNECTION,
    DRIVER_INFO,
    MOTION,
    PARK,
    DomeStatus,
    is_connected,
    is_dome,
    is_moving,
    read_azimuth,
    read_status,
)

Progress = Callable[[float], None]
"""Sees the dome's azimuth, degrees, whenever it is reported during a command."""

ARRIVED_WITHIN_DEG = 1.0
"""Closer than this counts as there when a driver ends a goto without saying Ok; domes stop within half a degree."""
QUIET_S = 0.4
"""A driver's definitions come in one burst; after such a pause it is over (KStars waits 0.25 s)."""


class DomeClient:
    """Commands to one dome over an open connection."""

    def __init__(self, connection: IndiConnection, device: str) -> None:
        """Take a connection that is open.

        Args:
            connection: to the server.
            device: name of the dome.
        """
        self._connection = connection
        self._device = device

    @property
    def device(self) -> str:
        """Give the dome's name."""
        return self._device

    def status(self) -> DomeStatus:
        """Give what is known at this moment."""
        return read_status(self._device, self._look)

    async def find(self, timeout_s: float = 3.0) -> None:
        """Wait until the device has shown itself and its definitions have come.

        Args:
            timeout_s: limit, seconds; INDI has no list of devices to ask for, so a wrong name takes this long.

        Raises:
            DeviceNotFound: no such device; those present are listed.
            NotADome: the device is something else; said before anything is sent to it.
        """
        try:
            await self._connection.wait_for(self._device, CONNECTION, lambda _: True, timeout_s)
        except TimedOut:
            raise DeviceNotFound(self._device, self._connection.devices()) from None
        await self._settle(timeout_s)
        if not is_dome(self._look(DRIVER_INFO)):
            look = self._connection.snapshot
            known = [name for name in self._connection.devices() if look(name, DRIVER_INFO) is not None]
            raise NotADome(self._device, [name for name in known if is_dome(look(name, DRIVER_INFO))])

    async def connect_device(self, timeout_s: float = 30.0) -> None:
        """Have the driver connect to its dome, unless it is connected.

        Args:
            timeout_s: limit, seconds.

        Raises:
            DeviceNotConnected: the driver could not; with its reason.
            TimedOut: it did not say.
        """
        before = self._look(CONNECTION)
        if is_connected(before):
            return
        with Exchange(self._connection, self._device, "connecting") as exchange:
            self._connection.send_switch(self._device, CONNECTION, {"CONNECT": True})
            try:
                await exchange.conclude(CONNECTION, _judge_connection, timeout_s)
            except Refused as refusal:
                raise DeviceNotConnected(self._device, refusal.reason) from None
        await self._settle(timeout_s)

    async def goto(self, azimuth_deg: float, timeout_s: float = 600.0, progress: Progress | None = None) -> float:
        """Turn the dome; ends when it is there.

        Args:
            azimuth_deg: where to, degrees, 0 <= value < 360.
            timeout_s: limit, seconds.
            progress: sees the azimuth on the way.

        Returns:
            Azimuth where the dome came to rest, degrees.

        Raises:
            Refused, Stopped, TimedOut, NotADome, NotConnected, PropertyMissing, DeviceLost: as their names say.
        """
        was_busy = is_moving(self._look(ABSOLUTE), self._look(MOTION))
        with Exchange(self._connection, self._device, f"goto {azimuth_deg:.1f}°", _azimuths(progress)) as exchange:
            self._connection.send_number(self._device, ABSOLUTE, {ABSOLUTE_ELEMENT: azimuth_deg})
            end = await exchange.conclude(ABSOLUTE, _judge_goto(azimuth_deg), timeout_s, was_busy=was_busy)
        reached_deg = read_azimuth(end)
        return azimuth_deg if reached_deg is None else reached_deg

    async def park(self, timeout_s: float = 600.0, progress: Progress | None = None) -> None:
        """Park the dome; ends when it is parked. Arguments and errors as `goto`."""
        await self._park(PARK_ON, timeout_s, progress)

    async def unpark(self, timeout_s: float = 600.0, progress: Progress | None = None) -> None:
        """Unpark the dome; ends when it is unparked. Arguments and errors as `goto`."""
        await self._park(UNPARK_ON, timeout_s, progress)

    async def abort(self, timeout_s: float = 10.0) -> None:
        """Stop all motion; ends when the driver has confirmed and reports nothing moving.

        Args:
            timeout_s: limit, seconds.

        Raises:
            Refused: the driver could not stop; TimedOut: it did not say.
        """
        with Exchange(self._connection, self._device, "abort") as exchange:
            self._connection.send_switch(self._device, ABORT, {"ABORT": True})
            await exchange.conclude(ABORT, _judge_abort, timeout_s)
        for name in (MOTION, ABSOLUTE):
            if self._look(name) is not None:
                await self._connection.wait_for(self._device, name, lambda snap: snap.state != "Busy", timeout_s)

    async def _park(self, wanted: str, timeout_s: float, progress: Progress | None) -> None:
        command = "park" if wanted == PARK_ON else "unpark"
        present = self._look(PARK)
        if present is None:
            raise PropertyMissing(self._device, PARK)
        # A C++ dome that is parking already does not answer a second PARK at all.
        under_way = present.state == "Busy" and present.is_on(wanted)
        with Exchange(self._connection, self._device, command, _azimuths(progress)) as exchange:
            self._connection.send_switch(self._device, PARK, {wanted: True})
            await exchange.conclude(PARK, _judge_park(wanted), timeout_s, was_busy=under_way)

    def _look(self, name: str) -> PropertySnapshot | None:
        return self._connection.snapshot(self._device, name)

    async def _settle(self, timeout_s: float) -> None:
        """Wait for a pause in the device's definitions; INDI marks no end of them."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + timeout_s
        heard = asyncio.Event()
        gone: list[str] = []

        def listen(event: Event) -> None:
            # Updates do not count: a dome that turns sends them without a pause.
            if isinstance(event, PropertyChanged) and event.defined and event.snapshot.device == self._device:
                heard.set()
            elif isinstance(event, Disconnected):
                gone.append(event.reason)
                heard.set()

        unsubscribe = self._connection.subscribe(listen)
        try:
            while loop.time() < end_s:
                heard.clear()
                try:
                    async with asyncio.timeout_at(min(end_s, loop.time() + QUIET_S)):
                        await heard.wait()
                except TimeoutError:
                    return
                if gone:
                    raise NotConnected(gone[0])
        finally:
            unsubscribe()


PARK_ON = "PARK"
UNPARK_ON = "UNPARK"


def _azimuths(progress: Progress | None) -> Callable[[PropertySnapshot], None] | None:
    if progress is None:
        return None

    def watch(snapshot: PropertySnapshot) -> None:
        azimuth_deg = read_azimuth(snapshot) if snapshot.name == ABSOLUTE else None
        if azimuth_deg is not None:
            progress(azimuth_deg)

    return watch


def _judge_connection(snapshot: PropertySnapshot, running: bool) -> Verdict:
    if snapshot.state == "Alert":
        return Verdict.REFUSED
    if snapshot.state == "Busy":
        return Verdict.RUNNING
    return Verdict.DONE if is_connected(snapshot) else Verdict.NOT_YET


def _judge_goto(azimuth_deg: float) -> Judge:
    def judge(snapshot: PropertySnapshot, running: bool) -> Verdict:
        if snapshot.state == "Busy":
            return Verdict.RUNNING
        if snapshot.state == "Alert":
            return Verdict.REFUSED
        reported_deg = read_azimuth(snapshot)
        near = reported_deg is None or abs(difference_deg(azimuth_deg, reported_deg)) <= ARRIVED_WITHIN_DEG
        if near or (running and snapshot.state == "Ok"):
            return Verdict.DONE
        return Verdict.STOPPED if running else Verdict.NOT_YET

    return judge


def _judge_park(wanted: str) -> Judge:
    def judge(snapshot: PropertySnapshot, running: bool) -> Verdict:
        if snapshot.state == "Alert":
            return Verdict.REFUSED
        if snapshot.state == "Busy":
            return Verdict.RUNNING if snapshot.is_on(wanted) else Verdict.NOT_YET
        if snapshot.state == "Ok" and snapshot.is_on(wanted):
            return Verdict.DONE
        return Verdict.STOPPED if running else Verdict.NOT_YET

    return judge


def _judge_abort(snapshot: PropertySnapshot, running: bool) -> Verdict:
    if snapshot.state == "Alert":
        return Verdict.REFUSED
    return Verdict.RUNNING if snapshot.state == "Busy" else Verdict.DONE
