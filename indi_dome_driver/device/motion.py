"""Motion as INDI shows it: DOME_MOTION, ABS/REL positions, presets and sync."""

from collections.abc import Callable
from typing import Any

from astro.angles import difference_deg
from indi_dome_driver.device.panel import Panel
from indi_dome_driver.dome import Dome, DomeEvent, EventKind, Operation, RefusedError
from indi_dome_driver.indi.vectors import State
from indi_dome_driver.properties import PRESET_NAMES

MOTION, ABSOLUTE, RELATIVE = "DOME_MOTION", "ABS_DOME_POSITION", "REL_DOME_POSITION"
AZIMUTH = "DOME_ABSOLUTE_POSITION"
LONG_WAY_DEG = 185.0
"""A turn beyond a half one, braking included, was not chosen for being short."""
IDLE_NOTICE_DEG = 0.05
"""At rest the azimuth is told again when it changed by this much (somebody pushed the dome)."""


class MotionControl:
    """Carries out motion commands and reports what the dome really does.

    Args:
        panel: the property sheet.
        dome: what moves.
        yield_slaving: called with a reason when a person takes the dome in hand; it switches slaving off.
        park_given_up: called when a person stops the dome on its way to the park position.
    """

    def __init__(
        self,
        panel: Panel,
        dome: Dome,
        yield_slaving: Callable[[str], None],
        park_given_up: Callable[[], None],
    ) -> None:
        self._panel = panel
        self._dome = dome
        self._yield_slaving = yield_slaving
        self._park_given_up = park_given_up
        self._preset: str | None = None
        self._reported_s = 0.0
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            MOTION: self._on_motion,
            RELATIVE: self._on_relative,
            ABSOLUTE: self._on_absolute,
            "Presets": self._on_presets,
            "Goto": self._on_preset_goto,
            "DOME_SYNC": self._on_sync,
        }

    def show(self) -> None:
        """Tell clients the position, with Alert while it is unknown."""
        state = State.OK if self._dome.axis.position_known else State.ALERT
        self._panel.set_numbers(ABSOLUTE, state, {AZIMUTH: self._dome.axis.azimuth_deg})

    def begin_goto(self, azimuth_deg: float, asked: str = ABSOLUTE) -> bool:
        """Start a move for whoever decided it (a person or the slaving) and show it.

        Args:
            azimuth_deg: where to.
            asked: the property through which it was asked for; moves that others asked for are over.

        Returns:
            False when the dome is there already.

        Raises:
            RefusedError: the dome may not move now.
        """
        started = self._dome.goto(azimuth_deg)
        self.supersede(asked)
        if started:
            turn = self._dome.axis.to_go_deg
            self._panel.info(f"Dome moves {abs(turn):.2f}° {_way(turn)} to {azimuth_deg:.2f}°{self.why_that_way()}.")
            self.show_moving(1 if turn >= 0.0 else -1)
        return started

    def why_that_way(self) -> str:
        """Say in words why the move under way takes the longer arc, or nothing."""
        axis = self._dome.axis
        if abs(axis.to_go_deg) <= LONG_WAY_DEG or not axis.wrap.limited:
            return ""
        return f", the long way: the cables are wound {axis.wrap.wound_deg(axis.travel_deg) / 360.0:+.2f} turns"

    def show_moving(self, direction: int) -> None:
        """Turn the motion properties Busy: rotation in this direction begins."""
        self._panel.set_numbers(ABSOLUTE, State.BUSY, {AZIMUTH: self._dome.axis.azimuth_deg})
        self._show_direction(direction)

    def report(self, now_s: float, period_s: float) -> None:
        """Tell clients what changed since the last call; called once per turn of the control loop.

        Args:
            now_s: wall clock, Unix seconds.
            period_s: how often the position is told while the dome turns.
        """
        vector = self._panel.number(ABSOLUTE)
        azimuth = self._dome.axis.azimuth_deg
        if self._dome.moving:
            direction = self._dome.axis.direction
            if direction and self._shown_direction() not in (direction, None):
                self._show_direction(direction)
            # A little early, so that there is never less than one report in a period.
            due = not 0.0 <= now_s - self._reported_s < 0.9 * period_s  # also when somebody set the clock back
            if due and vector.state is State.BUSY:
                self._reported_s = now_s
                self._panel.set_numbers(ABSOLUTE, None, {AZIMUTH: azimuth})
        elif abs(difference_deg(azimuth, vector[AZIMUTH])) > IDLE_NOTICE_DEG and vector.state is not State.BUSY:
            self._panel.set_numbers(ABSOLUTE, None, {AZIMUTH: azimuth})

    def on_event(self, event: DomeEvent) -> None:
        """Show how a move ended."""
        azimuth = self._dome.axis.azimuth_deg
        match event.kind:
            case EventKind.ARRIVED:
                self._panel.info(f"Dome reached {azimuth:.2f}°.")
                self._end(State.OK, State.OK)
            case EventKind.STOPPED:
                self._panel.info(f"Dome stopped at {azimuth:.2f}°.")
                if event.text:
                    self._panel.warn(event.text)
                self._end(State.OK, State.IDLE)
            case EventKind.HOMED:
                self._panel.info(f"{event.text} The dome stands at home, {azimuth:.2f}°.")
                self._end(State.OK, State.OK)
            case EventKind.PARKED:
                self._end(State.IDLE, State.IDLE)
            case EventKind.FAULT:
                self._panel.error(event.text)
                self._end(State.ALERT, State.ALERT)

    def cut(self) -> Operation:
        """Cut the pulses now and take every motion property out of Busy.

        Returns:
            What was cut short.
        """
        ended = self._dome.abort()
        self._end(State.IDLE, State.IDLE)
        return ended

    def _end(self, motion: State, position: State) -> None:
        """Leave Busy: MOTION first, so that nobody sees a finished position beside a turning dome."""
        if self._panel.vectors[MOTION].state is State.BUSY:
            self._panel.set_switch(MOTION, motion, on=None)
        if self._panel.vectors[ABSOLUTE].state is State.BUSY:
            self._panel.set_numbers(ABSOLUTE, position, {AZIMUTH: self._dome.axis.azimuth_deg})
        if self._panel.vectors[RELATIVE].state is State.BUSY:
            self._panel.announce(RELATIVE, position)
        if self._panel.vectors["Goto"].state is State.BUSY:
            self._panel.set_switch("Goto", position, on=self._preset if position is State.OK else None)
        if self._panel.vectors["HOME"].state is State.BUSY:
            self._panel.set_switch("HOME", position, on=None)

    def _on_absolute(self, values: dict[str, Any]) -> None:
        target = float(next(iter(values.values())))
        self.goto_for_a_person(ABSOLUTE, target)

    def goto_for_a_person(self, asked: str, target: float) -> None:
        """Carry out a goto asked through a property; that property is answered in any case."""
        try:
            started = self.begin_goto(target, asked)
        except RefusedError as refusal:
            self.refuse(asked, f"Goto {target:.2f}° refused: {refusal}.")
            return
        self._yield_slaving("a goto was commanded")
        if not started:
            self._panel.set_numbers(ABSOLUTE, State.OK, {AZIMUTH: self._dome.axis.azimuth_deg})
        if asked == "Goto":
            self._panel.set_switch("Goto", State.BUSY if started else State.OK, on=self._preset)
        elif asked == "HOME":
            self._panel.set_switch("HOME", State.BUSY if started else State.OK, on="HOME_GOTO" if started else None)

    def _on_relative(self, values: dict[str, Any]) -> None:
        turn = float(next(iter(values.values())))
        try:
            started = self._dome.turn(turn)
        except RefusedError as refusal:
            self.refuse(RELATIVE, f"Turn by {turn:.2f}° refused: {refusal}.")
            return
        self._yield_slaving("a relative move was commanded")
        self.supersede(RELATIVE)
        if started:
            self._panel.info(f"Dome turns {abs(turn):.2f}° {_way(turn)}.")
            self.show_moving(1 if turn >= 0.0 else -1)
        self._panel.set_numbers(RELATIVE, State.BUSY if started else State.OK, {"DOME_RELATIVE_POSITION": turn})

    def _on_motion(self, values: dict[str, Any]) -> None:
        wanted = [name for name, on in values.items() if on]
        try:
            if not wanted:
                self._halt()
                self._yield_slaving("the dome was stopped by hand")
                return
            direction = 1 if wanted[0] == "DOME_CW" else -1
            self._dome.jog(direction)
        except RefusedError as refusal:
            self._panel.error(f"Motion refused: {refusal}.")
            self._answer_motion()
            return
        self._yield_slaving("the dome was taken in hand")
        self.supersede(MOTION)
        self._panel.info(f"Dome turns {_way(direction)} until stopped.")
        self.show_moving(direction)

    def _halt(self) -> None:
        """Stop for a person: nobody is refused a stop, also not on the way to the park position."""
        if self._dome.operation is Operation.REST:
            self._dome.stop()
            self._answer_motion()
            return
        parking = self._dome.operation is Operation.PARK
        self._dome.stop()
        self._panel.announce(MOTION)  # still Busy: the dome brakes; the end is told when it stands
        if parking:
            self._park_given_up()

    def _answer_motion(self) -> None:
        """Answer a motion command that changes nothing.

        At rest with Ok, never Idle: KStars would take Idle of a parked dome for "not parked".
        """
        if self._panel.vectors[MOTION].state is State.BUSY:
            self._panel.announce(MOTION)
        else:
            self._panel.set_switch(MOTION, State.OK, on=None)

    def supersede(self, asked: str) -> None:
        """End what another property was waiting for: its move will not be finished."""
        for other in (RELATIVE, "Goto"):
            if other != asked and self._panel.vectors[other].state is State.BUSY:
                self._panel.announce(other, State.IDLE)
        if asked != "HOME" and self._panel.vectors["HOME"].state is State.BUSY:
            self._panel.set_switch("HOME", State.IDLE, on=None)

    def _on_presets(self, values: dict[str, Any]) -> None:
        self._panel.set_numbers("Presets", State.OK, values)

    def _on_preset_goto(self, values: dict[str, Any]) -> None:
        self._preset = next(name for name in PRESET_NAMES if values.get(name))
        self.goto_for_a_person("Goto", self._panel.number("Presets")[self._preset])

    def _on_sync(self, values: dict[str, Any]) -> None:
        azimuth = float(next(iter(values.values())))
        try:
            self._dome.sync(azimuth)
        except RefusedError as refusal:
            self.refuse("DOME_SYNC", f"Sync refused: {refusal}.")
            return
        self._panel.info(f"Dome azimuth is now {azimuth:.2f}°.")
        state = State.OK if self._panel.vectors[ABSOLUTE].state is State.ALERT else None
        self._panel.set_numbers(ABSOLUTE, state, {AZIMUTH: self._dome.axis.azimuth_deg})
        self._panel.set_numbers("DOME_SYNC", State.OK, {"DOME_SYNC_VALUE": azimuth})

    def refuse(self, name: str, reason: str) -> None:
        """Answer a refused command: Alert, or Busy where the property truly is busy with something else."""
        self._panel.error(reason)
        vector = self._panel.vectors[name]
        self._panel.announce(name, State.BUSY if vector.state is State.BUSY else State.ALERT)

    def _shown_direction(self) -> int | None:
        vector = self._panel.switch(MOTION)
        if vector.state is not State.BUSY:
            return None
        return 1 if vector["DOME_CW"] else -1

    def _show_direction(self, direction: int) -> None:
        self._panel.set_switch(MOTION, State.BUSY, on="DOME_CW" if direction > 0 else "DOME_CCW")


def _way(turn: float) -> str:
    return "clockwise" if turn >= 0.0 else "counter-clockwise"
