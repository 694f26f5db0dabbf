"""Checks 19 and 20: stopping the dome."""

# ruff: noqa: D103 - title and expectation of a check say what it does

from astro.angles import normalise_deg
from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Failed, Findings, Need, NotApplicable, check, grouped
from client.conform.dome import STILL_DEG

STOPPED_S = 3.0
"""The answer is due within a second; a heavy dome may need longer to come to rest."""
WATCHED = (names.MOTION, names.ABS, names.REL, names.PARK, names.AUTOSYNC, names.SHUTTER)


@check(
    "19",
    "abort during a goto",
    "ABORT Ok with its switch Off within 1 s; MOTION and ABS leave Busy, ABS not Ok (it did not arrive); it stands and "
    "does not start again",
    Need.MOTION,
    Need.ABS,
    Need.ABORT,
)
async def abort_goto(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    sent = dome.goto(f"{normalise_deg(dome.azimuth_deg + dome.speed.turn_deg(6.0)):.3f}")
    await wire.wait_until(lambda: abs(dome.turned_deg(sent)) > 1.0, dome.speed.limit_s(2.0))
    if not dome.rotating:
        moved = abs(dome.turned_deg(sent)) > 1.0
        if moved and dome.state(names.ABS) == "Ok":
            raise NotApplicable("it arrives before it can be aborted")
        raise Failed(f"the goto did not begin: ABS {dome.state(names.ABS)} ({dome.last_words(sent)})")
    aborted = dome.order_abort()
    answer = await dome.answer(names.ABORT, aborted)
    found.expect(answer.state == "Ok", f"DOME_ABORT_MOTION answered {answer.state}")
    found.expect(not answer.on, "the switch of DOME_ABORT_MOTION is still On in the answer")
    await wire.wait_until(lambda: not dome.rotating, STOPPED_S)
    seconds = wire.clock() - aborted
    found.expect(not dome.rotating, f"still Busy {STOPPED_S:g} s after the abort")
    await wire.listen(0.1)
    found.expect(dome.state(names.ABS) != "Ok", "ABS_DOME_POSITION Ok after an abort: clients take that for arrived")
    found.expect(dome.state(names.MOTION) in ("Idle", "Ok"), f"DOME_MOTION {dome.state(names.MOTION)}")
    found.expect(not dome.on(names.MOTION), "a direction is still On in DOME_MOTION")
    before = dome.azimuth_deg
    await wire.listen(1.2)
    found.expect(dome.error_deg(before) <= 1.0, f"went on from {before:.1f} to {dome.azimuth_deg:.1f}")
    found.expect(not dome.rotating, "started again by itself")
    return found.verdict(f"stopped after {seconds:.2f} s, ABS {dome.state(names.ABS)}")


@check("20", "abort when it stands", "ABORT Ok, nothing else changes", Need.MOTION, Need.ABORT)
async def abort_at_rest(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    before = {name: (dome.state(name), dome.on(name)) for name in WATCHED}
    azimuth = dome.azimuth_deg
    answer = await dome.answer(names.ABORT, dome.order_abort())
    found.expect(answer.state == "Ok", f"DOME_ABORT_MOTION answered {answer.state}")
    found.expect(not answer.on, "the switch of DOME_ABORT_MOTION is still On in the answer")
    await wire.listen(0.5)
    for name, was in before.items():
        now = (dome.state(name), dome.on(name))
        # A state that turns from Ok to Idle tells a client nothing new: the dome stands.
        same = now == was or ({now[0], was[0]} == {"Ok", "Idle"} and now[1] == was[1])
        found.expect(same, f"{name} changed from {was[0]} to {now[0]}, On: {', '.join(now[1]) or 'none'}")
    moved = dome.has(names.ABS) and dome.error_deg(azimuth) > STILL_DEG
    found.expect(not moved, f"the azimuth changed from {azimuth:.1f} to {dome.azimuth_deg:.1f}")
    return found.verdict("ABORT Ok, the rest unchanged")


CHECKS = grouped("abort", abort_goto, abort_at_rest)
