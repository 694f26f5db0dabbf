"""Search the home switch: sweep over it both ways and tell where its middle is. Pure: looks in, wishes out."""

from dataclasses import dataclass
from enum import Enum, auto

from indi_dome_driver.home_edges import Edge, HomeEdges

MARGIN_DEG = 5.0
"""What is granted beyond the way that should do."""
BACK_DEG = 15.0
"""How far back the switch must be found again, beside its width."""
FINE_DEG = 0.1
"""An edge known to this half width is good enough; a worse one is looked at again."""
MOST_PASSES = 6
BLIND_TURNS = 5
"""Turns without a reading after which the switch counts as broken."""
LEAST_SHARE, MOST_SHARE, MOST_EXTRA_DEG = 0.5, 1.5, 1.0
"""A closed arc outside these bounds of the configured width is not the cam."""


class Wish(Enum):
    """What the search wants of the axis."""

    STOP = auto()
    CLOCKWISE = auto()
    COUNTER_CLOCKWISE = auto()
    GO = auto()
    """Go to the middle of the switch."""
    FOUND = auto()
    """At rest at home."""
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class HomeFound:
    """Where the switch is."""

    travel_deg: float
    """Travel at the middle of the closed arc, degrees."""
    accuracy_deg: float
    """How far the true middle may be from there by the spacing of the looks, degrees."""
    width_deg: float
    """Measured arc over which the switch stays closed, degrees."""


@dataclass(frozen=True, slots=True)
class _Pass:
    direction: int
    closing: Edge
    opening: Edge

    @property
    def middle_deg(self) -> float:
        return (self.closing.travel_deg + self.opening.travel_deg) / 2.0

    @property
    def width_deg(self) -> float:
        return (self.opening.travel_deg - self.closing.travel_deg) * self.direction

    @property
    def half_width_deg(self) -> float:
        """Mean of both edges: their errors count half in the middle."""
        return (self.closing.half_width_deg + self.opening.half_width_deg) / 2.0

    @property
    def fine(self) -> bool:
        return max(self.closing.half_width_deg, self.opening.half_width_deg) <= FINE_DEG


class _Phase(Enum):
    START = auto()
    LEAVE = auto()
    SWEEP = auto()
    GO = auto()
    FAILED = auto()


