"""Parking as INDI shows it: DOME_PARK, the park position and its options, and the shared park file."""

from collections.abc import Callable
from typing import Any

from astro.angles import difference_deg
from indi_dome_driver.device.motion import MotionControl
from indi_dome_driver.device.panel import Panel
from indi_dome_driver.dome import Dome, DomeEvent, EventKind, Operation, RefusedError
from indi_dome_driver.indi.vectors import State
from indi_dome_driver.park_data import ParkDataError, ParkEntry, ParkFile

PARK, POSITION, OPTION = "DOME_PARK", "DOME_PARK_POSITION", "DOME_PARK_OPTION"
STILL_PARKED_DEG = 1.0
"""A dome found farther than this from its park position is not parked, whatever the file says."""
WAITED_FOR = (Operation.PARK, Operation.STOPPING)
"""While one of these goes on, DOME_PARK may be Busy."""


class ParkControl:
    """Carries out park commands.

    Args:
        panel: the property sheet.
        dome: what is parked.
        motion: shows the move to the park position.
        file: where the state is kept between nights.
        default_azimuth_deg: what "Default" means.
        mount_parked: tells whether the mount is known to be parked.
    """

    def __init__(
        self,
        panel: Panel,
        dome: Dome,
        motion: MotionControl,
        file: ParkFile,
        default_azimuth_deg: float,
        mount_parked: Callable[[], bool],
    ) -> None:
        self._panel = panel
        self._dome = dome
        self._motion = motion
        self._file = file
        self._default_azimuth_deg = default_azimuth_deg
        self._mount_parked = mount_parked
        self.unparked_by_command = False
        """Somebody unparked the dome in this session: it is known to be free."""
        self._owed: bool | None = None
        """What the file should say and could not be made to."""
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            PARK: self._on_park,
            POSITION: self._on_position,
            OPTION: self._on_option,
        }

    def fill(self) -> None:
        """Put the true state into the vectors before they are defined."""
        self._panel_switch_state(State.OK)
        self._panel.number(POSITION).assign({"PARK_AZ": self._dome.park_azimuth_deg})

    def withdraw(self) -> None:
        """Correct the file, which says parked of a dome that is not."""
        self._write(parked=False)

    def on_event(self, event: DomeEvent) -> None:
        """Show the end of a park, after motion has left Busy."""
        if self._owed is not None:
            self._write(parked=self._owed)
        if event.kind is EventKind.PARKED:
            self._panel.info(f"Dome is parked at {self._dome.axis.azimuth_deg:.2f}°.")
            self._write(parked=True)  # before Ok: whoever cuts the power at "parked" finds it so the next night
            self._panel.set_switch(PARK, State.OK, on="PARK")
        elif event.kind is EventKind.FAULT and event.operation is Operation.PARK:
            self._panel.error("Dome is not parked.")
            self._panel.set_switch(PARK, State.ALERT, on="UNPARK")

    def on_abort(self, ended: Operation) -> None:
        """Show that a park was cut short."""
        if ended is Operation.PARK:
            self._panel.warn("Parking was stopped: the dome is not parked.")
            self._panel.set_switch(PARK, State.ALERT, on="UNPARK")
        self.settle()

    def settle(self) -> None:
        """End an unpark that came while the dome was parking, as soon as it has braked or does something else."""
        if self._panel.vectors[PARK].state is State.BUSY and self._dome.operation not in WAITED_FOR:
            self._panel.set_switch(PARK, State.OK, on="UNPARK")

    def _on_park(self, values: dict[str, Any]) -> None:
        if values.get("PARK"):
            self._park()
        else:
            self._unpark()

    def _park(self) -> None:
        if self._dome.parked:
            self._panel.info("Dome is parked already.")
            self._panel.set_switch(PARK, State.OK, on="PARK")
            return
        if self._dome.operation is Operation.PARK:
            self._panel.set_switch(PARK, State.BUSY, on="PARK")
            return
        if self._panel.switch("MOUNT_POLICY")["MOUNT_LOCKS"] and not self._mount_parked():
            self._panel.error(
                "Park refused: MOUNT_POLICY locks the dome until the mount is parked. Park the mount first."
            )
            self._panel.set_switch(PARK, State.ALERT, on="UNPARK")
            return
        try:
            self._dome.park()
        except RefusedError as refusal:
            self._panel.error(f"Park refused: {refusal}.")
            self._panel.set_switch(PARK, State.ALERT, on="UNPARK")
            return
        self._panel.info(f"Dome parks at {self._dome.park_azimuth_deg:.2f}°{self._motion.why_that_way()}.")
        self._panel.set_switch(PARK, State.BUSY, on="PARK")
        self._motion.supersede(PARK)
        if self._dome.moving:
            self._motion.show_moving(1 if self._dome.axis.to_go_deg >= 0.0 else -1)

    def _unpark(self) -> None:
        self.unparked_by_command = True
        parking = self._dome.operation is Operation.PARK
        if self._dome.unpark():
            self._panel.info("Dome is unparked." if not parking else "Parking is given up: the dome brakes.")
            if not parking:  # the file says so already, and a slow card must not hold up a loop that moves the dome
                self._write(parked=False)
        else:
            self._panel.info("Dome is unparked already.")
        self._panel.set_switch(PARK, State.BUSY if parking else State.OK, on="UNPARK")

    def _on_position(self, values: dict[str, Any]) -> None:
        if not self._refuse_while_parking(POSITION):
            self._set_position(float(next(iter(values.values()))))

    def _set_position(self, azimuth_deg: float) -> None:
        self._dome.park_azimuth_deg = azimuth_deg % 360.0
        self._panel.set_numbers(POSITION, State.OK, {"PARK_AZ": azimuth_deg})

    def _on_option(self, values: dict[str, Any]) -> None:
        state = State.OK
        if any(values.values()) and self._refuse_while_parking(OPTION):
            return
        if values.get("PARK_CURRENT"):
            if self._dome.axis.position_known:
                self._set_position(self._dome.axis.azimuth_deg)
                self._panel.info(f"Park position is now {self._dome.park_azimuth_deg:.2f}° (not yet written).")
            else:
                self._panel.error(
                    "The azimuth of the dome is not known, so it cannot become the park position: sync first."
                )
                state = State.ALERT
        elif values.get("PARK_DEFAULT"):
            self._set_position(self._default_azimuth_deg)
            self._panel.info(f"Park position is now {self._default_azimuth_deg:.2f}° (not yet written).")
        elif values.get("PARK_WRITE_DATA"):
            state = State.OK if self._write_as_it_stands() else State.ALERT
        self._panel.set_switch(OPTION, state, on=None)

    def _write_as_it_stands(self) -> bool:
        """Write state and park position together, unless that would tell something untrue at the next start."""
        away = abs(difference_deg(self._dome.park_azimuth_deg, self._dome.axis.azimuth_deg))
        if self._dome.moving:
            self._panel.error("The dome is moving: write the park data when it stands.")
        elif self._dome.parked and self._dome.axis.position_known and away > STILL_PARKED_DEG:
            self._panel.error(f"The dome is parked {away:.1f}° beside this park position: unpark first, then write.")
        else:
            return self._write(parked=self._dome.parked)
        return False

    def _refuse_while_parking(self, asked: str) -> bool:
        """Keep the park position while the dome is on its way there: it would be recorded parked elsewhere."""
        if self._dome.operation is not Operation.PARK:
            return False
        self._motion.refuse(asked, "The park position cannot be changed while the dome is parking: abort first.")
        return True

    def _write(self, *, parked: bool) -> bool:
        try:
            aside = self._file.save(ParkEntry(parked, self._dome.park_azimuth_deg))
        except ParkDataError as error:
            if self._owed is None:
                self._panel.error(f"{error}; it is tried again whenever the dome comes to rest.")
            self._owed = parked
            return False
        self._owed = None
        if aside is not None:
            self._panel.warn(f"{self._file.path} was damaged; it is kept as {aside} and a new one was begun.")
        return True

    def _panel_switch_state(self, state: State) -> None:
        vector = self._panel.switch(PARK)
        vector.select("PARK" if self._dome.parked else "UNPARK")
        vector.state = state
