"""Checks 10-18: every way to turn the dome."""

# ruff: noqa: D103 - title and expectation of a check say what it does

import math
from itertools import pairwise

from astro.angles import difference_deg, normalise_deg
from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Failed, Findings, Need, check, grouped
from client.conform.dome import STILL_DEG, DomeUnderTest

WITHIN_DEG = 1.0
REPORT_S = 1.5
"""At least one report a second is due; half a second is left for the server and a busy machine."""


def _ended(dome: DomeUnderTest, found: Findings, absolute: tuple[str, ...] = ("Ok",)) -> None:
    """Expect what a client needs to see at the end of a move."""
    motion = dome.state(names.MOTION)
    found.expect(motion in ("Ok", "Idle"), f"DOME_MOTION ended {motion}")
    found.expect(not dome.on(names.MOTION), f"DOME_MOTION ended with {', '.join(dome.on(names.MOTION))} On")
    if dome.has(names.ABS):
        state = dome.state(names.ABS)
        found.expect(state in absolute, f"ABS_DOME_POSITION ended {state} instead of {' or '.join(absolute)}")


def _shown(dome: DomeUnderTest, since_s: float) -> list[list[str]]:
    """List the directions that DOME_MOTION showed while Busy."""
    return [e.on for e in dome.wire.sets_of(names.MOTION, since_s, dome.device) if e.state == "Busy"]


def _direction(dome: DomeUnderTest, found: Findings, since_s: float, direction: str) -> None:
    shown = _shown(dome, since_s)
    found.expect(bool(shown), "DOME_MOTION never was Busy: Ekos believes the dome stands and goes on exposing")
    wrong = [" and ".join(on) or "neither" for on in shown if on != [direction]]
    found.expect(not wrong, f"DOME_MOTION showed {', '.join(dict.fromkeys(wrong))} while the dome turned {direction}")


@check(
    "10",
    "goto",
    "ABS and MOTION Busy with the direction, at least one azimuth a second, at the end MOTION Ok (or Idle) with both "
    "Off and ABS Ok within 1° of 40",
    Need.MOTION,
    Need.ABS,
)
async def goto(bench: Bench) -> str:
    dome, found = bench.dome, Findings()
    await dome.goto_and_wait(0.0)
    sent = bench.wire.clock()
    move = await dome.goto_and_wait(40.0)
    states = [e.state for e in bench.wire.sets_of(names.ABS, sent, dome.device)]
    found.expect("Busy" in states, "ABS_DOME_POSITION never was Busy")
    _direction(dome, found, sent, names.CW)
    reports = [sent, *(at_s for at_s, _ in dome.track(sent))]
    gap_s = max((b - a for a, b in pairwise(reports)), default=move.seconds)
    found.expect(gap_s <= REPORT_S, f"{gap_s:.1f} s without a report of the azimuth while it turned")
    _ended(dome, found)
    error = dome.error_deg(40.0)
    found.expect(error <= WITHIN_DEG, f"ended at {dome.azimuth_deg:.2f}")
    return found.verdict(f"at {dome.azimuth_deg:.2f} after {move.seconds:.1f} s, largest gap {gap_s:.1f} s")


@check(
    "11",
    "the shorter way, and the true direction",
    "from 10 to 350 it turns 20° counter-clockwise, and DOME_MOTION says so",
    Need.MOTION,
    Need.ABS,
)
async def shorter_way(bench: Bench) -> str:
    dome, found = bench.dome, Findings()
    await dome.goto_and_wait(10.0)
    sent = bench.wire.clock()
    await dome.goto_and_wait(350.0)
    track = [10.0, *(azimuth for _, azimuth in dome.track(sent))]
    turned = sum(difference_deg(b, a) for a, b in pairwise(track))
    short = abs(turned + 20) <= 2 * WITHIN_DEG
    found.expect(short, f"it turned {turned:+.0f}° from 10 to 350")
    _direction(dome, found, sent, names.CCW if turned < 0 else names.CW)
    return found.verdict(f"turned {turned:+.1f}°, shown as {names.CCW}")


