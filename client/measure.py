"""Measures a table with any INDI mount and any INDI dome: what they say now, and the record of what was said."""

from collections.abc import Callable
from dataclasses import dataclass

from astro.aim import Aim
from astro.calibration import CalibrationPoint
from astro.calibration_moment import NotNowError, SilentMountError, aim, take_point
from astro.mount_report import Site
from astro.slaving import DomeReport
from astro.slaving_settings import SlavingSettings
from client.connection import IndiConnection
from client.dome import DomeClient
from client.errors import NotConnected
from client.mount_listener import MountListener
from client.properties import Clock, Disconnected, Event, wall_clock
from client.status import DomeStatus


@dataclass(frozen=True, slots=True)
class MeasureSettings:
    """What does not change while somebody measures."""

    mount: str
    """INDI name of the mount."""
    slaving: SlavingSettings
    """Who says on which side the tube is, and when the mount's word no longer counts."""
    site: Site
    """Place to assume while the mount names none."""
    radius_m: float
    """Of the dome, metres."""


@dataclass(frozen=True, slots=True)
class Look:
    """What mount and dome say at one moment."""

    dome: DomeStatus
    aim: Aim | None
    """Where the telescope points; None where that cannot be told."""
    refusal: str
    """Why nothing can be recorded now; empty when it can."""


class Measurer:
    """Watches one mount and one dome.

    Args:
        connection: open, sees both devices.
        host: of the server, for asking a silent mount again.
        port: of the server.
        dome: client of the dome, found.
        settings: the rest.
        clock: Unix seconds.
    """

    def __init__(
        self,
        connection: IndiConnection,
        host: str,
        port: int,
        dome: DomeClient,
        settings: MeasureSettings,
        clock: Clock = wall_clock,
    ) -> None:
        self._connection = connection
        self._dome = dome
        self._settings = settings
        self._clock = clock
        self._mount = MountListener(connection, host, port, settings.mount, settings.slaving.stale_after_s / 3.0, clock)
        self._gone: str | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            DeviceNotFound: there is no such mount.
            NotConnected: the server went away.
        """
        self._unsubscribe = self._connection.subscribe(self._hear)
        await self._mount.find()

    def close(self) -> None:
        """Listen no more."""
        self._unsubscribe()
        self._mount.close()

    def look(self) -> Look:
        """Tell what is to be seen now, and have a quiet mount asked again.

        Raises:
            NotConnected: the server went away.
        """
        if self._gone is not None:
            raise NotConnected(self._gone)
        now_s = self._clock()
        self._mount.refresh(now_s)
        settings = self._settings
        seen, refusal = None, ""
        try:
            seen = aim(self._mount.report, settings.slaving, settings.site, now_s)
            self._take(now_s, "")
        except NotNowError as reason:
            refusal = str(reason)
        return Look(self._dome.status(), seen, refusal)

    async def take(self, note: str = "") -> CalibrationPoint:
        """Take a point; a quiet mount is asked first.

        Args:
            note: a remark to keep with it.

        Raises:
            NotNowError: mount or dome cannot be trusted at this moment.
            NotConnected: the server went away.
        """
        self._mount.refresh(self._clock())
        try:
            return self._take(self._clock(), note)
        except SilentMountError:
            await self._mount.asked()
        if self._gone is not None:
            raise NotConnected(self._gone)
        return self._take(self._clock(), note)

    def _take(self, now_s: float, note: str) -> CalibrationPoint:
        status = self._dome.status()
        if status.azimuth_deg is None:
            raise NotNowError(f'the dome "{status.device}" tells no azimuth: is it connected to its hardware?')
        busy = f"the dome is {status.park}" if status.park in ("parking", "unparking") else ""
        dome = DomeReport(
            azimuth_deg=status.azimuth_deg,
            position_known=status.connected and status.states.get("ABS_DOME_POSITION") != "Alert",
            moving=status.moving,
            parked=status.park == "parked",
            occupied=busy,
        )
        settings = self._settings
        return take_point(
            self._mount.report,
            dome,
            settings.slaving,
            settings.site,
            now_s,
            slaved=bool(status.slaving),
            note=note,
        )

    def _hear(self, event: Event) -> None:
        if isinstance(event, Disconnected):
            self._gone = event.reason
        else:
            self._mount.hear(event)
