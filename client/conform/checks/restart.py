"""Checks 26, 27, 45 and 46: the driver ends in mid-life and is started again."""

# ruff: noqa: D103 - title and expectation of a check say what it does

from pathlib import PurePath
from xml.etree import ElementTree

from astro.angles import normalise_deg
from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Failed, Findings, Need, check, grouped
from client.conform.dome import STILL_DEG, DomeUnderTest
from client.conform.wire import Wire

LABEL = "Conform Label"
APPEARS_S = 10.0
WATCH_S = 2.0


async def reborn(bench: Bench, kill: bool) -> None:
    """Start the driver anew and connect to it."""
    await bench.own_host.restart(kill)
    if not kill or not bench.wire.is_open:
        await bench.wire.reopen()
    else:
        bench.wire.record.forget()
        bench.wire.ask()
    if not await bench.wire.wait_until(lambda: bench.dome.has(names.CONNECTION), APPEARS_S):
        raise Failed("it did not come back after a restart")
    await bench.dome.connect()


async def find_again(bench: Bench) -> None:
    """Bring a dome whose azimuth nobody knows back into use: by its home switch, or by a sync to what it shows."""
    dome, wire = bench.dome, bench.wire
    if dome.state(names.ABS) != "Alert":
        return
    if dome.has("HOME", "HOME_FIND"):
        sent = wire.switch("HOME", "HOME_FIND", device=dome.device)
        await dome.answer("HOME", sent)
        await wire.wait_until(lambda: dome.state("HOME") != "Busy", dome.speed.limit_s(400.0))
    if dome.state(names.ABS) == "Alert" and dome.has(names.SYNC):
        shown = normalise_deg(dome.azimuth_deg)
        wire.number(names.SYNC, dome.device, **{names.SYNC_AZ: f"{shown:.3f}"})
        await wire.listen(0.5)


async def _rests(bench: Bench, found: Findings) -> None:
    """Watch that it does not move on its own."""
    before = bench.dome.azimuth_deg
    await bench.wire.listen(WATCH_S)
    dome = bench.dome
    found.expect(dome.error_deg(before) <= STILL_DEG, f"it moves by itself, {before:.1f} to {dome.azimuth_deg:.1f}")
    found.expect(not dome.rotating, "MOTION, ABS or REL Busy after the restart")


async def _under_way(bench: Bench, dome: DomeUnderTest, since_s: float) -> None:
    if not await bench.wire.wait_until(lambda: abs(dome.turned_deg(since_s)) > 2.0, dome.speed.limit_s(5.0)):
        raise Failed("the dome did not turn")


@check(
    "26r",
    "unparked over a restart",
    "after an orderly restart it is still unparked, at the azimuth where it was",
    Need.PROCESS,
    Need.MOTION,
    Need.ABS,
    Need.PARK,
)
async def restored(bench: Bench) -> str:
    dome, found = bench.dome, Findings()
    target = normalise_deg(dome.azimuth_deg + 25.0)
    await dome.goto_and_wait(target)
    await bench.wire.listen(1.0)
    await reborn(bench, kill=False)
    found.expect(not dome.parked, "it comes back parked")
    known = dome.state(names.ABS) != "Alert"
    found.expect(known, "it does not know its azimuth any more")
    error = dome.error_deg(target)
    found.expect(error <= 1.0 or not known, f"left at {target:.1f}, it comes back at {dome.azimuth_deg:.1f}")
    await find_again(bench)
    return found.verdict(f"unparked, {error:.2f}° from where it was")


