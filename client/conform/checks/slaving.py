"""Checks 31 and 38: slaving without a table, and switching it off in the middle of a move."""

# ruff: noqa: D103 - title and expectation of a check say what it does

from astro.angles import normalise_deg
from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Failed, Findings, Need, NotApplicable, check, grouped
from client.conform.checks.mounts import BEGIN_S, CONCENTRIC, azimuth_deg, hour_angle_towards, point, slaved_to

NONSENSE_DEG = (270.0, 0.0)
"""Where INDI's dome class sends a dome whose radius is 0: up to 2.1.3, and since."""
DEC_DEG = 20.0


@check(
    "31",
    "slaving with empty measurements",
    "slaving switched on with all measurements 0 makes no nonsense move (to 270° or 0°), and words say why it stays",
    Need.MOTION,
    Need.ABS,
    Need.SLAVING,
    Need.MOUNT,
)
async def empty_measurements(bench: Bench) -> str:
    found, wire = Findings(), bench.wire
    if not bench.dome.has(names.MEASUREMENTS):
        raise NotApplicable("the dome has no DOME_MEASUREMENTS")
    async with slaved_to(bench, 1.0, dict.fromkeys(CONCENTRIC, 0.0)) as (dome, mount):
        await mount.site(50.0, 5.23)
        # What the slit would need is 100° from where the nonsense leads and from where the dome stands.
        await dome.goto_and_wait(45.0)
        await point(bench, hour_angle_towards(150.0, DEC_DEG), DEC_DEG)
        sent = dome.slave(True)
        answer = await dome.answer(names.AUTOSYNC, sent)
        await wire.wait_until(lambda: dome.rotating, BEGIN_S)
        moved = dome.rotating or dome.error_deg(45.0) > 1.0
        if moved:
            await dome.wait_rest(sent)
        off = dome.slave(False)
        await dome.answer(names.AUTOSYNC, off)
        nonsense = moved and min(dome.error_deg(each) for each in NONSENSE_DEG) < 1.0
        found.expect(not nonsense, f"the dome went to {dome.azimuth_deg:.1f}")
        found.expect(answer.state != "Busy", f"DOME_AUTOSYNC answered {answer.state}")
        found.expect(bool(dome.messages(sent)), "not a word about it")
    return found.verdict(f"moved to {dome.azimuth_deg:.1f}, by a model of its own" if moved else "it stays, with words")


@check(
    "38",
    "slaving off during a slaved move",
    "the motion stops, ABS and MOTION leave Busy, DOME_AUTOSYNC Ok",
    Need.MOTION,
    Need.ABS,
    Need.SLAVING,
    Need.MOUNT,
)
async def off_while_moving(bench: Bench) -> str:
    found, wire = Findings(), bench.wire
    async with slaved_to(bench, 1.0) as (dome, mount):
        slit = azimuth_deg(-2.0, DEC_DEG)
        await mount.site(50.0, 5.23)
        await dome.goto_and_wait(normalise_deg(slit + 150.0))
        await point(bench, -2.0, DEC_DEG)
        sent = dome.slave(True)
        if not await wire.wait_until(lambda: abs(dome.turned_deg(sent)) > 1.0, 20.0):
            raise Failed("slaving does not turn the dome although it is 150° off")
        off = dome.slave(False)
        answer = await dome.answer(names.AUTOSYNC, off)
        found.expect(answer.on == [names.AUTOSYNC_OFF] and answer.state == "Ok", f"DOME_AUTOSYNC {answer.state}")
        stopped = await wire.wait_until(lambda: not dome.rotating, 3.0)
        found.expect(stopped, "still Busy 3 s after slaving was switched off")
        before = dome.azimuth_deg
        await wire.listen(1.2)
        found.expect(dome.error_deg(before) <= 1.0, f"went on from {before:.1f} to {dome.azimuth_deg:.1f}")
        if dome.rotating:
            await dome.wait_rest(sent)
    return found.verdict(f"stopped at {before:.1f}, {dome.error_deg(slit):.0f}° before the slit's place")


CHECKS = grouped("slaving", empty_measurements, off_while_moving)
