"""What the checks with a mount share: where it points, and the dome made to listen to it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from astro.sidereal import horizontal, hour_angle_deg
from client.conform import names
from client.conform.bench import Bench, Mount
from client.conform.dome import DomeUnderTest

LATITUDE_DEG, LONGITUDE_DEG = 50.0, 5.23
CONCENTRIC = {
    "DM_DOME_RADIUS": 2.5,
    "DM_SHUTTER_WIDTH": 0.6,
    "DM_NORTH_DISPLACEMENT": 0.0,
    "DM_EAST_DISPLACEMENT": 0.0,
    "DM_UP_DISPLACEMENT": 0.0,
    "DM_OTA_OFFSET": 0.0,
}
"""A mount in the middle of the dome: the slit belongs where the telescope points, whatever the model."""
SIDES = {-1: "DM_OTA_SIDE_EAST", 0: "DM_OTA_SIDE_IGNORE", 1: "DM_OTA_SIDE_WEST"}
HEARD_S = 0.7
BEGIN_S = 15.0
"""INDI's own dome class looks at a tracking mount every 10 s."""


def ra_h(hour_angle: float) -> float:
    """Give the right ascension that has an hour angle now.

    Args:
        hour_angle: hours, positive to the west.
    """
    return (hour_angle_deg(0.0, LONGITUDE_DEG, time.time()) / 15.0 - hour_angle) % 24.0


def azimuth_deg(hour_angle: float, dec_deg: float, latitude_deg: float = LATITUDE_DEG) -> float:
    """Give the azimuth of a place in the sky, degrees; the hour angle in hours."""
    return horizontal(15.0 * hour_angle, dec_deg, latitude_deg)[1]


def hour_angle_towards(azimuth: float, dec_deg: float) -> float:
    """Find the hour angle, hours, at which a declination south of the zenith stands in an azimuth, by halving."""
    low, high = -6.0, 6.0
    for _ in range(50):
        middle = (low + high) / 2.0
        if azimuth_deg(middle, dec_deg) < azimuth:
            low = middle
        else:
            high = middle
    return low


@asynccontextmanager
async def slaved_to(
    bench: Bench, threshold_deg: float, measurements: dict[str, float] | None = None, side: int = 0
) -> AsyncIterator[tuple[DomeUnderTest, Mount]]:
    """Have the dome listen to the tool's mount with a model typed in; slaving itself is left off.

    Everything is put back afterwards, and slaving is off.
    """
    dome, wire, mount = bench.dome, bench.wire, bench.own_mount
    kept = {
        name: dict(known.values)
        for name in (names.MEASUREMENTS, names.PARAMS)
        if (known := wire.known(name, dome.device)) is not None
    }
    sides, models, rules = dome.on(names.OTA_SIDE), dome.on(names.MODEL), dome.on(names.RULE)
    await mount.park(False)
    if dome.has(names.ACTIVE_DEVICES):
        known = wire.known(names.ACTIVE_DEVICES, dome.device)
        if known is not None and known.values.get(names.ACTIVE_TELESCOPE) != mount.name:
            values = {**known.values, names.ACTIVE_TELESCOPE: mount.name}
            wire.command("Text", names.ACTIVE_DEVICES, values, dome.device)
    if dome.has(names.MEASUREMENTS):
        wire.command("Number", names.MEASUREMENTS, measurements or CONCENTRIC, dome.device)
    if dome.has(names.PARAMS):
        wire.command("Number", names.PARAMS, {names.THRESHOLD: threshold_deg}, dome.device)
    if dome.has(names.OTA_SIDE, SIDES[side]):
        wire.switch(names.OTA_SIDE, SIDES[side], device=dome.device)
    if dome.has(names.MODEL, names.MODEL_TYPED_IN):
        wire.switch(names.MODEL, names.MODEL_TYPED_IN, device=dome.device)
    if dome.has(names.RULE, names.RULE_THRESHOLD):
        wire.switch(names.RULE, names.RULE_THRESHOLD, device=dome.device)
    await wire.listen(0.5)
    try:
        yield dome, mount
    finally:
        if wire.is_open:
            dome.slave(False)
            for name, values in kept.items():
                wire.command("Number", name, values, dome.device)
            for name, on in ((names.OTA_SIDE, sides), (names.MODEL, models), (names.RULE, rules)):
                if len(on) == 1:
                    wire.switch(name, on[0], device=dome.device)


async def point(bench: Bench, hour_angle: float, dec_deg: float) -> None:
    """Have the mount point somewhere, and give the dome time to hear it."""
    await bench.own_mount.hold(hour_angle, dec_deg)
    await bench.wire.listen(HEARD_S)


async def arrive(bench: Bench, azimuth: float, within_deg: float) -> bool:
    """Wait until slaving has brought the dome to an azimuth and it rests; False when it does not come."""
    dome = bench.dome
    there = await bench.wire.wait_until(
        lambda: dome.error_deg(azimuth) <= within_deg and not dome.rotating, BEGIN_S + dome.speed.limit_s(180.0)
    )
    await bench.wire.listen(0.3)
    return there and dome.error_deg(azimuth) <= within_deg
