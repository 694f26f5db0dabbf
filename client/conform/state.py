"""The state each check begins from, and the state the dome is given back in."""

import math
from dataclasses import dataclass

from client.conform import names
from client.conform.check import Failed
from client.conform.dome import STILL_DEG, DomeUnderTest

SLAVING_S = 3.0


async def known_state(dome: DomeUnderTest, may_move: bool = True) -> None:
    """Bring the dome to: connected, slaving off, at rest, unparked.

    Args:
        dome: the dome.
        may_move: whether it is to be unparked, which may turn some domes.

    Raises:
        Failed: it cannot be reached; the text says which part.
    """
    await dome.wire.wait_until(lambda: dome.has(names.CONNECTION), 10.0)
    await dome.connect()
    if dome.has(names.AUTOSYNC, names.AUTOSYNC_OFF) and names.AUTOSYNC_ON in dome.on(names.AUTOSYNC):
        dome.slave(False)
        if not await dome.wire.wait_until(lambda: names.AUTOSYNC_ON not in dome.on(names.AUTOSYNC), SLAVING_S):
            raise Failed("slaving cannot be switched off")
    await _rest(dome)
    if may_move and dome.has(names.PARK) and (dome.parked or dome.state(names.PARK) == "Busy"):
        await _unpark(dome)


async def _rest(dome: DomeUnderTest) -> None:
    if dome.rotating and dome.has(names.ABORT):
        dome.order_abort()
        await dome.wire.wait_until(lambda: not dome.rotating, 5.0)
    if dome.rotating:
        dome.stop()
        await dome.wire.wait_until(lambda: not dome.rotating, 5.0)
    if dome.rotating:
        busy = [name for name in (names.MOTION, names.ABS, names.REL) if dome.state(name) == "Busy"]
        raise Failed(f"{', '.join(busy)} cannot be brought out of Busy, neither by an abort nor by a stop")
    before_deg = dome.azimuth_deg
    await dome.quiet(0.3, 2.0)
    if not math.isnan(before_deg) and dome.error_deg(before_deg) > STILL_DEG:
        raise Failed(f"it turns although nothing is Busy ({before_deg:.1f} to {dome.azimuth_deg:.1f})")


async def _unpark(dome: DomeUnderTest) -> None:
    """Unpark; a driver that got stuck in between needs a complete park first."""
    try:
        await dome.park_and_wait(False)
    except Failed:
        await dome.park_and_wait(True)
        await dome.park_and_wait(False)


@dataclass(frozen=True, slots=True)
class Found:
    """What the dome was like before the first check."""

    connected: bool
    azimuth_deg: float
    parked: bool
    slaving: bool
    threshold_deg: float
    mount_policy: str
    presets: dict[str, str]
    park_azimuth_deg: float

    @classmethod
    def of(cls, dome: DomeUnderTest, connected: bool) -> "Found":
        """Take it down.

        Args:
            dome: connected to its hardware, so that everything is defined.
            connected: whether it was before the tool came.
        """
        presets = dome.wire.known(names.PRESETS, dome.device)
        return cls(
            connected=connected,
            azimuth_deg=dome.azimuth_deg,
            parked=dome.parked,
            slaving=names.AUTOSYNC_ON in dome.on(names.AUTOSYNC),
            threshold_deg=dome.number(names.PARAMS, names.THRESHOLD),
            mount_policy=next(iter(dome.on(names.MOUNT_POLICY)), ""),
            presets=dict(presets.values) if presets else {},
            park_azimuth_deg=dome.number(names.PARK_POSITION, names.PARK_AZ),
        )


async def give_back(dome: DomeUnderTest, found: Found, may_move: bool) -> list[str]:
    """Bring the dome back to what it was.

    Args:
        dome: the dome.
        found: its state before.
        may_move: False where nothing was moved, so that nothing needs to be moved back.

    Returns:
        What could not be restored, in words; nothing when all is as it was.
    """
    left: list[str] = []
    try:
        await known_state(dome, may_move)
    except Failed as failure:
        return [failure.seen]
    _restore_settings(dome, found)
    await dome.quiet(0.3, 2.0)
    if (
        not math.isnan(found.threshold_deg)
        and abs(dome.number(names.PARAMS, names.THRESHOLD) - found.threshold_deg) > 1e-6
    ):
        left.append(f"the threshold of the slaving is not {found.threshold_deg:g} again")
    if may_move:
        left += await _restore_place(dome, found)
    if found.slaving:
        sent = dome.slave(True)
        if await dome.wire.wait_set(names.AUTOSYNC, None, sent, SLAVING_S, on=names.AUTOSYNC_ON) is None:
            left.append("slaving, which was on, is not on again")
    if not found.connected:
        dome.wire.switch(names.CONNECTION, names.DISCONNECT, device=dome.device)
        if not await dome.wire.wait_until(lambda: not dome.connected, 5.0):
            left.append("it is still connected to its hardware, which it was not before")
    return left


def _restore_settings(dome: DomeUnderTest, found: Found) -> None:
    if not math.isnan(found.threshold_deg):
        dome.wire.number(names.PARAMS, dome.device, **{names.THRESHOLD: repr(found.threshold_deg)})
    if found.mount_policy and dome.on(names.MOUNT_POLICY) != [found.mount_policy]:
        dome.wire.switch(names.MOUNT_POLICY, found.mount_policy, device=dome.device)
    if found.presets:
        dome.wire.command("Number", names.PRESETS, found.presets, dome.device)
    if not math.isnan(found.park_azimuth_deg):
        dome.wire.command("Number", names.PARK_POSITION, {names.PARK_AZ: repr(found.park_azimuth_deg)}, dome.device)


async def _restore_place(dome: DomeUnderTest, found: Found) -> list[str]:
    try:
        if not math.isnan(found.azimuth_deg) and dome.error_deg(found.azimuth_deg) > STILL_DEG:
            await dome.goto_and_wait(found.azimuth_deg % 360)
        if found.parked:
            await dome.park_and_wait(True)
    except Failed as failure:
        where = "parked" if found.parked else f"at {found.azimuth_deg:.1f}"
        return [f"the dome is not {where} again: {failure.seen}"]
    return []
