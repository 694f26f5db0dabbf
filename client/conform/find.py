"""Find the dome that is meant among all devices of a server."""

from client.conform import names
from client.conform.dome import DomeUnderTest
from client.conform.wire import Wire
from client.errors import DeviceNotFound, NotADome, ServerSilent

FIND_S = 5.0
OTHERS_S = 1.5
"""Drivers start at their own pace: so long after the last new device the list counts as complete."""


async def find_dome(wire: Wire, name: str | None) -> DomeUnderTest:
    """Find the dome on a server.

    Args:
        wire: open.
        name: its INDI name; None takes the only dome there is.

    Raises:
        ServerSilent: the server says nothing at all.
        DeviceNotFound: no such device, or several domes and no name.
        NotADome: the device is something else.
    """
    await wire.wait_until(lambda: name in domes(wire) if name else bool(domes(wire)), FIND_S)
    seen = -1
    while name is None and len(wire.record.devices()) != seen:  # the wrong dome must not be taken for being quicker
        seen = len(wire.record.devices())
        await wire.listen(OTHERS_S)
    present = wire.record.devices()
    if not present:
        raise ServerSilent(wire.host, wire.port, FIND_S)
    found = domes(wire)
    if name is None and len(found) == 1:
        name = found[0]
    if name is None:
        raise DeviceNotFound("(any dome)", found or present)
    if name not in present:
        raise DeviceNotFound(name, present)
    if name not in found:
        raise NotADome(name, found)
    wire.device = name
    return DomeUnderTest(wire, name)


def domes(wire: Wire) -> list[str]:
    """List the devices that say they are domes."""
    found = []
    for device in wire.record.devices():
        info = wire.known(names.DRIVER_INFO, device)
        mask = info.values.get(names.INTERFACE, "") if info else ""
        if mask.isdecimal() and int(mask) & names.DOME_BIT:
            found.append(device)
    return found
