"""Checks 30 and 32 to 37: the dome and a mount."""

# ruff: noqa: D103 - title and expectation of a check say what it does

from astro.angles import difference_deg
from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Failed, Findings, Need, NotApplicable, check, grouped
from client.conform.checks.mounts import (
    BEGIN_S,
    CONCENTRIC,
    arrive,
    azimuth_deg,
    hour_angle_towards,
    point,
    ra_h,
    slaved_to,
)
from client.conform.dome import STILL_DEG

NEEDED = (Need.MOTION, Need.ABS, Need.SLAVING, Need.MOUNT)
VECTORS = (
    # Hour angle h, declination, side, offset of the tube m, and the azimuth: by the true geometry, and by INDI's dome
    # class, which turns the offset's height the wrong way (it is not perpendicular to the polar axis).
    (-3.0, 20.0, 0, 0.0, 113.518, 113.518),
    (-3.0, 20.0, 1, 0.45, 125.967, 124.515),
    (3.0, 20.0, -1, 0.45, 234.033, 235.485),
)
GRACE_S, DEAD_S = 40.0, 60.0
"""So long a dome may believe the last words of a mount that is gone; then the sky turns on without it, by 0.4°."""
WITHIN_DEG = 0.3
"""The dead band of 0.1°, the sky's turn in the meantime, and what a belt leaves."""
DEC_DEG = 20.0


@check(
    "30",
    "a mount that locks the dome",
    "with MOUNT_LOCKS a PARK is refused (Alert, UNPARK On, words) while the mount is unparked; it works once it parked",
    Need.MOTION,
    Need.PARK,
    Need.MOUNT,
    Need.SLAVING,
)
async def locks(bench: Bench) -> str:
    found = Findings()
    async with slaved_to(bench, 1.0) as (dome, mount):
        if not dome.has(names.MOUNT_POLICY, names.MOUNT_LOCKS):
            raise NotApplicable("the dome has no MOUNT_POLICY")
        bench.wire.switch(names.MOUNT_POLICY, names.MOUNT_LOCKS, device=dome.device)
        try:
            await bench.wire.listen(0.3)
            sent = dome.order_park(True)
            answer = await dome.answer(names.PARK, sent)
            refused = answer.state == "Alert" and answer.on == [names.UNPARKED]
            found.expect(refused, f"PARK with an unparked mount: {answer.state}, On: {', '.join(answer.on) or 'none'}")
            found.expect(bool(dome.messages(sent)), "refused without a word")
            if not refused:
                await bench.wire.wait_until(lambda: dome.state(names.PARK) != "Busy", dome.speed.limit_s(360.0))
                await dome.park_and_wait(False)
            await mount.park(True)
            await bench.wire.listen(0.3)
            try:
                await dome.park_and_wait(True)
                await dome.park_and_wait(False)
            except Failed as failure:
                found.expect(False, f"with a parked mount: {failure.seen}")
        finally:
            bench.wire.switch(names.MOUNT_POLICY, names.MOUNT_IGNORED, device=dome.device)
            await mount.park(False)
    return found.verdict("refused with words, then parked")


@check(
    "32",
    "the slit's azimuth",
    "the dome goes where the measurements typed in put the slit, within 0.3°; "
    "INDI's own geometry, wrong by 1.5° here, passes too and is named",
    *NEEDED,
)
async def vectors(bench: Bench) -> str:
    found, worst = Findings(), 0.0
    theirs = 0
    for hour_angle, dec_deg, side, offset_m, expected, indi in VECTORS:
        bench.say(f"azimuth {expected:.1f}")
        async with slaved_to(bench, 0.1, {**CONCENTRIC, "DM_OTA_OFFSET": offset_m}, side) as (dome, mount):
            await mount.site(50.0, 5.23)
            await point(bench, hour_angle, dec_deg)
            dome.slave(True)
            await bench.wire.wait_until(lambda: dome.rotating, BEGIN_S)
            await dome.wait_rest(bench.wire.clock())
            await arrive(bench, expected if dome.error_deg(expected) < dome.error_deg(indi) else indi, WITHIN_DEG)
            error = min(dome.error_deg(expected), dome.error_deg(indi))
            theirs += dome.error_deg(indi) < dome.error_deg(expected)
            where = f"hour angle {hour_angle:+g} h, offset {offset_m:g} m, side {side:+d}"
            found.expect(error <= WITHIN_DEG, f"{where}: at {dome.azimuth_deg:.2f} instead of {expected:.2f}")
            worst = max(worst, error)
            dome.slave(False)
            await dome.wait_rest(bench.wire.clock())
    whose = "INDI's own geometry, whose offset has the wrong height" if theirs else "the true geometry"
    return found.verdict(f"largest error {worst:.2f}°, by {whose}")


