"""Backlash as INDI shows it: a switch, and the pulses that each reversal takes up before the dome follows."""

from collections.abc import Callable
from typing import Any

from indi_dome_driver.axis import Axis
from indi_dome_driver.axis_errors import StillMoving
from indi_dome_driver.device.panel import Panel
from indi_dome_driver.indi.vectors import State

TOGGLE, STEPS = "DOME_BACKLASH_TOGGLE", "DOME_BACKLASH_STEPS"


class BacklashControl:
    """Sets the play that the axis takes up.

    Args:
        panel: the property sheet.
        axis: takes it up.
        steps_per_deg: pulses per degree of dome.
        largest_deg: play beyond which the dome counts as stalled, degrees.
    """

    def __init__(self, panel: Panel, axis: Axis, steps_per_deg: float, largest_deg: float) -> None:
        self._panel = panel
        self._axis = axis
        self._steps_per_deg = steps_per_deg
        self._largest_deg = largest_deg
        self._owed: int | None = None
        """Steps that wait for the dome to rest."""
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {TOGGLE: self._on_toggle, STEPS: self._on_steps}

    def adopt(self) -> None:
        """Take over what the properties say, before they are defined."""
        vector = self._panel.number(STEPS)
        vector.assign({"DOME_BACKLASH_VALUE": min(vector["DOME_BACKLASH_VALUE"], self._most_steps)})
        self._apply()

    def settle(self) -> None:
        """Carry out at rest what was asked for in mid-move."""
        if self._owed is not None:
            self._try(self._owed)

    @property
    def _most_steps(self) -> int:
        return int(self._largest_deg * self._steps_per_deg)

    def _on_toggle(self, values: dict[str, Any]) -> None:
        enabled = bool(values.get("INDI_ENABLED"))
        self._panel.set_switch(TOGGLE, State.OK, on="INDI_ENABLED" if enabled else "INDI_DISABLED")
        self._apply()
        self._panel.info(
            f"Backlash compensation is on: {self._steps} steps." if enabled else "Backlash compensation is off."
        )

    def _on_steps(self, values: dict[str, Any]) -> None:
        steps = float(next(iter(values.values())))
        if not self._panel.switch(TOGGLE)["INDI_ENABLED"] and round(steps) == self._steps:
            self._panel.announce(STEPS, State.OK)  # saved settings that are loaded again are no command to refuse
        elif not self._panel.switch(TOGGLE)["INDI_ENABLED"]:
            self._panel.warn(f"Backlash steps not taken: enable the compensation first ({TOGGLE}).")
            self._panel.announce(STEPS, State.IDLE)
        elif steps > self._most_steps:
            self._panel.error(
                f"Backlash of {steps:.0f} steps refused: {self._most_steps} steps are motor.backlash_deg "
                f"({self._largest_deg:g}°), beyond which the dome counts as stalled."
            )
            self._panel.announce(STEPS, State.ALERT)
        else:
            self._panel.set_numbers(STEPS, State.OK, {"DOME_BACKLASH_VALUE": float(round(steps))})
            self._apply()

    @property
    def _steps(self) -> int:
        return round(self._panel.number(STEPS)["DOME_BACKLASH_VALUE"])

    def _apply(self) -> None:
        self._try(self._steps if self._panel.switch(TOGGLE)["INDI_ENABLED"] else 0)

    def _try(self, steps: int) -> None:
        try:
            self._axis.set_play(steps)
        except StillMoving:
            self._owed = steps
        else:
            self._owed = None
