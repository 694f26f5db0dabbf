"""Runs checks in order, each from a known state, and gives the dome back as it was found."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Protocol

from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Check, Failed, Need, NotApplicable, Outcome, Result
from client.conform.state import known_state
from client.errors import ClientError

GONE_S = 60.0
"""A server that was restarted has so long to come back."""


class Watcher(Protocol):
    """Who is told what goes on."""

    def begins(self, check: Check, place: int, of: int) -> None:
        """Learn that a check begins."""

    def ended(self, result: Result) -> None:
        """Learn how it ended."""


def select(checks: Iterable[Check], only: Sequence[str] = (), skip: Sequence[str] = ()) -> list[Check]:
    """Choose checks by number or by group.

    Args:
        checks: all there are, in order.
        only: numbers ("10", "C3") and groups ("motion"); all where it is empty.
        skip: numbers and groups to leave out.

    Returns:
        The chosen ones, in the order given by `checks`.

    Raises:
        ValueError: a word is neither a number nor a group; the text names it.
    """
    available = list(checks)
    known = {each.number.lower() for each in available} | {each.group.lower() for each in available}
    for word in (*only, *skip):
        if word.lower() not in known:
            groups = ", ".join(dict.fromkeys(each.group for each in available))
            raise ValueError(f"{word!r} is neither a check nor a group; groups are {groups}; --list shows the checks")
    wanted, unwanted = {word.lower() for word in only}, {word.lower() for word in skip}
    return [
        each
        for each in available
        if (not wanted or {each.number.lower(), each.group.lower()} & wanted)
        and not {each.number.lower(), each.group.lower()} & unwanted
    ]


def missing(check: Check, offered: frozenset[Need]) -> str | None:
    """Say why a check does not apply, or None when it does.

    Args:
        check: the check.
        offered: which needs are met.
    """
    return next((need.value for need in Need if need in check.needs and need not in offered), None)


async def run_checks(bench: Bench, checks: Sequence[Check], watcher: Watcher, results: list[Result]) -> None:
    """Run checks one after the other.

    Args:
        bench: connection and dome; connected to its hardware.
        checks: in order.
        watcher: who is told.
        results: one is appended for each check as it ends; those after a lost server say so.
    """
    offered = bench.offers()  # as found: a check that disconnects must not make the others inapplicable
    for place, check in enumerate(checks, 1):
        watcher.begins(check, place, len(checks))
        result = await _run_one(bench, check, offered)
        results.append(result)
        watcher.ended(result)


async def reopen(bench: Bench) -> None:
    """Connect again where the server is gone, and stop what may have gone on meanwhile.

    Raises:
        NoServer: it does not come back within a minute.
    """
    if bench.wire.is_open:
        return
    end_s = bench.wire.clock() + GONE_S
    while True:
        try:
            await bench.wire.reopen()
            break
        except ClientError:
            if bench.wire.clock() > end_s:
                raise
            await bench.wire.listen(1.0)
    await bench.wire.wait_until(lambda: bench.dome.has(names.CONNECTION), 5.0)
    bench.dome.halt()
    if bench.dome.declared is not None:
        await bench.dome.connect()
        bench.dome.declare_truth()


async def _run_one(bench: Bench, check: Check, offered: frozenset[Need]) -> Result:
    why_not = missing(check, offered)
    if why_not is not None:
        return Result(check, Outcome.NOT_APPLICABLE, why_not)
    clock: Callable[[], float] = bench.wire.clock
    begun_s = clock()
    await reopen(bench)
    try:
        try:
            if not check.judges_session:
                await known_state(bench.dome, may_move=check.moves)
        except Failed as failure:
            seen = f"could not bring the dome into a known state before the check: {failure.seen}"
            return Result(check, Outcome.FAIL, seen, clock() - begun_s)
        begun_s = clock()
        outcome, seen = Outcome.PASS, await check.run(bench)
    except Failed as failure:
        outcome, seen = Outcome.FAIL, failure.seen
    except NotApplicable as reason:
        outcome, seen = Outcome.NOT_APPLICABLE, reason.why
    except ClientError as lost:
        outcome, seen = Outcome.FAIL, str(lost)
    except Exception as error:  # noqa: BLE001 - the other checks, and giving the dome back, must not depend on one
        outcome, seen = Outcome.FAIL, f"the tool itself failed: {type(error).__name__}: {error}"
    if outcome is not Outcome.PASS and check.moves:
        # A driver that failed may be turning without saying so. What it answers to this is not what was asked.
        with suppress(ClientError):
            bench.dome.halt()
            await bench.wire.listen(0.5)
    return Result(check, outcome, seen, clock() - begun_s)
