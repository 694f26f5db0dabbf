"""Checks 21-26 and 28: parking as clients and their schedulers need it."""

# ruff: noqa: D103 - title and expectation of a check say what it does

import math
from xml.etree import ElementTree

from astro.angles import normalise_deg
from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Failed, Findings, Need, check, grouped
from client.conform.dome import STILL_DEG, DomeUnderTest
from client.conform.record import Event

WITHIN_DEG = 1.0


async def _away(dome: DomeUnderTest, degrees: float) -> None:
    """Bring the dome so far from its park position, where that is known, or else from where it stands."""
    if not dome.has(names.ABS):
        return
    park = dome.number(names.PARK_POSITION, names.PARK_AZ)
    await dome.goto_and_wait(normalise_deg((dome.azimuth_deg if math.isnan(park) else park) + degrees))


def written(bench: Bench) -> str | None:
    """Read what ParkData.xml says of the dome, "true" or "false"; None where it cannot be read or says nothing."""
    if bench.host is None:
        return None
    try:
        root = ElementTree.parse(bench.host.home / ".indi" / "ParkData.xml").getroot()  # noqa: S314 - written by the driver under test
    except (OSError, ElementTree.ParseError):
        return None
    for device in root.iter("device"):
        if device.get("name") == bench.dome.device:
            return (device.findtext("parkstatus") or "").strip()
    return None


async def _expect_written(bench: Bench, found: Findings, status: str) -> None:
    """Note where ParkData.xml says the opposite. INDI's own drivers write it after they have told their clients."""
    for _ in range(10):
        if written(bench) in (None, status):
            break
        await bench.wire.listen(0.15)
    said = written(bench)
    found.expect(said in (None, status), f"ParkData.xml says {said!r}")


