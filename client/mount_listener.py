"""What a mount says, gathered from an open connection; a mount that keeps quiet is asked again."""

import asyncio

from astro.mount_report import MountReport
from client.connection import IndiConnection
from client.errors import DeviceNotFound, TimedOut
from client.properties import Clock, DeviceRemoved, Event, PropertyChanged, PropertyRemoved, wall_clock
from client.refresh import ask_again
from client.status import CONNECTION
from indi_dome_driver.indi.mount_watch import MOUNT_PROPERTIES, MountWatch
from indi_dome_driver.indi.received import typed_values

POSITION = "EQUATORIAL_EOD_COORD"


class MountListener:
    """Keeps the report of one mount.

    Args:
        connection: open, sees the mount.
        host: of the server, for asking a silent mount again.
        port: of the server.
        mount: INDI name of the mount.
        quiet_s: a mount that said nothing for so long is asked again, seconds.
        clock: Unix seconds.
    """

    def __init__(
        self, connection: IndiConnection, host: str, port: int, mount: str, quiet_s: float, clock: Clock = wall_clock
    ) -> None:
        self._connection = connection
        self._host, self._port = host, port
        self._mount = mount
        self._quiet_s = quiet_s
        self._clock = clock
        self._watch = MountWatch()
        self._asking: asyncio.Task[None] | None = None

    @property
    def report(self) -> MountReport:
        """Give the mount's latest word on each question."""
        return self._watch.report

    async def find(self, timeout_s: float = 3.0) -> None:
        """Wait for the mount to show itself, and take in what is known of it.

        Args:
            timeout_s: limit, seconds.

        Raises:
            DeviceNotFound: there is no such device; those present are listed.
            NotConnected: the server went away.
        """
        try:
            await self._connection.wait_for(self._mount, CONNECTION, lambda _: True, timeout_s)
        except TimedOut:
            raise DeviceNotFound(self._mount, self._connection.devices(), option="--mount") from None
        for snapshot in self._connection.properties(self._mount):
            self._watch.apply(snapshot.name, snapshot.state, snapshot.elements, self._clock(), defined=True)

    def hear(self, event: Event) -> bool:
        """Take in an event.

        Args:
            event: any; other devices' are ignored.

        Returns:
            True if it was the mount's.
        """
        match event:
            case PropertyChanged(snapshot, defined) if snapshot.device == self._mount:
                if snapshot.name in MOUNT_PROPERTIES:
                    self._watch.apply(
                        snapshot.name, snapshot.state, snapshot.elements, snapshot.received_s, defined=defined
                    )
            case PropertyRemoved(device, name) if device == self._mount:
                self._watch.forget(name)
            case DeviceRemoved(device) if device == self._mount:
                self._watch.forget()
            case _:
                return False
        return True

    def refresh(self, now_s: float) -> None:
        """Forget what is over, and ask again before the position grows stale: a good mount has nothing new to say.

        Args:
            now_s: Unix seconds.
        """
        self._watch.expire(now_s)
        age_s = now_s - self._watch.report.position_time_s
        asking = self._asking is not None and not self._asking.done()
        if not asking and not 0.0 <= age_s < self._quiet_s:
            self._asking = asyncio.create_task(self._ask(), name="ask the mount")

    async def asked(self) -> None:
        """Wait for the answer, if the mount is being asked."""
        if self._asking is not None:
            await self._asking

    def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()

    async def _ask(self) -> None:
        asked_s = self._clock()
        answer = await ask_again(self._host, self._port, self._mount, POSITION)
        # What came meanwhile the usual way is newer than an answer on another connection.
        if answer is not None and not self._watch.report.position_time_s > asked_s:
            state = answer.attributes.get("state", "")
            self._watch.apply(POSITION, state, typed_values(answer), self._clock(), defined=True)