class HomeSearch:
    """One search.

    It crosses the switch at least once each way: a switch opens later than it closes, and the middle of the two ways
    is free of that.

    Args:
        direction: where to turn first, +1 clockwise or -1.
        width_deg: arc over which the switch should be closed, degrees.
    """

    def __init__(self, direction: int, width_deg: float) -> None:
        self.found: HomeFound | None = None
        self.failure = ""
        """Once it has failed: what was seen, and the remedy."""
        self._direction = direction
        self._width_deg = width_deg
        self._edges = HomeEdges()
        self._phase = _Phase.START
        self._from_deg = 0.0
        self._limit_deg = 0.0
        self._closing: Edge | None = None
        self._widest_ignored_deg = 0.0
        self._passes: list[_Pass] = []
        self._was_held = False

    def advance(self, travel_deg: float, closed: bool | None, *, resting: bool) -> Wish:
        """Take in what one turn of the control loop saw.

        Args:
            travel_deg: the dome's travel by the encoder, degrees.
            closed: level of the switch; None if it could not be read.
            resting: whether the dome stands and nothing is under way.

        Returns:
            What is wanted now; the same as long as nothing changes.
        """
        edge = self._edges.look(travel_deg, closed)
        if self._phase in (_Phase.START, _Phase.LEAVE, _Phase.SWEEP) and self._edges.blind_turns >= BLIND_TURNS:
            self._fail("the home switch cannot be read; check its cable")
        elif self._phase in (_Phase.LEAVE, _Phase.SWEEP) and resting and edge is None:
            self._held(travel_deg)
        match self._phase:
            case _Phase.START:
                return self._start(travel_deg, resting=resting)
            case _Phase.LEAVE:
                self._leave(travel_deg, edge)
            case _Phase.SWEEP:
                self._sweep(travel_deg, edge)
            case _Phase.GO if resting:
                return Wish.FOUND
        return self._wish()

    def _wish(self) -> Wish:
        if self._phase is _Phase.GO:
            return Wish.GO
        if self._phase is _Phase.FAILED:
            return Wish.FAILED
        return Wish.CLOCKWISE if self._direction > 0 else Wish.COUNTER_CLOCKWISE

    @property
    def _most_closed_deg(self) -> float:
        return MOST_SHARE * self._width_deg + MOST_EXTRA_DEG

    def _start(self, travel_deg: float, *, resting: bool) -> Wish:
        if not resting or self._edges.closed is None:
            return Wish.STOP
        self._from_deg = travel_deg
        if self._edges.closed:
            self._phase = _Phase.LEAVE
        else:
            self._phase, self._limit_deg = _Phase.SWEEP, 360.0 + self._width_deg + MARGIN_DEG
        return self._wish()

    def _leave(self, travel_deg: float, edge: Edge | None) -> None:
        if edge is not None:
            self._turn_back(travel_deg)
        elif abs(travel_deg - self._from_deg) > self._most_closed_deg:
            self._fail(f"{self._stays_closed(abs(travel_deg - self._from_deg))}")

    def _sweep(self, travel_deg: float, edge: Edge | None) -> None:
        if edge is not None and edge.closed:
            self._closing = edge
        elif edge is not None and self._closing is not None:
            self._take(_Pass(self._direction, self._closing, edge), travel_deg)
            self._closing = None
        elif self._closing is not None:
            if abs(travel_deg - self._closing.travel_deg) > self._most_closed_deg:
                self._fail(self._stays_closed(abs(travel_deg - self._closing.travel_deg)))
        elif abs(travel_deg - self._from_deg) > self._limit_deg:
            self._fail(self._not_found())

    def _held(self, travel_deg: float) -> None:
        """Go the other way: the cables allow no more on this one."""
        if self._was_held:
            self._fail("the cables do not allow the whole turn that a search needs; unwind the dome, then try again")
            return
        self._was_held = True
        self._direction, self._closing = -self._direction, None
        self._from_deg, self._limit_deg = travel_deg, 360.0 + self._width_deg + MARGIN_DEG

    def _take(self, crossing: _Pass, travel_deg: float) -> None:
        if crossing.width_deg < LEAST_SHARE * self._width_deg:
            self._widest_ignored_deg = max(self._widest_ignored_deg, crossing.width_deg)
            return  # a bounce, or the dome was just turning back
        self._passes.append(crossing)
        best = [self._best(direction) for direction in (1, -1)]
        both = [each for each in best if each is not None]
        enough = all(each.fine for each in both) or len(self._passes) >= MOST_PASSES
        if len(both) < 2 or not enough:
            self._turn_back(travel_deg)
            return
        self.found = HomeFound(
            travel_deg=sum(each.middle_deg for each in both) / 2.0,
            accuracy_deg=sum(each.half_width_deg for each in both) / 2.0,
            width_deg=sum(each.width_deg for each in both) / 2.0,
        )
        self._phase = _Phase.GO

    def _best(self, direction: int) -> _Pass | None:
        those = [each for each in self._passes if each.direction == direction]
        return min(those, key=lambda each: each.half_width_deg, default=None)

    def _turn_back(self, travel_deg: float) -> None:
        self._direction = -self._direction
        self._phase, self._from_deg, self._limit_deg = _Phase.SWEEP, travel_deg, self._width_deg + BACK_DEG

    def _fail(self, text: str) -> None:
        self.failure = f"home not found: {text}"
        self._phase = _Phase.FAILED

    def _stays_closed(self, over_deg: float) -> str:
        return (
            f"the home switch stayed closed over {over_deg:.1f}° (home.width_deg is {self._width_deg:.1f}°); "
            "check that it opens, its cable, and the width in the configuration"
        )

    def _not_found(self) -> str:
        if self._widest_ignored_deg > 0.0:
            return (
                f"the home switch closed over {self._widest_ignored_deg:.2f}° at most, home.width_deg is "
                f"{self._width_deg:.1f}°; check its cam, its cable, and the width in the configuration"
            )
        if self._passes or self._limit_deg < 360.0:
            return "the home switch was seen, but not again on the way back; check it for a loose contact"
        return "home switch not found in a whole turn; check that the cam reaches the switch, and the switch's cable"