@check(
    "21",
    "park",
    "DOME_PARK Busy with PARK On, then Ok with PARK On at the park azimuth; MOTION not left Busy; ParkData.xml says so "
    "(where the tool can read it)",
    Need.MOTION,
    Need.PARK,
)
async def park(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    await _away(dome, 25.0)
    wanted, before = dome.number(names.PARK_POSITION, names.PARK_AZ), dome.azimuth_deg
    sent = wire.clock()
    await dome.park_and_wait(True)
    said = wire.sets_of(names.PARK, sent, dome.device)
    moved = dome.has(names.ABS) and dome.error_deg(before) > STILL_DEG
    found.expect(not moved or said[0].state == "Busy", f"DOME_PARK was {said[0].state} at first, not Busy")
    lying = [e for e in said if e.on != [names.PARKED]]
    found.expect(not lying, f"DOME_PARK showed {', '.join(lying[0].on) or 'neither switch'} On" if lying else "")
    await wire.listen(0.3)
    found.expect(not dome.rotating, "DOME_PARK Ok, but MOTION, ABS or REL still Busy")
    if not math.isnan(wanted) and dome.has(names.ABS):
        error = dome.error_deg(wanted)
        found.expect(error <= WITHIN_DEG, f"parked at {dome.azimuth_deg:.1f}, not at the park azimuth {wanted:.1f}")
    await _expect_written(bench, found, "true")
    return found.verdict(f"parked at {dome.azimuth_deg:.1f}")


@check(
    "22",
    "order at the end of a park",
    "MOTION has left Busy before DOME_PARK is Ok; no set* of MOTION as Idle afterwards (Ekos then forgets that it is "
    "parked)",
    Need.MOTION,
    Need.PARK,
)
async def order_of_park(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    await _away(dome, 25.0)
    sent = wire.clock()
    parked = await dome.park_and_wait(True)
    await wire.listen(1.2)
    events = wire.events
    place = events.index(parked)
    motions = [e for e in events if e.is_set and e.device == dome.device and e.name == names.MOTION]
    before = [e for e in motions if e.at_s >= sent and e in events[:place]]
    after = [e for e in motions if e in events[place:] and e.state != "Ok"]
    found.expect(not before or before[-1].state != "Busy", "MOTION was still Busy when DOME_PARK became Ok")
    states = ", ".join(dict.fromkeys(e.state for e in after))
    found.expect(not after, f"MOTION was set to {states} after DOME_PARK was Ok")
    last = f"MOTION {before[-1].state}, then " if before else "no MOTION needed, "
    return found.verdict(f"{last}DOME_PARK Ok")


@check(
    "23",
    "commands while parked",
    "goto, relative turn, preset and DOME_CW are refused: each answered by a set* (not Ok, not Busy; MOTION not Busy), "
    "with words, and nothing moves",
    Need.MOTION,
    Need.PARK,
)
async def while_parked(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    await dome.park_and_wait(True)
    azimuth, tried = dome.azimuth_deg, []
    for name in (names.ABS, names.REL, names.GOTO, names.MOTION):
        if not dome.has(name):
            continue
        tried.append(name)
        sent = _try_to_move(dome, name)
        answer = await wire.wait_set(name, since_s=sent, timeout_s=1.0, device=dome.device)
        found.expect(answer is not None, f"{name}: no set* within 1 s")
        await wire.listen(0.3)
        if name == names.MOTION:
            found.expect(dome.state(name) != "Busy" and not dome.on(name), "DOME_MOTION shows a motion")
        elif answer is not None:
            found.expect(answer.state in ("Alert", "Idle"), f"{name}: {answer.state}")
        said = [text for text in dome.messages(sent) if text.startswith(("[ERROR]", "[WARNING]"))]
        found.expect(bool(said), f"{name}: no [ERROR] or [WARNING] message")
        if dome.rotating and dome.has(names.ABORT):
            found.expect(False, f"{name}: the parked dome turns")
            await dome.abort()
    moved = dome.has(names.ABS) and dome.error_deg(azimuth) > STILL_DEG
    found.expect(not moved, f"the azimuth changed from {azimuth:.1f} to {dome.azimuth_deg:.1f}")
    kept = dome.state(names.PARK) == "Ok" and dome.on(names.PARK) == [names.PARKED]
    found.expect(kept, f"DOME_PARK is {dome.state(names.PARK)}, On: {', '.join(dome.on(names.PARK)) or 'none'}")
    return found.verdict(f"all refused with words: {', '.join(tried)}")


def _try_to_move(dome: DomeUnderTest, name: str) -> float:
    if name == names.ABS:
        return dome.goto(f"{normalise_deg(dome.azimuth_deg + 30):.3f}")
    if name == names.REL:
        return dome.turn(10)
    if name == names.GOTO:
        return dome.wire.switch(names.GOTO, "Preset 1", device=dome.device)
    return dome.rotate(names.CW)


@check(
    "24",
    "redundant park commands",
    "UNPARK when unparked, PARK when parking and PARK when parked are each answered by a set* of DOME_PARK with the "
    "state that holds; nothing moves for them",
    Need.MOTION,
    Need.PARK,
)
async def redundant(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    answer = await _answer(bench, dome.order_park(False))
    right = answer is not None and answer.state in ("Ok", "Idle") and answer.on == [names.UNPARKED]
    found.expect(right, f"UNPARK when unparked: {_told(answer)}")
    await _away(dome, max(40.0, dome.speed.turn_deg(4.0, 120.0)))
    dome.order_park(True)
    await wire.wait_set(names.PARK, "Busy", wire.clock(), 1.0, device=dome.device)
    if dome.state(names.PARK) == "Busy":
        answer = await _answer(bench, dome.order_park(True))
        right = answer is not None and answer.on == [names.PARKED] and answer.state in ("Busy", "Ok")
        found.expect(right, f"PARK when parking: {_told(answer)}")
    limit_s = dome.speed.limit_s(360.0)
    await wire.wait_until(lambda: dome.state(names.PARK) not in ("Busy", ""), limit_s)
    parked = dome.state(names.PARK) == "Ok" and dome.parked
    found.expect(parked, f"two PARK commands ended with DOME_PARK {dome.state(names.PARK)}")
    await wire.listen(0.2)
    again = dome.order_park(True)
    answer = await _answer(bench, again)
    right = answer is not None and answer.state == "Ok" and answer.on == [names.PARKED]
    found.expect(right, f"PARK when parked: {_told(answer)}")
    await wire.listen(0.4)
    moved = [e for e in wire.sets_of(names.MOTION, again, dome.device) if e.state == "Busy"]
    found.expect(not moved, "PARK when parked made DOME_MOTION Busy")
    return found.verdict("each answered with the state that holds")


async def _answer(bench: Bench, sent: float) -> Event | None:
    return await bench.wire.wait_set(names.PARK, since_s=sent, timeout_s=1.0, device=bench.dome.device)


def _told(answer: Event | None) -> str:
    if answer is None:
        return "no set* within 1 s"
    return f"DOME_PARK {answer.state}, On: {', '.join(answer.on) or 'none'}"


@check(
    "25",
    "abort of a park",
    "DOME_PARK leaves Busy and does not say parked; UNPARK then ends Ok with UNPARK On, and PARK works again",
    Need.MOTION,
    Need.ABS,
    Need.ABORT,
    Need.PARK,
)
async def abort_park(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    await _away(dome, max(60.0, dome.speed.turn_deg(5.0, 150.0)))
    sent = dome.order_park(True)
    if not await wire.wait_until(lambda: abs(dome.turned_deg(sent)) > 1.0, dome.speed.limit_s(2.0)):
        raise Failed("PARK did not turn the dome")
    await dome.answer(names.ABORT, dome.order_abort())
    await wire.wait_until(lambda: not dome.busy, 3.0)
    found.expect(not dome.rotating, "still Busy 3 s after the abort")
    state, on = dome.state(names.PARK), dome.on(names.PARK)
    found.expect(state != "Busy", "DOME_PARK still Busy 3 s after the abort")
    found.expect(not (state == "Ok" and on == [names.PARKED]), "DOME_PARK says parked")
    if bench.host is not None:
        found.expect(written(bench) != "true", "ParkData.xml says parked")
    for order, words in ((False, "UNPARK after it"), (True, "PARK after that")):
        try:
            await dome.park_and_wait(order)
        except Failed as failure:
            found.expect(False, f"{words}: {failure.seen}")
    return found.verdict(f"DOME_PARK {state}, On: {', '.join(on) or 'none'}; UNPARK and PARK work afterwards")


@check(
    "26",
    "unpark",
    "DOME_PARK Ok with UNPARK On, ParkData.xml says so (where the tool can read it), and the dome can be turned",
    Need.MOTION,
    Need.PARK,
)
async def unpark(bench: Bench) -> str:
    dome, found = bench.dome, Findings()
    await dome.park_and_wait(True)
    await dome.park_and_wait(False)
    await _expect_written(bench, found, "false")
    if dome.has(names.ABS):
        target = normalise_deg(dome.azimuth_deg + 10)
        await dome.goto_and_wait(target)
        found.expect(dome.error_deg(target) <= WITHIN_DEG, f"a goto to {target:.1f} ended at {dome.azimuth_deg:.1f}")
    return found.verdict("unparked and free to turn")


@check(
    "28",
    "park position and its options",
    "123:30:00 is understood as 123.5; CURRENT takes the present azimuth, DEFAULT the driver's own, WRITE_DATA is "
    "answered; options end Ok with all switches Off",
    Need.MOTION,
    Need.PARK_POSITION,
)
async def park_position(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    original = dome.number(names.PARK_POSITION, names.PARK_AZ)
    try:
        answer = await _set_park_azimuth(dome, "123:30:00")
        value = answer.number(names.PARK_AZ)
        found.expect(answer.state in ("Ok", "Idle"), f"DOME_PARK_POSITION answered {answer.state}")
        found.expect(abs(value - 123.5) < 0.01, f"123:30:00 was understood as {value:g}")
        if dome.has(names.PARK_OPTION, names.PARK_CURRENT):
            await _option(dome, found, names.PARK_CURRENT)
            value = dome.number(names.PARK_POSITION, names.PARK_AZ)
            near = not dome.has(names.ABS) or dome.error_deg(value) <= STILL_DEG
            found.expect(near, f"CURRENT at {dome.azimuth_deg:.1f} made the park azimuth {value:.1f}")
            await _option(dome, found, names.PARK_DEFAULT)
    finally:
        wire.command("Number", names.PARK_POSITION, {names.PARK_AZ: repr(original)}, dome.device)
        await wire.listen(0.2)
    restored = abs(dome.number(names.PARK_POSITION, names.PARK_AZ) - original) < 1e-3
    if found.expect(restored, f"the park azimuth cannot be set back to {original:g}") and dome.has(
        names.PARK_OPTION, names.PARK_WRITE
    ):
        await _option(dome, found, names.PARK_WRITE)
    return found.verdict("all understood and answered")


async def _set_park_azimuth(dome: DomeUnderTest, text: str) -> Event:
    sent = dome.wire.command("Number", names.PARK_POSITION, {names.PARK_AZ: text}, dome.device)
    return await dome.answer(names.PARK_POSITION, sent)


async def _option(dome: DomeUnderTest, found: Findings, option: str) -> None:
    sent = dome.wire.switch(names.PARK_OPTION, option, device=dome.device)
    answer = await dome.wire.wait_set(names.PARK_OPTION, since_s=sent, timeout_s=1.0, device=dome.device)
    if not found.expect(answer is not None, f"{option}: no set* of DOME_PARK_OPTION within 1 s") or answer is None:
        return
    await dome.wire.listen(0.1)
    found.expect(dome.state(names.PARK_OPTION) == "Ok", f"{option} ended {dome.state(names.PARK_OPTION)}")
    found.expect(not dome.on(names.PARK_OPTION), f"{option}: its switch stays On")


CHECKS = grouped("parking", park, order_of_park, while_parked, redundant, abort_park, unpark, park_position)