@check(
    "33",
    "a slew of the mount",
    "the dome is Busy before or when the mount reports its target reached, and ends within the threshold of it: a "
    "camera that waits for the dome must not find it at rest in between",
    *NEEDED,
)
async def slew(bench: Bench) -> str:
    found = Findings()
    async with slaved_to(bench, 1.0) as (dome, mount):
        await mount.site(50.0, 5.23)
        await point(bench, -2.0, DEC_DEG)
        dome.slave(True)
        if not await arrive(bench, azimuth_deg(-2.0, DEC_DEG), 1.5):
            raise Failed(f"slaving does not follow the mount: at {dome.azimuth_deg:.1f}")
        sent = bench.wire.clock()
        await mount.slew(1.5, DEC_DEG, 3.0)
        reached, target = bench.wire.clock(), azimuth_deg(1.5, DEC_DEG)
        await bench.wire.wait_until(lambda: dome.rotating or dome.error_deg(target) <= 1.3, BEGIN_S)
        busy = [e.at_s for e in bench.wire.sets_of(names.MOTION, sent, dome.device) if e.state == "Busy"]
        begun_s = busy[0] - reached if busy else BEGIN_S
        found.expect(bool(busy) and begun_s <= 0.3, f"Busy only {begun_s:.1f} s after the mount had reached its target")
        await bench.wire.listen(0.3 - (bench.wire.clock() - reached))
        # A quick dome may wait at the target; one that rests on the way there lets a camera begin too early.
        short_deg = dome.error_deg(target)
        found.expect(dome.rotating or short_deg <= 1.3, f"at rest {short_deg:.1f}° before the target of the slew")
        there = await arrive(bench, target, 1.3)
        found.expect(there, f"ended at {dome.azimuth_deg:.1f} instead of {target:.1f}")
    before = "before" if begun_s < 0 else "after"
    return found.verdict(f"Busy {abs(begun_s):.1f} s {before} the mount arrived; ended at {dome.azimuth_deg:.1f}")


@check(
    "34",
    "tracking",
    "corrections come at the threshold, the dome rests in between, and at the end it is within the threshold",
    *NEEDED,
)
async def tracking(bench: Bench) -> str:
    found, threshold = Findings(), 1.5
    async with slaved_to(bench, threshold) as (dome, mount):
        await mount.site(50.0, 5.23)
        start, wire = -1.0, bench.wire
        await point(bench, start, DEC_DEG)
        dome.slave(True)
        if not await arrive(bench, azimuth_deg(start, DEC_DEG), threshold + 0.3):
            raise Failed(f"slaving does not follow the mount: at {dome.azimuth_deg:.1f}")
        sent = wire.clock()
        angle = start
        for _ in range(60):  # the sky turned a hundred times as fast, for 12 s: about 7 degrees of azimuth
            angle += 0.2 * 100.0 / 3600.0 / 1.2
            await mount.report(ra_h(angle), DEC_DEG)
            await wire.listen(0.2)
        target = azimuth_deg(angle, DEC_DEG)
        there = await arrive(bench, target, threshold + 0.3)
        found.expect(there, f"ended {dome.error_deg(target):.1f}° off, more than the threshold of {threshold:g}°")
        moves = _moves(bench, sent)
        found.expect(bool(moves), "it did not move")
        small = [each for each in moves if each < 0.3 * threshold]
        found.expect(
            not small, f"moves of {', '.join(f'{each:.2f}°' for each in small)} for a threshold of {threshold:g}°"
        )
    return found.verdict(f"{len(moves)} moves of {', '.join(f'{each:.1f}°' for each in moves)}")


def _moves(bench: Bench, since_s: float) -> list[float]:
    """List how far the dome turned from one rest to the next; quick domes are there without having been Busy."""
    moves: list[float] = []
    rested: float | None = None
    for event in bench.wire.sets_of(names.ABS, since_s - BEGIN_S, bench.dome.device):
        if event.state == "Busy":
            continue
        azimuth = event.number(names.AZIMUTH)
        turned = 0.0 if rested is None else abs(difference_deg(azimuth, rested))
        if turned > 0.2 and event.at_s >= since_s:
            moves.append(turned)
        if rested is None or turned > 0.2:
            rested = azimuth
    return moves


