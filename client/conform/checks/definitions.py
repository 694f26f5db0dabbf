"""Checks 3 and 7: what is defined, and what a client takes for granted about it."""

# ruff: noqa: D103 - title and expectation of a check say what it does

from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Findings, check, grouped
from client.conform.contract import BEFORE_CONNECTION, MANDATORY, WHEN_CONNECTED, deviations, form_of


@check(
    "3",
    "one property asked for",
    "getProperties with device and name is answered by that definition alone; an unknown name by nothing",
)
async def one_property(bench: Bench) -> str:
    wire, device, found = bench.wire, bench.dome.device, Findings()
    asked = wire.ask(device, names.CONNECTION)
    answer = await wire.wait_definition(names.CONNECTION, asked, 1.0, device)
    found.expect(answer is not None, "CONNECTION asked for by name was not defined within 1 s")
    await wire.listen(0.3)
    others = {e.name for e in wire.record.since(asked) if e.is_definition and e.device == device} - {names.CONNECTION}
    found.expect(not others, f"asked for CONNECTION, was also given {', '.join(sorted(map(str, others)))}")
    asked = wire.ask(device, "NO_SUCH_PROPERTY")
    await wire.listen(0.4)
    given = {str(e.name) for e in wire.record.since(asked) if e.is_definition and e.device == device}
    found.expect(not given, f"asked for a property that does not exist, was given {', '.join(sorted(given))}")
    return found.verdict("that definition alone; nothing for an unknown name")


@check(
    "7",
    "definitions as clients expect them",
    "type, rule, permission and elements of every standard property as in INDI's dome class; numbers, formats, states "
    "and lengths well-formed in all others; the dome bit in DRIVER_INTERFACE",
)
async def as_expected(bench: Bench) -> str:
    wire, dome, found = bench.wire, bench.dome, Findings()
    for name in MANDATORY:
        found.expect(dome.has(name), f"{name} is not defined")
    standard = 0
    for name in wire.record.names(dome.device):
        known = wire.known(name, dome.device)
        if known is None:
            continue
        expected = (BEFORE_CONNECTION | WHEN_CONNECTED).get(name)
        standard += expected is not None
        for wrong in deviations(name, known, expected) if expected else form_of(name, known):
            found.expect(False, wrong)
    info = wire.known(names.DRIVER_INFO, dome.device)
    mask = info.number(names.INTERFACE) if info else 0.0
    is_dome = mask == mask and bool(int(mask) & names.DOME_BIT)
    found.expect(is_dome, f"DRIVER_INTERFACE {mask:g} lacks the dome's bit {names.DOME_BIT}: KStars sees no dome")
    if dome.has(names.MEASUREMENTS) or dome.has(names.AUTOSYNC):
        found.expect(dome.has(names.ABS), "it offers slaving without ABS_DOME_POSITION")
    return found.verdict(f"{standard} standard properties, all as expected")


CHECKS = grouped("definitions", one_property, as_expected)
