"""How far the cables between wall and dome are wound, and which way round an azimuth is still within their reach."""

import math

from indi_dome_driver.axis_errors import CableAtLimit

LEAST_LIMIT_DEG = 180.0
"""With less than half a turn either way some azimuths could not be reached at all."""
LEAST_TURN_DEG = 0.5
"""Less room than this is not worth beginning a turn without an end."""
UNKNOWN_DEG = math.inf
"""Doubt after a crash in mid-move: a jog may have wound the cables from one end to the other."""


def route(turn_deg: float, wound_deg: float, limit_deg: float) -> float:
    """Choose the way round to an azimuth.

    Args:
        turn_deg: the shorter way, signed, degrees.
        wound_deg: winding now, clockwise positive, degrees.
        limit_deg: largest winding either way, degrees, >= LEAST_LIMIT_DEG; inf without a limit.

    Returns:
        The signed turn, as short as possible, after which the winding is within the limit.
    """
    if abs(wound_deg + turn_deg) <= limit_deg:
        return turn_deg
    # From far beyond a limit several turns back may be needed: count them instead of trying them.
    end_deg = wound_deg + turn_deg
    turns = math.ceil((abs(end_deg) - limit_deg) / 360.0)
    return turn_deg - math.copysign(360.0 * turns, end_deg)


class CableWrap:
    """The winding of one dome, carried along with the travel of its axis.

    Args:
        limit_deg: largest winding either way, degrees; inf without a limit.
    """

    def __init__(self, limit_deg: float = math.inf) -> None:
        self.limit_deg = limit_deg
        self.doubt_deg = 0.0
        """How far the true winding may be from the one counted, degrees; inf: it is counted from where it was lost."""
        self.blocked = False
        """Lost once more before anybody had looked: until somebody does, nothing may turn the dome."""
        self._slack_travel_deg = 0.0

    @property
    def limited(self) -> bool:
        """Tell whether there is a limit at all."""
        return math.isfinite(self.limit_deg)

    @property
    def reach_deg(self) -> float:
        """Give the winding allowed now, degrees: a doubt counts as wound, as far as every azimuth stays in reach."""
        return max(LEAST_LIMIT_DEG, self.limit_deg - self.doubt_deg) if self.limited else math.inf

    def declare(self, travel_deg: float, wound_deg: float = 0.0, doubt_deg: float = 0.0) -> None:
        """Say how far the cables are wound where the axis has travelled so far.

        Args:
            travel_deg: travel of the axis, degrees.
            wound_deg: winding there, clockwise positive, degrees.
            doubt_deg: how far the truth may be from that, degrees.
        """
        self._slack_travel_deg = travel_deg - wound_deg
        self.doubt_deg = doubt_deg
        self.blocked = False

    def wound_deg(self, travel_deg: float) -> float:
        """Tell the winding at a travel of the axis, clockwise positive, degrees."""
        return travel_deg - self._slack_travel_deg

    def free_deg(self, travel_deg: float, direction: int) -> float:
        """Tell how far the dome may turn from there; 0 at the limit and beyond it, inf without a limit.

        Args:
            travel_deg: travel of the axis, degrees.
            direction: +1 clockwise, -1 counter-clockwise.
        """
        return max(0.0, self.reach_deg - direction * self.wound_deg(travel_deg))

    def route(self, rest_travel_deg: float, turn_deg: float) -> float:
        """Choose the way round to an azimuth, see `route`.

        Args:
            rest_travel_deg: travel at which the axis could rest, degrees.
            turn_deg: the shorter way from there, signed, degrees.
        """
        return route(turn_deg, self.wound_deg(rest_travel_deg), self.reach_deg)

    def allow(self) -> None:
        """Look whether anything may turn the dome at all.

        Raises:
            CableAtLimit: the winding was lost twice.
        """
        if self.limited and self.blocked:
            raise CableAtLimit(
                "the driver was twice killed in mid-move since anybody looked at the cables, so how far they are wound "
                "is anyone's guess: look, unwind them by hand if need be, then say that they hang free "
                "(CABLE_WRAP_RESET)"
            )

    def check(self, travel_deg: float, turn_deg: float) -> None:
        """Look whether an exact turn is within reach; one that unwinds always is.

        Args:
            travel_deg: travel of the axis, degrees.
            turn_deg: signed turn, degrees; ±inf to turn until told otherwise.

        Raises:
            CableAtLimit: it is not.
        """
        self.allow()
        if not self.limited or turn_deg == 0.0:
            return
        direction = 1 if turn_deg > 0.0 else -1
        free_deg = self.free_deg(travel_deg, direction)
        wanted_deg = abs(turn_deg) if math.isfinite(turn_deg) else LEAST_TURN_DEG
        if wanted_deg > free_deg:
            way, back = ("clockwise", "counter-clockwise")[::direction]
            raise CableAtLimit(
                f"the cables allow {free_deg:.1f}° more {way} (wound {self.wound_deg(travel_deg) / 360.0:+.2f} turns, "
                f"{self.reach_deg / 360.0:.2f} allowed): turn {back}, or go to an azimuth: a goto unwinds"
            )
