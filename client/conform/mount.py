"""The tool's end of the scripted mount."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from client.conform.check import Failed
from client.conform.mount_driver import NAME

LONGEST_S = 30.0


class CommandedMount:
    """Commands the mount's driver over its socket; implements `bench.Mount`.

    Args:
        path: of the socket.
        start: starts the driver anew after `die`.
    """

    name = NAME

    def __init__(self, path: Path, start: Callable[[], Awaitable[None]]) -> None:
        self._path = path
        self._start = start

    async def report(self, ra_h: float, dec_deg: float, state: str = "Ok") -> None:
        """Report a position, and go on reporting it."""
        await self._order({"do": "report", "ra": ra_h, "dec": dec_deg, "state": state})

    async def hold(self, hour_angle_h: float, dec_deg: float) -> None:
        """Report a position that stays where it is in the sky over the dome."""
        await self._order({"do": "hold", "ha": hour_angle_h, "dec": dec_deg})

    async def slew(self, hour_angle_h: float, dec_deg: float, seconds: float) -> None:
        """Announce a target, be Busy for a while, then Ok at the target and stay there; returns at its end."""
        await self._order({"do": "slew", "ha": hour_angle_h, "dec": dec_deg, "seconds": seconds})

    async def park(self, parked: bool) -> None:
        """Report parked or unparked."""
        await self._order({"do": "park", "parked": parked})

    async def site(self, latitude_deg: float, longitude_deg: float) -> None:
        """Report another place on earth, longitude east positive."""
        await self._order({"do": "site", "latitude": latitude_deg, "longitude": longitude_deg})

    async def pier_side(self, side: str | None) -> None:
        """Report "PIER_WEST", "PIER_EAST", or withdraw the property."""
        await self._order({"do": "side", "side": side})

    async def die(self) -> None:
        """End the mount's driver as a crash does."""
        await self._order({"do": "die"}, answered=False)

    async def revive(self) -> None:
        """Start it anew."""
        await self._start()
        await self.wait_ready()

    async def wait_ready(self) -> None:
        """Wait until it can be commanded.

        Raises:
            Failed: it did not start.
        """
        for _ in range(100):
            try:
                await self._order({"do": "nothing"})
            except Failed:
                await asyncio.sleep(0.1)
            else:
                return
        raise Failed("the tool's own mount did not start")

    async def _order(self, order: dict[str, object], answered: bool = True) -> None:
        try:
            reader, writer = await asyncio.open_unix_connection(str(self._path))
        except OSError as error:
            raise Failed(f"the tool's own mount does not answer: {error.strerror}") from error
        try:
            writer.write(json.dumps(order).encode() + b"\n")
            line = await asyncio.wait_for(reader.readline(), LONGEST_S)
        except (OSError, TimeoutError) as error:
            if answered:
                raise Failed("the tool's own mount does not answer") from error
            return
        finally:
            writer.close()
        if answered and not line:
            raise Failed("the tool's own mount has ended")
