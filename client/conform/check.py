"""What a check is, and how it ends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from client.conform.bench import Bench

Run = Callable[["Bench"], Awaitable[str]]
"""Does the check: returns what was seen; raises Failed or NotApplicable."""


class Need(Enum):
    """What a check cannot do without; the value says why it does not apply where that is missing."""

    MOTION = "it moves a roof or a dome that tells no azimuth: only with --shutter"
    ABS = "the dome has no ABS_DOME_POSITION"
    REL = "the dome has no REL_DOME_POSITION"
    ABORT = "the dome has no DOME_ABORT_MOTION"
    PARK = "the dome has no DOME_PARK"
    PARK_POSITION = "the dome has no park position in degrees (DOME_PARK_POSITION.PARK_AZ)"
    SYNC = "the dome has no DOME_SYNC"
    PRESETS = "the dome has no presets"
    PARAMS = "the dome has no threshold (DOME_PARAMS.AUTOSYNC_THRESHOLD)"
    SHUTTER = "the dome has no shutter, or the tool may not move it (--shutter)"
    SLAVING = "the dome has no DOME_AUTOSYNC"
    HOME = "the dome has no home switch that this tool knows"
    CONFIG = "the dome has no CONFIG_PROCESS"
    MOUNT = "there is no mount that this tool may command (--driver EXEC brings one)"
    PROCESS = "the tool did not start the driver itself (--driver EXEC)"
    LONG = "it takes long (--long)"


class Outcome(StrEnum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105 - the outcome, not a password
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"


class Failed(Exception):  # noqa: N818 - an outcome, not an error
    """The driver did not do what was expected."""

    def __init__(self, seen: str) -> None:
        """Say what was seen instead, in plain words."""
        super().__init__(seen)
        self.seen = seen


class NotApplicable(Exception):  # noqa: N818 - an outcome, not an error
    """The check makes no sense with this dome."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a dome must do."""

    number: str
    """"10", or "C3" for the list taken from ConformU."""
    title: str
    expected: str
    needs: frozenset[Need]
    run: Run
    group: str = ""
    judges_session: bool = False
    """It looks back on all that was said, and must not fail for a dome that another check left turning."""

    @property
    def moves(self) -> bool:
        """Tell whether it may turn the dome."""
        return Need.MOTION in self.needs


def check(number: str, title: str, expected: str, *needs: Need) -> Callable[[Run], Check]:
    """Make a check of the coroutine function that follows.

    Args:
        number: how it is called, "10" or "C3".
        title: a few words.
        expected: what a driver must do, for the report.
        needs: what it cannot do without.
    """
    return lambda run: Check(number, title, expected, frozenset(needs), run)


def grouped(group: str, *checks: Check, judges_session: bool = False) -> tuple[Check, ...]:
    """Put checks into a group, which people choose by name."""
    return tuple(replace(each, group=group, judges_session=judges_session) for each in checks)


@dataclass(frozen=True, slots=True)
class Result:
    """A check and how it ended."""

    check: Check
    outcome: Outcome
    seen: str
    seconds: float = 0.0


@dataclass(slots=True)
class Findings:
    """Collects what is wrong, so that one check reports everything it saw."""

    wrong: list[str] = field(default_factory=list)

    def expect(self, met: bool, otherwise: str) -> bool:
        """Note what was seen where something expected is not so; returns whether it is."""
        if not met and otherwise not in self.wrong:
            self.wrong.append(otherwise)
        return met

    def verdict(self, seen: str) -> str:
        """Return what was seen.

        Raises:
            Failed: something was wrong.
        """
        if self.wrong:
            raise Failed("; ".join(self.wrong))
        return seen
