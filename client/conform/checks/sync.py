"""Check 29: telling the dome where it is."""

# ruff: noqa: D103 - title and expectation of a check say what it does

from astro.angles import normalise_deg
from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Findings, Need, check, grouped

OFFSET_DEG = 37.0


async def sync_by(bench: Bench, found: Findings, offset_deg: float) -> str:
    """Declare an azimuth that is off by so much, note what is wrong, and declare the true one again."""
    dome, wire = bench.dome, bench.wire
    true = dome.azimuth_deg
    declared = normalise_deg(true + offset_deg)
    dome.declared = (declared, true)
    sent = wire.number(names.SYNC, dome.device, **{names.SYNC_AZ: f"{declared:.4f}"})
    try:
        answer = await dome.answer(names.SYNC, sent)
        found.expect(answer.state == "Ok", f"DOME_SYNC answered {answer.state} ({dome.last_words(sent)})")
        await wire.wait_until(lambda: dome.error_deg(declared) <= 1.0, 2.0)
        shown = dome.azimuth_deg
        found.expect(dome.error_deg(declared) <= 1.0, f"synced to {declared:.1f}, the azimuth shown is {shown:.1f}")
        await wire.listen(0.4)
        turned = [e for e in wire.sets_of(names.MOTION, sent, dome.device) if e.state == "Busy"]
        found.expect(not turned and not dome.rotating, "a sync made the dome move")
    finally:
        # Without waiting: it must go out even when the person interrupts just now.
        back = wire.number(names.SYNC, dome.device, **{names.SYNC_AZ: f"{true:.4f}"})
        dome.declared = None  # not reached where the server is lost: then it is taken back as soon as it can be
    await dome.answer(names.SYNC, back)
    await wire.wait_until(lambda: dome.error_deg(true) <= 1.0, 2.0)
    found.expect(dome.error_deg(true) <= 1.0, f"synced back to {true:.1f}, the azimuth shown is {dome.azimuth_deg:.1f}")
    return f"{true:.1f} declared as {declared:.1f}, shown as {shown:.1f}, and back"


@check("29", "sync", "DOME_SYNC Ok, ABS shows the azimuth declared, nothing moves", Need.MOTION, Need.SYNC, Need.ABS)
async def sync(bench: Bench) -> str:
    found = Findings()
    return found.verdict(await sync_by(bench, found, OFFSET_DEG))


CHECKS = grouped("sync", sync)
