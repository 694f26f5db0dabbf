"""The state each check begins from."""

import math

from client.conform import names
from client.conform.check import Failed
from client.conform.dome import STILL_DEG, DomeUnderTest

APPEAR_S = 10.0
SLAVING_S = 3.0
STOP_S = 5.0


async def known_state(dome: DomeUnderTest, may_move: bool = True) -> None:
    """Bring the dome to: connected, and where it may be moved to slaving off, at rest, unparked.

    Args:
        dome: the dome.
        may_move: whether it may be moved; otherwise it is not stopped either: somebody else may be at it.

    Raises:
        Failed: it cannot be reached; the text says which part.
    """
    if not await dome.wire.wait_until(lambda: dome.has(names.CONNECTION), APPEAR_S):
        raise Failed("the driver has gone: it defines nothing any more")
    await dome.connect()
    if may_move:
        await rest(dome)
        if dome.has(names.PARK) and names.UNPARKED not in dome.on(names.PARK):
            await _unpark(dome)


async def rest(dome: DomeUnderTest) -> None:
    """Bring it to rest, slaving off; its own word for standing is not trusted.

    Raises:
        Failed: it goes on turning, or on saying so.
    """
    if dome.has(names.AUTOSYNC, names.AUTOSYNC_OFF) and names.AUTOSYNC_ON in dome.on(names.AUTOSYNC):
        dome.slave(False)
        if not await dome.wire.wait_until(lambda: names.AUTOSYNC_ON not in dome.on(names.AUTOSYNC), SLAVING_S):
            dome.halt()
            raise Failed("slaving cannot be switched off")
    if dome.rotating:
        dome.halt()
        await dome.wire.wait_until(lambda: not dome.rotating, 2 * STOP_S)
    if dome.rotating:
        busy = [name for name in (names.MOTION, names.ABS, names.REL) if dome.state(name) == "Busy"]
        raise Failed(f"{', '.join(busy)} cannot be brought out of Busy, neither by an abort nor by a stop")
    if await _turns(dome):
        dome.halt()
        await dome.wire.listen(1.0)
        if await _turns(dome):
            raise Failed(f"it turns although nothing is Busy, and does not stop (at {dome.azimuth_deg:.1f})")


async def _turns(dome: DomeUnderTest) -> bool:
    before_deg = dome.azimuth_deg
    await dome.quiet(0.3, 2.0)
    return not math.isnan(before_deg) and dome.error_deg(before_deg) > STILL_DEG


async def _unpark(dome: DomeUnderTest) -> None:
    """Unpark; a driver that got stuck in between needs a complete park first."""
    try:
        await dome.park_and_wait(False)
    except Failed:
        await dome.park_and_wait(True)
        await dome.park_and_wait(False)
