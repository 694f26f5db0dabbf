"""Check 44: many commands for a long time, beside a client that never reads."""

# ruff: noqa: D103 - title and expectation of a check say what it does

import asyncio
from pathlib import Path
from statistics import median

from astro.angles import normalise_deg
from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Failed, Findings, Need, check, grouped
from client.conform.checks.restart import find_again
from indi_dome_driver.indi.encoder import element

PERIOD_S = 0.1
WARM_UP_SHARE = 0.2
GROWTH_KIB = 1024


def own_memory_kib(pid: int) -> int:
    """Give a process' anonymous memory, KiB: what it allocated itself; see proc(5), smaps_rollup.

    Not its proportional share (Pss): that grows when another program that uses the same libraries ends.
    """
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1])
    return 0


@check(
    "44",
    "endurance",
    "ten commands a second for an hour (--minutes), beside a client that never reads: each is answered within 1 s and "
    "the driver's memory grows by less than 1 MiB",
    Need.PROCESS,
    Need.LONG,
    Need.MOTION,
    Need.ABS,
    Need.ABORT,
)
async def endurance(bench: Bench) -> str:
    dome, wire, host, found = bench.dome, bench.wire, bench.own_host, Findings()
    pid = host.driver_pid()
    if pid is None:
        raise Failed("the driver's process is not among the server's children")
    _, deaf = await asyncio.open_connection(host.host, host.port, limit=1024)  # what is beyond that stays unread
    deaf.write(element("getProperties", {"version": "1.7"}))
    begun_s, seconds, count, first_kib = wire.clock(), 60.0 * bench.options.minutes, 0, 0
    times: list[float] = []
    try:
        while (passed_s := wire.clock() - begun_s) < seconds:
            sent, name = _next(bench, count)
            answer = await wire.wait_set(name, since_s=sent, timeout_s=1.0, device=dome.device)
            found.expect(answer is not None, f"{name} was not answered within 1 s")
            if answer is not None:
                times.append(answer.at_s - sent)
            count += 1
            if passed_s > WARM_UP_SHARE * seconds and not first_kib:
                first_kib = own_memory_kib(pid)
            if count % 50 == 0:
                memory = f"{own_memory_kib(pid)} KiB"
                bench.say(f"{passed_s / 60.0:.1f} of {bench.options.minutes:g} min, {count} commands, {memory}")
            await wire.listen(max(0.0, PERIOD_S - (wire.clock() - sent)))
        if host.driver_pid() != pid:
            raise Failed("the driver ended meanwhile")
        growth_kib = own_memory_kib(pid) - first_kib
    finally:
        deaf.close()
        dome.order_abort()
        await wire.listen(0.5)
    await find_again(bench)
    found.expect(growth_kib < GROWTH_KIB, f"its memory grew by {growth_kib} KiB from {first_kib} KiB")
    middle = 1000.0 * median(times) if times else 0.0
    return found.verdict(
        f"{count} commands in {seconds / 60.0:g} min, answered after {middle:.0f} ms (median), "
        f"{1000.0 * max(times, default=0.0):.0f} ms at most; memory {first_kib} {growth_kib:+d} KiB"
    )


def _next(bench: Bench, count: int) -> tuple[float, str]:
    dome = bench.dome
    match count % 5:
        case 0:
            return dome.goto(f"{normalise_deg(37.0 * count):.2f}"), names.ABS
        case 1:
            return dome.order_abort(), names.ABORT
        case 2:
            return dome.goto("nonsense"), names.ABS
        case 3:
            return dome.rotate(names.CW), names.MOTION
        case _:
            return dome.stop(), names.MOTION


CHECKS = grouped("endurance", endurance)
