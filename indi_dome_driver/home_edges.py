"""Find where the home switch really changes, from looks at it that come once per turn of the control loop."""

from dataclasses import dataclass

HOLD_TURNS = 2
"""Looks in a row that must agree: contacts bounce."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A change of the switch, somewhere between two looks."""

    closed: bool
    """The level after it."""
    from_deg: float
    """Travel at the last look before it, degrees."""
    to_deg: float
    """Travel at the first look after it, degrees."""

    @property
    def travel_deg(self) -> float:
        """Give the travel in the middle of the two looks, degrees."""
        return (self.from_deg + self.to_deg) / 2.0

    @property
    def half_width_deg(self) -> float:
        """Give how far the change may have been from there, degrees."""
        return abs(self.to_deg - self.from_deg) / 2.0


class HomeEdges:
    """Turn looks at the switch into changes of its level."""

    def __init__(self) -> None:
        self.closed: bool | None = None
        """The level that has held long enough to be believed; None before that."""
        self.blind_turns = 0
        """Turns in a row in which the switch could not be read."""
        self._before_deg = 0.0
        self._first_deg = 0.0
        self._candidate: bool | None = None
        self._held = 0

    def look(self, travel_deg: float, closed: bool | None) -> Edge | None:
        """Take in one look.

        Args:
            travel_deg: the dome's travel by the encoder, degrees.
            closed: level of the switch; None if it could not be read.

        Returns:
            The change that this look confirms, or None.
        """
        if closed is None:
            self.blind_turns += 1
            return None
        self.blind_turns = 0
        if closed == self.closed:
            self._before_deg, self._candidate = travel_deg, None
            return None
        if closed != self._candidate:
            self._candidate, self._first_deg, self._held = closed, travel_deg, 0
        self._held += 1
        if self._held < HOLD_TURNS:
            return None
        edge = Edge(closed, self._before_deg, self._first_deg) if self.closed is not None else None
        self.closed, self._before_deg, self._candidate = closed, travel_deg, None
        return edge
