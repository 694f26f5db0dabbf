"""What a check works with: the connection, the dome, and what the tool may do beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from client.conform.check import Need, NotApplicable
from client.conform.dome import DomeUnderTest
from client.conform.wire import Wire


class SpokenDriver(Protocol):
    """A driver that the tool started by hand, without a server, and speaks to on its stdin and stdout."""

    async def send(self, data: bytes) -> None:
        """Write to its stdin."""

    async def receive(self, timeout_s: float) -> bytes:
        """Read what it writes, b"" when nothing came in time or it closed its output."""

    async def read_for(self, seconds: float) -> bytes:
        """Read all that comes within a time."""

    def kill(self) -> None:
        """End it at once."""

    async def close_input(self) -> None:
        """Close its end of the socket, as a server that ends does."""

    async def wait(self, timeout_s: float) -> int | None:
        """Wait until it ended; its exit code, or None when it still runs."""

    async def stop(self) -> str:
        """End it if it still runs; returns what it wrote to stderr."""


class Host(Protocol):
    """A private server with the driver under test, started by the tool."""

    home: Path
    """HOME of the driver: its .indi folder is the tool's to read and to throw away."""
    executable: str
    device: str
    host: str
    port: int

    @property
    def log(self) -> str:
        """Give what server and drivers wrote to stderr."""

    def driver_pid(self) -> int | None:
        """Give the process of the driver under test, None where it does not run."""

    async def tell(self, line: str) -> None:
        """Write a line to the server's FIFO."""

    async def restart(self, kill: bool) -> None:
        """Start the driver anew; the wire is to be reopened by the caller afterwards.

        Args:
            kill: end it with SIGKILL, as indiserver's `stop` does; otherwise by the end of its input.
        """

    async def speak_to_driver(
        self, *arguments: str, env: Mapping[str, str] | None = None, home: Path | None = None
    ) -> SpokenDriver:
        """Start a second process of the driver by hand, on one socket pair.

        Args:
            arguments: of the executable.
            env: further environment variables.
            home: its HOME; an empty one of its own when None.
        """

    async def stop(self) -> None:
        """End everything that was started."""


class Mount(Protocol):
    """A mount whose reports the tool commands; hours and degrees of the present equinox."""

    name: str

    async def report(self, ra_h: float, dec_deg: float, state: str = "Ok") -> None:
        """Report a position."""

    async def hold(self, hour_angle_h: float, dec_deg: float) -> None:
        """Report a position that stays where it is in the sky over the dome."""

    async def slew(self, hour_angle_h: float, dec_deg: float, seconds: float) -> None:
        """Announce a target, be Busy for a while, then Ok at the target, and stay there."""

    async def park(self, parked: bool) -> None:
        """Report parked or unparked."""

    async def pier_side(self, side: str | None) -> None:
        """Report "PIER_WEST", "PIER_EAST", or withdraw the property."""

    async def site(self, latitude_deg: float, longitude_deg: float) -> None:
        """Report another place on earth, longitude east positive."""

    async def die(self) -> None:
        """End the mount's driver as a crash does."""

    async def revive(self) -> None:
        """Start it anew."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the person allowed."""

    long: bool = False
    shutter: bool = False
    minutes: float = 60.0
    """How long the long check lasts."""
    driver_lists: Path = Path("/usr/share/indi")
    """Folder of the files by which KStars knows drivers."""


@dataclass(slots=True)
class Bench:
    """What a check's run gets."""

    wire: Wire
    dome: DomeUnderTest
    options: Options = field(default_factory=Options)
    host: Host | None = None
    mount: Mount | None = None
    say: Callable[[str], None] = lambda text: None
    """Shows a person what goes on inside a long check."""
    started_s: float = 0.0
    """When the session began, on the wire's clock."""

    def offers(self) -> frozenset[Need]:
        """Tell which needs are met."""
        extra = {Need.MOTION}
        if self.host is not None:
            extra.add(Need.PROCESS)
        if self.mount is not None:
            extra.add(Need.MOUNT)
        if self.options.long:
            extra.add(Need.LONG)
        found = self.dome.capabilities() | extra
        if self.options.shutter:
            return found
        if not found & {Need.ABS, Need.REL}:  # a roll-off roof: its DOME_CW opens it over the telescope
            found -= {Need.MOTION}
        return found - {Need.SHUTTER}

    @property
    def own_host(self) -> Host:
        """Give the host, for checks that need Need.PROCESS."""
        if self.host is None:
            raise NotApplicable(Need.PROCESS.value)
        return self.host

    @property
    def own_mount(self) -> Mount:
        """Give the mount, for checks that need Need.MOUNT."""
        if self.mount is None:
            raise NotApplicable(Need.MOUNT.value)
        return self.mount

    async def second_wire(self) -> Wire:
        """Connect a second client to the same server; the caller closes it."""
        return await Wire.open(self.wire.host, self.wire.port, self.wire.device)
