"""One session with a dome: take down its state, run the checks, give it back, whatever happens in between."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Check, Need, Outcome, Result, grouped
from client.conform.dome import DomeUnderTest
from client.conform.found import Found, give_back, neutral, restore_settings
from client.conform.runner import Watcher, reopen, run_checks
from client.errors import ClientError

REOPEN_S = 5.0


class DomeBusy(ClientError):  # noqa: N818 - says what happened, like its siblings
    """Somebody else is moving the dome."""

    def __init__(self, device: str) -> None:
        super().__init__(f"{device} is moving: the tool does not interrupt it. Wait until it stands, or stop it first.")


async def _never(bench: Bench) -> str:
    raise AssertionError("the session itself judges this one")


RESTORED = grouped(
    "conformu",
    Check(
        "C8",
        "given back",
        "azimuth, park state, slaving, settings, policies and connection at the end as they were at the start",
        frozenset(),
        _never,
    ),
)[0]


@dataclass(slots=True)
class Outcomes:
    """What a session found; filled as it goes, so that an interrupted one can be reported too."""

    device: str = ""
    driver: dict[str, str] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    complete: bool = False

    @property
    def failed(self) -> bool:
        """Tell whether any check failed."""
        return any(each.outcome is Outcome.FAIL for each in self.results)


async def run_session(
    bench: Bench, checks: Sequence[Check], watcher: Watcher, outcomes: Outcomes, say: Callable[[str], None]
) -> None:
    """Run checks and give the dome back as it was found.

    Args:
        bench: wire, dome and what the tool may do.
        checks: in order.
        watcher: who is told of each check.
        outcomes: is filled.
        say: shows a person a line.

    Raises:
        ClientError: the server was lost, or the dome cannot be connected.
        asyncio.CancelledError: the person interrupted; the dome stands.
    """
    dome = bench.dome
    was_connected = dome.connected
    found: Found | None = None
    may_move = False
    try:
        await dome.connect()
        if was_connected and dome.busy:
            raise DomeBusy(dome.device)
        bench.started_s = bench.wire.clock()
        found = Found.of(dome, was_connected)
        offered = bench.offers()
        may_move = any(check.moves and Need.MOTION in offered for check in checks)
        if may_move:
            neutral(dome, bench.options.shutter)
            await bench.wire.listen(0.3)
        await run_checks(bench, checks, watcher, outcomes.results)
    except DomeBusy:
        raise
    except BaseException as error:
        # Whatever it was, the dome must not be left turning: a bug in the tool is as bad as a Ctrl-C.
        if may_move:
            await _stop(dome, say)
        if isinstance(error, asyncio.CancelledError):
            await _leave(dome, found, was_connected, may_move, say)
        raise
    begun_s = bench.wire.clock()
    watcher.begins(RESTORED, len(checks) + 1, len(checks) + 1)
    try:
        await reopen(bench)
        left = await give_back(dome, found, may_move)
    except asyncio.CancelledError:
        await _stop(dome, say)
        await _leave(dome, found, was_connected, may_move, say)
        raise
    outcome, seen = (Outcome.FAIL, "; ".join(left)) if left else (Outcome.PASS, "everything as it was found")
    outcomes.results.append(Result(RESTORED, outcome, seen, bench.wire.clock() - begun_s))
    watcher.ended(outcomes.results[-1])
    outcomes.complete = True


async def _stop(dome: DomeUnderTest, say: Callable[[str], None]) -> None:
    try:
        if not dome.wire.is_open:
            await dome.wire.reopen()
            await dome.wire.wait_until(lambda: dome.has(names.CONNECTION), REOPEN_S)
        dome.halt()
        stopped = await dome.wire.wait_until(lambda: not dome.rotating, 5.0)
    except ClientError as lost:
        say(f"could not stop the dome: {lost} It may still be moving.")
        return
    say(
        f"the dome is stopped at {dome.azimuth_deg:.1f}"
        if stopped
        else "an abort was sent, but the dome still reports motion: look at it"
    )


async def _leave(
    dome: DomeUnderTest, found: Found | None, was_connected: bool, may_move: bool, say: Callable[[str], None]
) -> None:
    """After an interruption: settings as they were, the dome where it stands. Whoever pressed Ctrl-C had a reason."""
    left: list[str] = []
    try:
        if found is not None:
            left = await restore_settings(dome, found)
            if may_move and found.parked:
                left.append("it was parked, and is not now")
            if may_move and found.slaving:
                left.append("slaving was on, and is not now")
        if not was_connected and not dome.rotating:
            dome.wire.switch(names.CONNECTION, names.DISCONNECT, device=dome.device)
            await dome.wire.listen(0.3)
    except ClientError as lost:
        left.append(str(lost))
    except asyncio.CancelledError:  # pressed again: then all the more
        await _stop(dome, say)
        return
    say("; ".join(["it is left where it stands", *left]))
