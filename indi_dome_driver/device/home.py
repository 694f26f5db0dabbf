"""Homing as INDI shows it: HOME (find, go) and HOME_POSITION. INDI itself has no standard for them."""

from collections.abc import Callable
from typing import Any

from astro.angles import normalise_deg
from indi_dome_driver.device.motion import MotionControl
from indi_dome_driver.device.panel import Panel
from indi_dome_driver.dome import Dome, DomeEvent, EventKind, Operation, RefusedError
from indi_dome_driver.indi.vectors import State

HOME, POSITION = "HOME", "HOME_POSITION"


class HomeControl:
    """Carries out home commands.

    Args:
        panel: the property sheet.
        dome: what homes.
        motion: shows the motion.
        yield_slaving: called with a reason when a person takes the dome in hand.
    """

    def __init__(self, panel: Panel, dome: Dome, motion: MotionControl, yield_slaving: Callable[[str], None]) -> None:
        self._panel = panel
        self._dome = dome
        self._motion = motion
        self._yield_slaving = yield_slaving
        self.homed_by_command = False
        """Somebody had the home switch found in this session."""
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {HOME: self._on_home, POSITION: self._on_position}

    def adopt(self) -> None:
        """Take over what the property says, before it is defined."""
        self._dome.home_azimuth_deg = normalise_deg(self._panel.number(POSITION)["HOME_AZ"])

    def on_event(self, event: DomeEvent) -> None:
        """Note that home was found."""
        if event.kind is EventKind.HOMED:
            self.homed_by_command = True

    def _on_home(self, values: dict[str, Any]) -> None:
        if values.get("HOME_FIND"):
            self._find()
        elif values.get("HOME_GOTO"):
            self._motion.goto_for_a_person(HOME, self._dome.home_azimuth_deg)
        elif self._panel.vectors[HOME].state is State.BUSY:
            self._panel.announce(HOME)  # Off is no stop: DOME_ABORT_MOTION is
        else:
            self._panel.set_switch(HOME, State.OK, on=None)

    def _find(self) -> None:
        try:
            self._dome.home()
        except RefusedError as refusal:
            self._motion.refuse(HOME, f"Home refused: {refusal}.")
            return
        self._yield_slaving("the home switch is searched")
        self._motion.supersede(HOME)
        self._panel.info(
            f"Dome searches its home switch, {self._dome.home_azimuth_deg:.2f}°. This can take more than a whole turn."
        )
        self._panel.set_switch(HOME, State.BUSY, on="HOME_FIND")
        self._motion.show_moving(self._dome.search_direction)

    def _on_position(self, values: dict[str, Any]) -> None:
        if self._dome.operation is Operation.HOME:
            self._motion.refuse(POSITION, "The home azimuth cannot be changed while home is searched: abort first.")
            return
        azimuth = float(next(iter(values.values())))
        self._dome.home_azimuth_deg = normalise_deg(azimuth)
        self._panel.set_numbers(POSITION, State.OK, {"HOME_AZ": azimuth})
        self._panel.info(f"The home switch is at {azimuth:.2f}° from now on; it counts at the next search.")