@check("35", "a small error across north", "target 359.7, dome at 2, threshold 5: it does not move", *NEEDED)
async def across_north(bench: Bench) -> str:
    found = Findings()
    async with slaved_to(bench, 5.0) as (dome, mount):
        await mount.site(50.0, 5.23)
        await dome.goto_and_wait(2.0)
        # North of the zenith the azimuth is 359.7 a little west of the meridian, above the pole.
        angle = next(h / 1000.0 for h in range(1, 2000) if azimuth_deg(h / 1000.0, 70.0) < 359.7)
        await point(bench, angle, 70.0)
        sent = dome.slave(True)
        await bench.wire.listen(6.0)
        moved = [e for e in bench.wire.sets_of(names.MOTION, sent, dome.device) if e.state == "Busy"]
        stayed = dome.error_deg(2.0) <= STILL_DEG and not moved
        found.expect(stayed, f"it moved to {dome.azimuth_deg:.1f} for an error of 2.3°")
        if dome.rotating:
            await dome.wait_rest(sent)
    return found.verdict("it stayed")


@check(
    "36",
    "slaved and parked",
    "a parked dome does not follow the mount; after UNPARK it does (or says that slaving is off)",
    *NEEDED,
    Need.PARK,
)
async def parked(bench: Bench) -> str:
    found = Findings()
    async with slaved_to(bench, 1.0) as (dome, mount):
        await mount.site(50.0, 5.23)
        await dome.park_and_wait(True)
        place = dome.azimuth_deg
        away = -3.0 if abs(azimuth_deg(-3.0, DEC_DEG) - place) > 20.0 else 3.0
        await point(bench, away, DEC_DEG)
        sent = dome.slave(True)
        await dome.answer(names.AUTOSYNC, sent)
        await bench.wire.listen(4.0)
        found.expect(
            dome.error_deg(place) <= STILL_DEG, f"parked, it turned from {place:.1f} to {dome.azimuth_deg:.1f}"
        )
        if dome.rotating and dome.has(names.ABORT):
            await dome.abort()
        await dome.park_and_wait(False)
        follows = await arrive(bench, azimuth_deg(away, DEC_DEG), 1.3)
        off = names.AUTOSYNC_OFF in dome.on(names.AUTOSYNC)
        found.expect(follows or off, "unparked, with slaving still shown as on, it does not follow the mount")
    return found.verdict("it stayed; unparked, " + ("it follows" if follows else "slaving is shown as off"))


@check(
    "37",
    "a mount that parks, or dies",
    "the dome stays where it is: it does not follow a parked mount, nor the last words of one that is gone for "
    "more than 40 s",
    *NEEDED,
)
async def gone(bench: Bench) -> str:
    found = Findings()
    async with slaved_to(bench, 0.1) as (dome, mount):
        await mount.site(50.0, 5.23)
        angle = hour_angle_towards(150.0, DEC_DEG)
        await point(bench, angle, DEC_DEG)
        dome.slave(True)
        if not await arrive(bench, 150.0, 1.0):
            raise Failed(f"slaving does not follow the mount: at {dome.azimuth_deg:.1f}")
        place = dome.azimuth_deg
        await mount.park(True)
        await mount.hold(angle + 2.0, DEC_DEG)
        await bench.wire.listen(3.0)
        found.expect(dome.error_deg(place) <= STILL_DEG, f"it followed a parked mount to {dome.azimuth_deg:.1f}")
        await mount.park(False)
        await mount.hold(angle, DEC_DEG)
        await arrive(bench, 150.0, 1.0)
        await mount.report(ra_h(angle), DEC_DEG)  # from now on its place moves with the sky, 0.4° in a minute
        await bench.wire.listen(1.0)
        await dome.wait_rest(bench.wire.clock())
        place = dome.azimuth_deg
        await mount.die()
        try:
            # A telescope tracks on when its driver is gone: for a while a dome may go along.
            bench.say("the mount is dead")
            await bench.wire.listen(GRACE_S)
            found.expect(dome.error_deg(place) <= 1.0, f"it turned to {dome.azimuth_deg:.1f} without a mount")
            await dome.wait_rest(bench.wire.clock())
            place, died = dome.azimuth_deg, bench.wire.clock()
            bench.say("the mount is dead: watching for a minute")
            await bench.wire.listen(DEAD_S)
            turned = [e for e in bench.wire.sets_of(names.MOTION, died, dome.device) if e.state == "Busy"]
            still = dome.error_deg(place) <= 0.15 and not turned
            found.expect(still, f"it turned from {place:.2f} to {dome.azimuth_deg:.2f} after a mount that is gone")
        finally:
            await mount.revive()
    return found.verdict(f"it stayed at {place:.1f}")


CHECKS = grouped("mount", locks, vectors, slew, tracking, across_north, parked, gone)