@check("12", "goto where it stands", "ABS ends Ok, MOTION is not left Busy", Need.MOTION, Need.ABS)
async def goto_here(bench: Bench) -> str:
    dome, found = bench.dome, Findings()
    sent = dome.goto(repr(dome.azimuth_deg))
    await dome.answer(names.ABS, sent)
    rested = await bench.wire.wait_until(lambda: not dome.rotating, 5.0)
    await bench.wire.listen(0.3)
    found.expect(rested and not dome.rotating, "still Busy 5 s after a goto to where it stands")
    _ended(dome, found)
    return found.verdict(f"ABS {dome.state(names.ABS)} after {_seconds_to_end(dome, sent):.2f} s")


def _seconds_to_end(dome: DomeUnderTest, since_s: float) -> float:
    return next(
        (e.at_s - since_s for e in dome.wire.sets_of(names.ABS, since_s, dome.device) if e.state != "Busy"), math.inf
    )


@check(
    "13",
    "impossible azimuths",
    "400, -1, nan and abc move nothing; each is answered by a set* of ABS that is not Busy, and by words",
    Need.MOTION,
    Need.ABS,
)
async def impossible(bench: Bench) -> str:
    found = Findings()
    for value in ("400", "-1", "nan", "abc"):
        await refused(bench, found, value)
    return found.verdict("all four answered, nothing moved")


async def refused(bench: Bench, found: Findings, value: str) -> None:
    """Send an azimuth that a dome must refuse, and note what is wrong with the reaction."""
    dome, wire = bench.dome, bench.wire
    before = dome.azimuth_deg
    sent = dome.goto(value)
    answer = await wire.wait_set(names.ABS, since_s=sent, timeout_s=1.0, device=dome.device)
    found.expect(answer is not None, f"{value}: no set* of ABS within 1 s")
    await wire.listen(0.5)
    said = [text for text in dome.messages(sent) if text.startswith(("[ERROR]", "[WARNING]"))]
    found.expect(bool(said), f"{value}: no [ERROR] or [WARNING] message")
    moved = dome.error_deg(before)
    # A driver that took nan for an azimuth reports it: the difference is then no number either.
    found.expect(moved <= STILL_DEG, f"{value}: the azimuth changed from {before:.1f} to {dome.azimuth_deg:.1f}")
    if not found.expect(not dome.rotating, f"{value}: left Busy") and dome.has(names.ABORT):
        dome.order_abort()
        if not await wire.wait_until(lambda: not dome.rotating, 3.0):
            found.expect(False, f"{value}: not even an abort ends it")
    if answer is not None and not dome.rotating:
        state = dome.state(names.ABS)
        near = state != "Ok" or moved <= STILL_DEG
        found.expect(near, f"{value}: ABS Ok")


@check(
    "14",
    "numbers as people write them",
    "12:30:00 and 1.25e1 are both understood as 12.5",
    Need.MOTION,
    Need.ABS,
)
async def notations(bench: Bench) -> str:
    dome, found, seen = bench.dome, Findings(), []
    for text in ("12:30:00", "1.25e1"):
        await dome.goto_and_wait(8.0)
        sent = dome.goto(text)
        await dome.answer(names.ABS, sent)
        await dome.wait_rest(sent, 10.0)
        reached = dome.azimuth_deg
        if dome.error_deg(12.5) > 0.4 and dome.error_deg(12.5) <= 2.0:  # a coarse dome, or 12:30 read as 12?
            await dome.goto_and_wait(8.0)
            await dome.goto_and_wait(12.5)
            found.expect(
                dome.error_deg(reached) <= 0.3, f"{text} leads to {reached:.2f}, 12.5 to {dome.azimuth_deg:.2f}"
            )
        else:
            found.expect(dome.error_deg(12.5) <= 0.4, f"{text} leads to {reached:.2f}")
        seen.append(f"{text}: {reached:.2f}")
    return found.verdict(", ".join(seen))