@check(
    "27",
    "killed while parking",
    "after a kill in the middle of a park it does not say parked and does not move on its own",
    Need.PROCESS,
    Need.MOTION,
    Need.ABS,
    Need.PARK,
)
async def killed_parking(bench: Bench) -> str:
    dome, found = bench.dome, Findings()
    park = dome.number(names.PARK_POSITION, names.PARK_AZ)
    start = 0.0 if park != park else park
    await dome.goto_and_wait(normalise_deg(start + max(60.0, dome.speed.turn_deg(5.0, 150.0))))
    sent = dome.order_park(True)
    await _under_way(bench, dome, sent)
    await reborn(bench, kill=True)
    found.expect(not dome.parked, "it says parked, and is not at its park position")
    await _rests(bench, found)
    shown = f"{dome.azimuth_deg:.1f}" if dome.state(names.ABS) != "Alert" else "unknown"
    await find_again(bench)
    return found.verdict(f"not parked, azimuth {shown}")


@check(
    "46",
    "killed while turning",
    "after a kill (the server's FIFO stop) in mid-move nothing is Busy and it does not move on its own",
    Need.PROCESS,
    Need.MOTION,
    Need.ABS,
)
async def killed_turning(bench: Bench) -> str:
    dome, found = bench.dome, Findings()
    sent = dome.goto(f"{normalise_deg(dome.azimuth_deg + max(60.0, dome.speed.turn_deg(5.0, 150.0))):.3f}")
    await _under_way(bench, dome, sent)
    shown_before = dome.azimuth_deg
    await reborn(bench, kill=True)
    await _rests(bench, found)
    known = dome.state(names.ABS) != "Alert"
    off = dome.error_deg(shown_before)
    plausible = not known or off <= 30.0
    found.expect(plausible, f"killed near {shown_before:.1f}, it shows {dome.azimuth_deg:.1f} as if it knew")
    await find_again(bench)
    return found.verdict(f"at rest, azimuth {'shown as known' if known else 'shown as unknown'}")


@check(
    "45",
    "listed for KStars, and started under a label",
    "one entry in the driver lists, in the group Domes, with label, name and version; started through the server's "
    "FIFO with -n it appears under that label and connects",
    Need.PROCESS,
)
async def listed(bench: Bench) -> str:
    host, found = bench.own_host, Findings()
    program = PurePath(host.executable).name
    entries = [entry for file in sorted(bench.options.driver_lists.glob("*.xml")) for entry in _entries(file, program)]
    where = bench.options.driver_lists
    found.expect(bool(entries), f"no file in {where} names {program}: KStars does not offer it")
    found.expect(len(entries) <= 1, f"listed {len(entries)} times: {'; '.join(entries)}")
    for entry in entries:
        found.expect(entry.startswith("Domes: "), f"listed as {entry}")
    await host.tell(f"stop {host.executable}")
    await bench.wire.listen(0.3)
    await host.tell(f'start {host.executable} -n "{LABEL}"')
    try:
        wire = await Wire.open(host.host, host.port, LABEL)
        try:
            there = await wire.wait_until(lambda: wire.known(names.CONNECTION) is not None, APPEARS_S)
            found.expect(there, f"it does not appear as {LABEL!r}")
            if there:
                sent = wire.switch(names.CONNECTION, names.CONNECT)
                connected = await wire.wait_set(names.CONNECTION, "Ok", sent, APPEARS_S, on=names.CONNECT)
                found.expect(connected is not None, f"as {LABEL!r} it does not connect")
        finally:
            await wire.close()
    finally:
        await reborn(bench, kill=True)
    await find_again(bench)
    return found.verdict(f"{entries[0] if entries else 'not listed'}; connects as {LABEL!r}")


def _entries(file: object, program: str) -> list[str]:
    """List the entries of a driver list that start a program, as "group: label (name, version)"."""
    try:
        root = ElementTree.parse(str(file)).getroot()  # noqa: S314 - the system's own driver lists
    except (OSError, ElementTree.ParseError):
        return []
    found = []
    for group in root.iter("devGroup"):
        for device in group.iter("device"):
            driver = device.find("driver")
            if driver is not None and (driver.text or "").strip() == program:
                about = f"{driver.get('name', 'no name')}, {(device.findtext('version') or 'no version').strip()}"
                found.append(f"{group.get('group')}: {device.get('label', 'no label')} ({about})")
    return found


CHECKS = grouped("restart", restored, killed_parking, killed_turning, listed)
