"""The cables to the dome as INDI shows them: limit, winding, and the word that they hang free."""

import math
from collections.abc import Callable
from typing import Any

from indi_dome_driver.axis import Axis
from indi_dome_driver.cable_wrap import LEAST_LIMIT_DEG
from indi_dome_driver.device.journal import PositionJournal
from indi_dome_driver.device.panel import Panel
from indi_dome_driver.indi.vectors import State

LIMIT, WRAP, RESET = "CABLE_WRAP_LIMIT", "CABLE_WRAP", "CABLE_WRAP_RESET"
NOTICE_TURNS = 0.005
UNKNOWN_TURNS = 999.0
"""Shown as the uncertainty of a winding that nobody knows."""


class CableControl:
    """Shows the winding and takes its limit.

    Args:
        panel: the property sheet.
        axis: knows the winding.
        journal: keeps it between nights.
        busy: tells whether the dome moves, or will by itself.
    """

    def __init__(self, panel: Panel, axis: Axis, journal: PositionJournal, busy: Callable[[], bool]) -> None:
        self._panel = panel
        self._axis = axis
        self._journal = journal
        self._busy = busy
        self._reported_s = 0.0
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {LIMIT: self._on_limit, RESET: self._on_reset}

    def adopt(self) -> None:
        """Take over what the properties say, before they are defined."""
        self._limit(self._panel.number(LIMIT)["CABLE_TURNS"])
        vector = self._panel.number(WRAP)
        vector.assign(self._figures())
        vector.state = self._state()

    def warn(self) -> None:
        """Tell a person that the winding is in doubt, if there is a limit that it could break."""
        wrap = self._axis.wrap
        if not wrap.limited or wrap.doubt_deg == 0.0:
            return
        if wrap.blocked:
            self._panel.error(
                "How far the cables are wound was lost twice: the dome does not turn until somebody has looked and "
                f"says that they hang free ({RESET})."
            )
            return
        off = "not known" if math.isinf(wrap.doubt_deg) else f"up to {wrap.doubt_deg / 360.0:.1f} turns off"
        self._panel.warn(
            f"How far the cables are wound is {off}. Look at them. Until you say with {RESET} that they hang free, "
            f"{wrap.reach_deg / 360.0:.2f} turns either way are allowed, counted from where the count begins."
        )

    def report(self, now_s: float, period_s: float) -> None:
        """Tell clients the winding when it changed.

        Args:
            now_s: wall clock, Unix seconds.
            period_s: least time between two reports, seconds.
        """
        if 0.0 <= now_s - self._reported_s < 0.9 * period_s:
            return
        if abs(self._figures()["CABLE_WOUND"] - self._panel.number(WRAP)["CABLE_WOUND"]) >= NOTICE_TURNS:
            self._reported_s = now_s
            self._tell()

    def _on_limit(self, values: dict[str, Any]) -> None:
        turns = float(next(iter(values.values())))
        if 0.0 < turns * 360.0 < LEAST_LIMIT_DEG:
            self._panel.error("Cable limit refused: with less than 0.5 turns some azimuths are out of reach; 0: none.")
            self._panel.announce(LIMIT, State.ALERT)
            return
        if self._busy() and turns != self._panel.number(LIMIT)["CABLE_TURNS"]:
            self._panel.error(
                "Cable limit refused: the dome is on a way that the present limit allowed; stop it first."
            )
            self._panel.announce(LIMIT, State.ALERT)
            return
        self._limit(turns)
        self._panel.set_numbers(LIMIT, State.OK, {"CABLE_TURNS": turns})
        self._tell()
        self.warn()

    def _on_reset(self, values: dict[str, Any]) -> None:
        if not any(values.values()):
            self._panel.set_switch(RESET, State.OK, on=None)
        elif self._busy():
            self._panel.error(
                "Cable reset refused: the dome is moving. Stop it where the cables hang free, then reset."
            )
            self._panel.set_switch(RESET, State.ALERT, on=None)
        else:
            self._axis.wrap.declare(self._axis.travel_deg)
            self._journal.resting()
            self._panel.info("The cables are taken to hang free where the dome stands now.")
            self._panel.set_switch(RESET, State.OK, on=None)
            self._tell()

    def _limit(self, turns: float) -> None:
        # A file may say anything; a limit that cannot be kept is none that anybody meant.
        self._axis.wrap.limit_deg = max(turns * 360.0, LEAST_LIMIT_DEG) if turns > 0.0 else math.inf

    def _tell(self) -> None:
        self._panel.set_numbers(WRAP, self._state(), self._figures())

    def _figures(self) -> dict[str, float]:
        wrap = self._axis.wrap
        doubt = min(wrap.doubt_deg / 360.0, UNKNOWN_TURNS)
        return {"CABLE_WOUND": wrap.wound_deg(self._axis.travel_deg) / 360.0, "CABLE_DOUBT": doubt}

    def _state(self) -> State:
        wrap = self._axis.wrap
        if not wrap.limited:
            return State.IDLE
        beyond = abs(wrap.wound_deg(self._axis.travel_deg)) > wrap.limit_deg
        return State.ALERT if beyond or wrap.doubt_deg > 0.0 else State.OK
