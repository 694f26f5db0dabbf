"""The list that ASCOM's ConformU asks of a dome, on INDI's properties. C8, giving it back, is the session's."""

# ruff: noqa: D103 - title and expectation of a check say what it does

from astro.angles import normalise_deg
from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Failed, Findings, Need, NotApplicable, check, grouped
from client.conform.checks.motion import refused
from client.conform.checks.sync import sync_by
from client.conform.dome import STILL_DEG

WITHIN_DEG = 1.0
INTO_SLEW_S = 3.0
SMALL_SYNC_DEG = 2.0


@check("C1", "eight slews", "0, 45, ... 315 are each reached within 1°", Need.MOTION, Need.ABS)
async def slews(bench: Bench) -> str:
    dome, found, worst = bench.dome, Findings(), 0.0
    for azimuth in range(0, 360, 45):
        bench.say(f"slew to {azimuth}")
        await dome.goto_and_wait(azimuth)
        error = dome.error_deg(azimuth)
        found.expect(error <= WITHIN_DEG, f"{azimuth} ended at {dome.azimuth_deg:.2f}")
        worst = max(worst, error)
    return found.verdict(f"largest error {worst:.2f}°")


@check("C2", "illegal azimuths", "-10 and 370 are answered and move nothing", Need.MOTION, Need.ABS)
async def illegal(bench: Bench) -> str:
    found = Findings()
    for value in ("-10", "370"):
        await refused(bench, found, value)
    return found.verdict("both refused")


@check("C3", "small sync", "a sync by 2° is shown within 1°, and taken back", Need.MOTION, Need.SYNC, Need.ABS)
async def small_sync(bench: Bench) -> str:
    found = Findings()
    return found.verdict(await sync_by(bench, found, SMALL_SYNC_DEG))


@check(
    "C4",
    "abort of a long slew",
    "an abort 3 s into a slew of 180° stops it, and ends slaving if that was on",
    Need.MOTION,
    Need.ABS,
    Need.ABORT,
)
async def abort_long_slew(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    slaved = dome.has(names.AUTOSYNC)
    if slaved:
        sent = dome.slave(True)
        await dome.answer(names.AUTOSYNC, sent)
        await wire.wait_until(lambda: dome.rotating, 0.5)
        await dome.wait_rest(sent)
    target = normalise_deg(dome.azimuth_deg + 179.5)
    sent = dome.goto(f"{target:.3f}")
    await dome.answer(names.ABS, sent)
    await wire.listen(min(INTO_SLEW_S, 0.4 * dome.speed.turn_s(180.0)))
    if not dome.rotating:
        if dome.error_deg(target) <= WITHIN_DEG:
            raise NotApplicable("a slew of 180° is over before it can be aborted")
        raise Failed(f"a slew of 180° did not begin: ABS {dome.state(names.ABS)} ({dome.last_words(sent)})")
    aborted = dome.order_abort()
    await dome.answer(names.ABORT, aborted)
    found.expect(await wire.wait_until(lambda: not dome.rotating, 5.0), "still Busy 5 s after the abort")
    before = dome.azimuth_deg
    await wire.listen(1.0)
    found.expect(dome.error_deg(before) <= WITHIN_DEG, f"went on from {before:.1f} to {dome.azimuth_deg:.1f}")
    found.expect(not dome.rotating, "started again by itself")
    still_on = slaved and names.AUTOSYNC_ON in dome.on(names.AUTOSYNC)
    found.expect(not still_on, "slaving stayed on: it will move the dome again that somebody has just stopped")
    return found.verdict("stopped, slaving off" if slaved else "stopped")


@check("C5", "commands answer at once", "goto, turn, park and unpark are answered within 1 s", Need.MOTION)
async def at_once(bench: Bench) -> str:
    dome, found, slowest = bench.dome, Findings(), 0.0
    if dome.has(names.ABS):
        sent = dome.goto(f"{normalise_deg(dome.azimuth_deg + 20):.3f}")
        slowest = max(slowest, (await dome.answer(names.ABS, sent)).at_s - sent)
        await dome.wait_rest(sent, 20.0)
    sent = dome.rotate(names.CCW)
    slowest = max(slowest, (await dome.answer(names.MOTION, sent)).at_s - sent)
    dome.stop()
    found.expect(await bench.wire.wait_until(lambda: not dome.rotating, 5.0), "still Busy 5 s after both Off")
    for park in (True, False) if dome.has(names.PARK) else ():
        sent = dome.order_park(park)
        answer = await dome.answer(names.PARK, sent)
        slowest = max(slowest, answer.at_s - sent)
        await dome.wait_parked(park, sent, answer)
    return found.verdict(f"slowest answer after {slowest * 1000:.0f} ms")


@check("C6", "home", "the home switch turns the dome and ends, not Alert", Need.MOTION, Need.HOME)
async def home(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    switch = dome.home_switch()
    if switch is None:
        raise Failed("the home switch has gone")
    sent = wire.switch(*switch, device=dome.device)
    await dome.answer(switch[0], sent)
    await wire.wait_until(lambda: dome.state(switch[0]) != "Busy", dome.speed.limit_s(360.0))
    await dome.wait_rest(sent)
    found.expect(dome.state(switch[0]) in ("Ok", "Idle"), f"{switch[0]} ended {dome.state(switch[0])}")
    return found.verdict(f"home at {dome.azimuth_deg:.1f}")


@check(
    "C7",
    "park and unpark",
    "both end Ok with their switch On; parked it stays where it is, unparked it turns again",
    Need.MOTION,
    Need.PARK,
)
async def park_and_unpark(bench: Bench) -> str:
    dome, found = bench.dome, Findings()
    await dome.park_and_wait(True)
    parked = dome.azimuth_deg
    await bench.wire.listen(0.5)
    stayed = not dome.has(names.ABS) or dome.error_deg(parked) <= STILL_DEG
    found.expect(stayed, f"parked at {parked:.1f}, then at {dome.azimuth_deg:.1f}")
    await dome.park_and_wait(False)
    if dome.has(names.ABS):
        await dome.goto_and_wait(normalise_deg(parked + 15))
        error = dome.error_deg(parked + 15)
        found.expect(error <= WITHIN_DEG, f"after unparking a turn by 15° missed by {error:.1f}°")
    return found.verdict(f"parked at {parked:.1f}, unparked, turned")


CHECKS = grouped("conformu", slews, illegal, small_sync, abort_long_slew, at_once, home, park_and_unpark)
