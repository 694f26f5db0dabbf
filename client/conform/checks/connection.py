"""Checks 6 and 9: connecting the driver to its dome, and disconnecting."""

# ruff: noqa: D103 - title and expectation of a check say what it does

from itertools import pairwise

from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Findings, check, grouped
from client.conform.contract import WHEN_CONNECTED
from client.conform.dome import CONNECT_S, DomeUnderTest

TOGETHER_S = 0.25
"""KStars judges a dome's abilities so long after the last definition; what comes later is not there for it."""


async def _disconnect(dome: DomeUnderTest) -> float:
    sent = dome.wire.switch(names.CONNECTION, names.DISCONNECT, device=dome.device)
    await dome.wire.wait_until(lambda: not dome.connected, 5.0)
    await dome.quiet(0.3, 2.0)
    return sent


@check(
    "6",
    "connect",
    "CONNECTION is Ok first; the dome's properties follow without a gap of more than 250 ms; the park state is known "
    "within 250 ms of its definition",
)
async def connect(bench: Bench) -> str:
    wire, dome, found = bench.wire, bench.dome, Findings()
    before = [name for name in wire.record.names(dome.device) if name in WHEN_CONNECTED]
    await _disconnect(dome)
    on = {names.CONNECT: "On"}
    sent = wire.command("Switch", names.CONNECTION, on, dome.device, note=False)  # a controller may take its time
    ok = await wire.wait_set(names.CONNECTION, "Ok", sent, CONNECT_S, on=names.CONNECT, device=dome.device)
    if not found.expect(ok is not None, f"CONNECT did not end with CONNECTION Ok within {CONNECT_S:g} s") or ok is None:
        return found.verdict("")
    await wire.wait_until(lambda: all(dome.has(name) for name in before), 3.0)
    await wire.listen(TOGETHER_S + 0.1)
    defined = [
        e for e in wire.record.since(sent) if e.is_definition and e.device == dome.device and e.name in WHEN_CONNECTED
    ]
    early = [str(e.name) for e in wire.events[: wire.events.index(ok)] if e in defined]
    found.expect(not early, f"defined before CONNECTION was Ok: {', '.join(early)}")
    never = [name for name in before if not dome.has(name)]
    found.expect(not never, f"not defined again after a new connection: {', '.join(never)}")
    gaps = [(b - a, name) for (a, _), (b, name) in pairwise([(ok.at_s, None), *((e.at_s, e.name) for e in defined)])]
    for gap, name in gaps:
        found.expect(gap <= TOGETHER_S, f"{name} was defined {gap:.2f} s after the one before it")
    park = next((e for e in defined if e.name == names.PARK), None)
    if park is not None and park.state == "Ok" and not park.on:
        known = await wire.wait(
            lambda e: e.is_set and e.device == dome.device and e.name == names.PARK and (e.state != "Ok" or bool(e.on)),
            park.at_s,
            TOGETHER_S,
        )
        late = known is None or known.at_s - park.at_s > TOGETHER_S
        found.expect(not late, "DOME_PARK stays Ok with neither switch On: clients take that for unparked")
    last_s = defined[-1].at_s - ok.at_s if defined else 0.0
    return found.verdict(f"{len(defined)} properties within {last_s * 1000:.0f} ms of CONNECTION Ok")


@check(
    "9",
    "disconnect",
    "CONNECTION leaves Ok with DISCONNECT On, every dome property is deleted; a second DISCONNECT is answered and "
    "deletes nothing",
)
async def disconnect(bench: Bench) -> str:
    wire, dome, found = bench.wire, bench.dome, Findings()
    before = [name for name in wire.record.names(dome.device) if name in WHEN_CONNECTED]
    sent = await _disconnect(dome)
    answers = wire.sets_of(names.CONNECTION, sent, dome.device)
    found.expect(bool(answers), "no set* of CONNECTION")
    found.expect(dome.on(names.CONNECTION) == [names.DISCONNECT], f"On is {dome.on(names.CONNECTION)}")
    state = dome.state(names.CONNECTION)
    found.expect(state in ("Idle", "Ok"), f"CONNECTION is {state}")
    left = [name for name in before if dome.has(name)]
    found.expect(not left, f"not deleted: {', '.join(left)}")
    again = wire.switch(names.CONNECTION, names.DISCONNECT, device=dome.device)
    second = await wire.wait_set(names.CONNECTION, since_s=again, timeout_s=1.0, device=dome.device)
    found.expect(second is not None, "a second DISCONNECT is not answered")
    await wire.listen(0.2)
    deleted = [e for e in wire.record.since(again) if e.tag == "delProperty" and e.device == dome.device]
    found.expect(not deleted, "a second DISCONNECT deletes properties again")
    return found.verdict(f"{len(before)} properties deleted; the second one answered {second.state if second else ''}")


CHECKS = grouped("connection", connect, disconnect)
