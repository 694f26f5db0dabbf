"""Checks 39, 41, 43 and 47: commands given twice, two clients, how the driver speaks (43, 47: all session long)."""

# ruff: noqa: D103 - title and expectation of a check say what it does

import re
from collections import Counter

from astro.angles import normalise_deg
from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Findings, Need, check, grouped
from client.conform.record import Event

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
LEVELS = ("[INFO] ", "[WARNING] ", "[ERROR] ", "[DEBUG] ")
LONGEST_MESSAGE = 254


@check(
    "39",
    "the same command twice",
    "park, unpark and slaving sent twice back to back end in the same state as once, without going back and forth "
    "(Ekos sends slaving twice)",
    Need.MOTION,
)
async def twice(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    orders: list[tuple[str, str]] = []
    if dome.has(names.PARK):
        orders += [(names.PARK, names.PARKED), (names.PARK, names.UNPARKED)]
    if dome.has(names.AUTOSYNC):
        orders += [(names.AUTOSYNC, names.AUTOSYNC_ON), (names.AUTOSYNC, names.AUTOSYNC_OFF)]
    for name, element in orders:
        await send_twice(bench, found, name, element)
    await wire.wait_until(lambda: not dome.busy, dome.speed.limit_s(360.0))
    return found.verdict(f"{', '.join(element for _, element in orders) or 'nothing to send'}: the same state as once")


@check(
    "39s",
    "the same shutter command twice",
    "SHUTTER_OPEN and SHUTTER_CLOSE sent twice back to back end in the same state as once",
    Need.MOTION,
    Need.SHUTTER,
)
async def shutter_twice(bench: Bench) -> str:
    found = Findings()
    before = bench.dome.on(names.SHUTTER)
    for element in (names.OPEN, names.CLOSE):
        await send_twice(bench, found, names.SHUTTER, element)
    if before == [names.OPEN]:
        await send_twice(bench, found, names.SHUTTER, names.OPEN)
    return found.verdict("opened and closed, the same state as once")


async def send_twice(bench: Bench, found: Findings, name: str, element: str) -> None:
    """Send a switch twice and expect one clean course to the state asked for."""
    dome, wire = bench.dome, bench.wire
    sent = wire.switch(name, element, device=dome.device)
    wire.switch(name, element, device=dome.device)
    answer = await wire.wait_set(name, since_s=sent, timeout_s=1.0, device=dome.device)
    found.expect(answer is not None, f"{element} twice: no set* within 1 s")
    await wire.listen(0.2)
    await wire.wait_until(lambda: dome.state(name) != "Busy", dome.speed.limit_s(360.0))
    await wire.listen(0.3)
    state, on = dome.state(name), dome.on(name)
    found.expect(state == "Ok" and on == [element], f"{element} twice ended {state}, On: {', '.join(on) or 'none'}")
    course = [" ".join(e.on) for e in wire.sets_of(name, sent, dome.device)]
    found.expect(len(set(course)) <= 1, f"{element} twice went {' - '.join(dict.fromkeys(course))}")


@check(
    "41",
    "two clients",
    "both see every set* of a move that one commands; one that comes late is shown Busy while the dome turns",
    Need.MOTION,
    Need.ABS,
)
async def two_clients(bench: Bench) -> str:
    dome, wire, found = bench.dome, bench.wire, Findings()
    target = normalise_deg(dome.azimuth_deg + max(40.0, dome.speed.turn_deg(4.0)))
    sent = dome.goto(f"{target:.3f}")
    await wire.wait_until(lambda: dome.rotating, 2.0)
    late = await bench.second_wire()
    try:
        definition = await late.wait_definition(names.ABS, timeout_s=5.0)
        shown = {name: known.state for name in (names.ABS, names.MOTION) if (known := late.known(name))}
        if not found.expect(definition is not None, "a late client is not given ABS_DOME_POSITION") or not definition:
            return found.verdict("")
        at = definition.at_s
        found.expect(definition.state == "Busy" or not dome.rotating, f"while it turns, a late client is shown {shown}")
        await dome.wait_rest(sent, 360.0)
        await wire.listen(0.3)
        mine = [_seen(e) for e in wire.sets_of(names.ABS, at, dome.device)]
        theirs = [_seen(e) for e in late.sets_of(names.ABS, at)]
        shorter = min(len(mine), len(theirs))  # one that passed during the definition counts for one of them only
        same = abs(len(mine) - len(theirs)) <= 1 and (shorter == 0 or mine[-shorter:] == theirs[-shorter:])
        found.expect(same, f"the commanding client saw {len(mine)} reports, the other one {len(theirs)}")
        return found.verdict(f"shown {definition.state} when it came late, then {len(theirs)} reports like the first")
    finally:
        await late.close()


def _seen(event: Event) -> tuple[str, tuple[tuple[str, str], ...]]:
    return event.state, tuple(event.values.items())


@check(
    "43",
    "messages",
    "timestamps of 19 characters, texts that begin with their level and are at most 254 bytes; in the whole session",
)
async def messages(bench: Bench) -> str:
    found, count = Findings(), 0
    ours = [e for e in bench.wire.record.since(bench.started_s) if e.device == bench.dome.device]
    wrong: Counter[str] = Counter()
    first: dict[str, str] = {}
    for event in ours:
        if event.tag != "message" and not event.is_set:
            continue
        count += bool(event.text)
        for what in faults_of(event):
            wrong[what] += 1
            first.setdefault(what, f"{event.name or 'message'}: {event.text[:60]!r}")
    for what, times in wrong.most_common():
        found.expect(False, f"{what} ({times} times, first {first[what]})")
    return found.verdict(f"{count} messages, all well-formed")


def faults_of(event: Event) -> list[str]:
    """Say what keeps KStars from showing the words of an element."""
    wrong = []
    stamp = event.message.attributes.get("timestamp")
    if event.text and not TIMESTAMP.fullmatch(stamp or ""):
        wrong.append(f"timestamp {stamp!r}, by which KStars cannot find the level")
    if event.text and not event.text.startswith(LEVELS):
        wrong.append("text without [INFO], [WARNING] or [ERROR], which KStars does not show")
    if len(event.text.encode()) > LONGEST_MESSAGE:
        wrong.append(f"text longer than {LONGEST_MESSAGE} bytes")
    return wrong


@check(
    "47",
    "every command is answered",
    "a set* of the same property within 1 s of each command of the whole session; a client shows Busy until then",
)
async def answered(bench: Bench) -> str:
    wire, device = bench.wire, bench.dome.device
    await wire.listen(1.0)  # the last command has its second too
    commands = [each for each in wire.record.sent if each.at_s >= bench.started_s and each.device == device]
    late = [each for each in wire.unanswered(bench.started_s) if each.device == device]
    found = Findings()
    for command in dict.fromkeys(map(str, late)):
        found.expect(False, f"{command} was not answered")
    return found.verdict(f"{len(commands)} commands, all answered")


COMMANDS = grouped("manners", twice, shutter_twice, two_clients)
SESSION = grouped("manners", messages, answered, judges_session=True)
"""These judge everything that was said, so they come last."""
