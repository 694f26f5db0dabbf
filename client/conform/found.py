"""What the dome was like before the first check, and giving it back like that."""

import math
from dataclasses import dataclass

from client.conform import names
from client.conform.check import Failed
from client.conform.dome import STILL_DEG, DomeUnderTest
from client.conform.record import Known
from client.conform.state import SLAVING_S, known_state

NUMBERS = (names.PARAMS, names.PRESETS, names.MEASUREMENTS, names.PARK_POSITION)
"""Settings that are restored before the dome is brought back: the park position is among them."""
OTHERS = (names.OTA_SIDE, names.MODEL, names.RULE, names.ACTIVE_DEVICES, names.MOUNT_POLICY, names.SHUTTER_POLICY)
"""Restored after that: a policy may forbid to park, or move the shutter."""
SETTLED_S = 1.0


@dataclass(frozen=True, slots=True)
class Found:
    """What the dome was like before the first check."""

    connected: bool
    azimuth_deg: float
    parked: bool | None
    """None: neither switch was On, nobody knew."""
    slaving: bool
    settings: dict[str, dict[str, str]]
    """Values of what can be set, by property and element."""

    @classmethod
    def of(cls, dome: DomeUnderTest, connected: bool) -> "Found":
        """Take it down.

        Args:
            dome: connected to its hardware, so that everything is defined.
            connected: whether it was before the tool came.
        """
        settings = {name: dome.wire.known(name, dome.device) for name in (*NUMBERS, *OTHERS)}
        return cls(
            connected=connected,
            azimuth_deg=dome.azimuth_deg,
            parked=dome.parked if dome.on(names.PARK) else None,
            slaving=names.AUTOSYNC_ON in dome.on(names.AUTOSYNC),
            settings={name: dict(known.values) for name, known in settings.items() if known is not None},
        )


def neutral(dome: DomeUnderTest, shutter: bool) -> None:
    """Put out of force what would forbid the tool to park, or move a shutter that it may not move.

    Args:
        dome: the dome.
        shutter: whether the shutter may be moved.
    """
    if names.MOUNT_LOCKS in dome.on(names.MOUNT_POLICY):
        dome.wire.switch(names.MOUNT_POLICY, names.MOUNT_IGNORED, device=dome.device)
    policies = dome.on(names.SHUTTER_POLICY)
    if policies and not shutter:
        dome.wire.switch(names.SHUTTER_POLICY, off=tuple(policies), device=dome.device)


async def give_back(dome: DomeUnderTest, found: Found, may_move: bool) -> list[str]:
    """Bring the dome back to what it was; a part that fails does not keep the others from being tried.

    Args:
        dome: the dome.
        found: its state before.
        may_move: False where nothing was moved, so that nothing needs to be moved back.

    Returns:
        What could not be restored, in words; nothing when all is as it was.
    """
    left: list[str] = []
    ready = True
    try:
        await known_state(dome, may_move)
    except Failed as failure:
        left.append(failure.seen)
        ready = False
    for name in NUMBERS:
        _send(dome, found, name)
    if may_move and ready:
        left += await _restore_place(dome, found)
    left += await restore_settings(dome, found)
    if not math.isnan(found.azimuth_deg) and not dome.error_deg(found.azimuth_deg) <= 2 * STILL_DEG:
        left.append(f"the dome is at {dome.azimuth_deg:.1f}, not at {found.azimuth_deg:.1f}")
    if found.parked is None and dome.has(names.PARK):
        left.append("whether it was parked nobody knew; it now says that it is not")
    if found.slaving and ready and may_move:
        sent = dome.slave(True)
        if await dome.wire.wait_set(names.AUTOSYNC, None, sent, SLAVING_S, on=names.AUTOSYNC_ON) is None:
            left.append("slaving, which was on, is not on again")
    if not found.connected:
        dome.wire.switch(names.CONNECTION, names.DISCONNECT, device=dome.device)
        if not await dome.wire.wait_until(lambda: not dome.connected, 5.0):
            left.append("it is still connected to its hardware, which it was not before")
    return left


async def restore_settings(dome: DomeUnderTest, found: Found) -> list[str]:
    """Set everything back that needs no motion.

    Args:
        dome: the dome, slaving off.
        found: its state before.

    Returns:
        Which settings are not as they were, in words.
    """
    for name in (*NUMBERS, *OTHERS):
        _send(dome, found, name)
    await dome.wire.wait_until(lambda: not any(_differs(dome, found, name) for name in found.settings), SETTLED_S)
    return [f"{name} is not as it was" for name in found.settings if _differs(dome, found, name)]


def _send(dome: DomeUnderTest, found: Found, name: str) -> None:
    """Send a setting back, unless it is as it was."""
    known = dome.wire.known(name, dome.device)
    if known is None or name not in found.settings or not _differs(dome, found, name):
        return
    values = found.settings[name]
    kind = known.definition.tag.removeprefix("def").removesuffix("Vector")
    if kind == "Switch" and known.definition.attributes.get("rule") == "OneOfMany":
        values = {element: text for element, text in values.items() if text == "On"}
    dome.wire.command(kind, name, values, dome.device)


def _differs(dome: DomeUnderTest, found: Found, name: str) -> bool:
    known = dome.wire.known(name, dome.device)
    return known is not None and any(not _same(known, key, text) for key, text in found.settings[name].items())


def _same(known: Known, element: str, text: str) -> bool:
    before = Known(known.definition, "", {element: text}).number(element)
    if math.isnan(before):
        return known.values.get(element) == text
    return abs(known.number(element) - before) < 1e-6  # formats differ between a definition and what follows


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
