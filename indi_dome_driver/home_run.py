"""Carry out a search for the home switch on the axis, and establish the azimuth once its middle is known."""

from astro.angles import difference_deg, normalise_deg
from indi_dome_driver.axis import Axis
from indi_dome_driver.axis_errors import AxisRefused, CableAtLimit
from indi_dome_driver.homing import HomeFound, HomeSearch, Wish


class HomeRun:
    """One search on one axis, from the command to rest at home.

    Args:
        axis: what turns.
        azimuth_deg: azimuth of the middle of the switch, degrees.
        width_deg: arc over which it is closed, degrees.
    """

    def __init__(self, axis: Axis, azimuth_deg: float, width_deg: float) -> None:
        self.azimuth_deg = azimuth_deg
        self.direction = 1
        """Where it turns first: towards home where the azimuth is known, the shorter way that the cables allow."""
        if axis.position_known:
            turn_deg = axis.wrap.route(axis.travel_deg, difference_deg(azimuth_deg, axis.azimuth_deg))
        else:  # the way that unwinds: the home switch may be a whole turn off
            turn_deg = -axis.wrap.wound_deg(axis.travel_deg) if axis.wrap.limited else 1.0
        if turn_deg < 0.0:
            self.direction = -1
        self.drift_deg: float | None = None
        """Azimuth at which the switch was found by what was known before, minus its own, degrees; None: unknown."""
        self.ended = False
        """At rest, either at home or after a failure."""
        self._axis = axis
        self._search = HomeSearch(self.direction, width_deg)
        self._wish: Wish | None = None

    @property
    def failure(self) -> str:
        """Give what went wrong and the remedy, or ""."""
        return self._search.failure

    @property
    def found(self) -> HomeFound | None:
        """Give where the switch is, once it is known."""
        return self._search.found

    def update(self) -> None:
        """Do one turn, after the axis has done its own."""
        axis = self._axis
        wish = self._search.advance(axis.travel_deg, axis.home_closed, resting=not axis.moving)
        self.ended = wish is Wish.FOUND or (wish is Wish.FAILED and not axis.moving)
        if wish is self._wish:
            return
        self._wish = wish
        try:
            self._order(wish)
        except CableAtLimit:
            self._axis.stop()  # at rest the search finds itself held, and tries the other way
        except AxisRefused:
            pass  # its encoder is silent: the axis has noted that as its fault, which ends this

    def _order(self, wish: Wish) -> None:
        match wish:
            case Wish.CLOCKWISE:
                self._axis.jog(1)
            case Wish.COUNTER_CLOCKWISE:
                self._axis.jog(-1)
            case Wish.STOP | Wish.FAILED:
                self._axis.stop()
            case Wish.GO:
                self._arrive()

    def _arrive(self) -> None:
        axis, found = self._axis, self._search.found
        if found is None:
            return
        here_deg = normalise_deg(self.azimuth_deg + axis.travel_deg - found.travel_deg)
        if axis.position_known:
            self.drift_deg = difference_deg(axis.azimuth_deg, here_deg)
        axis.establish(here_deg)
        axis.goto(self.azimuth_deg)