@check(
    "15",
    "a second goto during a goto",
    "either accepted (ABS stays Busy, the new target is reached) or refused with a set* and words; never silent",
    Need.MOTION,
    Need.ABS,
)
async def second_goto(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    start = dome.azimuth_deg
    away = max(40.0, dome.speed.turn_deg(4.0, 120.0))
    first, second = normalise_deg(start + away), normalise_deg(start + away / 2 + 180)
    sent = dome.goto(f"{first:.3f}")
    await dome.answer(names.ABS, sent)
    await wire.wait_until(lambda: dome.rotating, 2.0)
    again = dome.goto(f"{second:.3f}")
    await dome.answer(names.ABS, again)
    await wire.listen(1.0)
    said = [text for text in dome.messages(again) if text.startswith(("[WARNING]", "[ERROR]"))]
    await dome.wait_rest(again, 360.0)
    if dome.error_deg(second) <= WITHIN_DEG:
        states = [e.state for e in wire.sets_of(names.ABS, again, dome.device)]
        found.expect("Ok" in states[-2:], f"ABS ended {states[-1]}")
        return found.verdict("accepted: the new target was reached")
    found.expect(bool(said), f"the second goto was neither obeyed nor refused with words (at {dome.azimuth_deg:.1f})")
    return found.verdict(f"refused with words: {said[0] if said else ''}")


@check(
    "16",
    "relative turn",
    "REL -20: REL, ABS and MOTION (CCW) Busy, all Ok at the end, the azimuth 20° less",
    Need.MOTION,
    Need.REL,
)
async def relative(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    before = dome.azimuth_deg
    sent = dome.turn(-20)
    first = await dome.answer(names.REL, sent)
    if first.state == "Alert":
        raise Failed(f"refused: {dome.last_words(sent)}")
    await wire.wait_until(lambda: dome.rotating, 2.0)
    await dome.wait_rest(sent, 20.0)
    for name in (names.REL, names.ABS):
        states = [e.state for e in wire.sets_of(name, sent, dome.device)]
        if dome.has(name):
            found.expect("Busy" in states, f"{name} never was Busy")
    found.expect(dome.state(names.REL) in ("Ok", "Idle"), f"{names.REL} ended {dome.state(names.REL)}")
    _direction(dome, found, sent, names.CCW)
    _ended(dome, found)
    if dome.has(names.ABS):
        turned = difference_deg(dome.azimuth_deg, before)
        found.expect(abs(turned + 20) <= WITHIN_DEG, f"it turned {turned:+.1f}°")
    return found.verdict(f"from {before:.1f} to {dome.azimuth_deg:.1f}")


@check(
    "17",
    "turning until stopped",
    "DOME_CW: MOTION Busy CW and the azimuth grows; both Off: MOTION Ok or Idle with both Off, ABS not Busy, it stands",
    Need.MOTION,
)
async def turn_and_stop(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    sent = dome.rotate(names.CW)
    await dome.answer(names.MOTION, sent)
    await wire.wait_until(lambda: dome.state(names.MOTION) == "Busy", 2.0)
    _direction(dome, found, sent, names.CW)
    if dome.has(names.ABS):
        await wire.wait_until(lambda: abs(dome.turned_deg(sent)) > 2.0, dome.speed.limit_s(2.0))
        turned = dome.turned_deg(sent)
        found.expect(turned > 0.5, f"it turned {turned:+.1f}° on DOME_CW")
    else:
        await wire.listen(3.0)
    stopped = dome.stop()
    await dome.answer(names.MOTION, stopped)
    rested = await wire.wait_until(lambda: not dome.rotating, 5.0)
    found.expect(rested, "still Busy 5 s after both switches were put Off")
    _ended(dome, found, ("Ok", "Idle"))
    before = dome.azimuth_deg
    await wire.listen(1.2)
    if dome.has(names.ABS):
        found.expect(dome.error_deg(before) <= WITHIN_DEG, f"went on from {before:.1f} to {dome.azimuth_deg:.1f}")
    return found.verdict(f"stopped {wire.clock() - stopped - 1.2:.1f} s after the command")


@check("18", "stop when it stands", "both Off is answered by a set* of MOTION that is not Busy", Need.MOTION)
async def stop_at_rest(bench: Bench) -> str:
    sent = bench.dome.stop()
    answer = await bench.dome.answer(names.MOTION, sent)
    if answer.state not in ("Ok", "Idle"):
        raise Failed(f"DOME_MOTION {answer.state}")
    return f"DOME_MOTION {answer.state}"


CHECKS = grouped(
    "motion", goto, shorter_way, goto_here, impossible, notations, second_goto, relative, turn_and_stop, stop_at_rest
)
