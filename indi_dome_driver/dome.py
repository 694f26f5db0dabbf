"""The dome as a person sees it: it is parked or not, it goes, jogs, parks or rests; one axis turns it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from astro.angles import difference_deg, normalise_deg
from indi_dome_driver.axis import Axis
from indi_dome_driver.axis_errors import AxisFault, AxisRefused
from indi_dome_driver.home_run import HomeRun


class Operation(Enum):
    """What the dome is busy with."""

    REST = "at rest"
    GOTO = "going to an azimuth"
    RELATIVE = "turning by an angle"
    JOG = "turning until stopped"
    PARK = "parking"
    HOME = "finding home"
    STOPPING = "braking"


class EventKind(Enum):
    """How an operation ended."""

    ARRIVED = "arrived"
    STOPPED = "stopped"
    PARKED = "parked"
    HOMED = "home found"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class DomeEvent:
    """Something that came to its end by itself."""

    kind: EventKind
    operation: Operation
    """The operation that ended."""
    text: str = ""
    """What a person should know: for a fault what was seen, and the remedy."""


class RefusedError(Exception):
    """Say why a command was not carried out, for a person."""


class Journal(Protocol):
    """Where the dome notes that its recorded position is about to become untrue, or is true again."""

    def moving(self) -> None:
        """Note that the dome is about to move.

        Raises:
            RefusedError: an older note says that it rests, and would be believed after a crash.
        """

    def resting(self) -> None:
        """Note that the dome rests, and where."""


class Dome:
    """State machine over one axis. Every command returns at once; `update` moves things on."""

    def __init__(
        self,
        axis: Axis,
        journal: Journal,
        *,
        parked: bool,
        park_azimuth_deg: float,
        home_azimuth_deg: float,
        home_width_deg: float,
        tolerance_deg: float,
    ) -> None:
        self.axis = axis
        self.operation = Operation.REST
        self.parked = parked
        self.park_azimuth_deg = park_azimuth_deg
        self.home_azimuth_deg = home_azimuth_deg
        self._home_width_deg = home_width_deg
        self._home_run: HomeRun | None = None
        self._journal = journal
        self._tolerance_deg = tolerance_deg
        self._noted_moving = False
        self._told_fault: AxisFault | None = None

    @property
    def moving(self) -> bool:
        """Tell whether pulses flow or the dome still turns."""
        return self.axis.moving

    @property
    def busy(self) -> bool:
        """Tell whether the dome moves or will move by itself, as a search does that has not begun to turn."""
        return self.axis.moving or self.operation is not Operation.REST

    def goto(self, azimuth_deg: float) -> bool:
        """Turn the shorter way to an azimuth, also in the middle of another move.

        Returns:
            False when the dome stands there already.

        Raises:
            RefusedError: parked, parking, or the azimuth of the dome is unknown.
        """
        self._check_free()
        self._check_known()
        target = normalise_deg(azimuth_deg)
        if not self.busy and self._at(target):
            self._finish()
            return False
        self._start(Operation.GOTO, lambda: self.axis.goto(target))
        return True

    def turn(self, turn_deg: float) -> bool:
        """Turn by a signed angle from the present azimuth.

        Returns:
            False when the angle is too small to move for.

        Raises:
            RefusedError: parked or parking.
        """
        self._check_free()
        if not self.busy and abs(turn_deg) <= self._tolerance_deg:
            self._finish()
            return False
        self._start(Operation.RELATIVE, lambda: self.axis.move_by(turn_deg))
        return True

    def jog(self, direction: int) -> None:
        """Turn clockwise (+1) or counter-clockwise (-1) until stopped; allowed with the azimuth unknown.

        Raises:
            RefusedError: parked or parking.
        """
        self._check_free()
        self._start(Operation.JOG, lambda: self.axis.jog(direction))

    def stop(self) -> None:
        """Brake along the ramp; nothing happens at rest."""
        self._home_run = None
        self.axis.stop()  # whatever the operation is taken for
        if self.operation is not Operation.REST:
            self.operation = Operation.STOPPING

    def abort(self) -> Operation:
        """Cut the pulses now, whatever goes on.

        Returns:
            The operation that was cut short.
        """
        self.axis.abort()
        self._home_run = None
        ended, self.operation = self.operation, Operation.REST
        return ended

    def park(self) -> bool:
        """Go to the park azimuth and be parked there.

        Returns:
            False when the dome is parked already or already on its way.

        Raises:
            RefusedError: the azimuth of the dome is unknown.
        """
        if self.parked or self.operation is Operation.PARK:
            return False
        self._check_known()
        self._start(Operation.PARK, lambda: self.axis.goto(self.park_azimuth_deg))
        return True

    def home(self) -> None:
        """Search the home switch, establish the azimuth by it and rest at its middle; needs no known azimuth.

        Raises:
            RefusedError: parked or parking.
        """
        self._check_free()
        if self.operation is Operation.HOME:
            return
        self._start(Operation.HOME, self.axis.prepare)
        self._home_run = HomeRun(self.axis, self.home_azimuth_deg, self._home_width_deg)

    @property
    def search_direction(self) -> int:
        """Tell where a search for home turns first: +1 clockwise, -1 counter-clockwise."""
        return self._home_run.direction if self._home_run is not None else 1

    def unpark(self) -> bool:
        """Be free to move; a park that is under way is given up and the dome brakes.

        Returns:
            False when the dome was free already.
        """
        if self.operation is Operation.PARK:
            self.stop()
            return True
        was_parked, self.parked = self.parked, False
        return was_parked

    def sync(self, azimuth_deg: float) -> None:
        """Declare where the dome stands.

        Raises:
            RefusedError: the dome moves, or its encoder does not answer.
        """
        if self.busy:
            raise RefusedError("the dome is moving: stop it, then sync")
        try:
            self.axis.sync(normalise_deg(azimuth_deg))
        except AxisRefused as refusal:
            raise RefusedError(str(refusal)) from refusal
        self._journal.resting()

    def update(self) -> list[DomeEvent]:
        """Run one turn of the control loop.

        Returns:
            What came to its end since the last turn.
        """
        self.axis.update()
        events: list[DomeEvent] = []
        fault = self.axis.fault
        # By value: a fault that persists is found anew in every turn, and is told once.
        if fault is not None and (fault != self._told_fault or self.operation is not Operation.REST):
            self._home_run = None
            ended, self.operation = self.operation, Operation.REST
            events.append(DomeEvent(EventKind.FAULT, ended, fault.text))
        elif self._home_run is not None:
            self._home_run.update()
            if self._home_run.ended:
                events.append(self._end_home(self._home_run))
        elif self.operation is not Operation.REST and not self.axis.moving:
            events.append(self._end())
        self._told_fault = fault
        if self._noted_moving and self.operation is Operation.REST and not self.axis.moving:
            self._finish()
        return events

    def _end(self) -> DomeEvent:
        ended, self.operation = self.operation, Operation.REST
        if ended is Operation.PARK:
            self.parked = True
            return DomeEvent(EventKind.PARKED, ended)
        if ended in (Operation.GOTO, Operation.RELATIVE):
            return DomeEvent(EventKind.ARRIVED, ended)
        text = ""
        if ended is Operation.JOG:
            text = "The cables allow no more in this direction: a goto unwinds them."
        return DomeEvent(EventKind.STOPPED, ended, text)

    def _end_home(self, run: HomeRun) -> DomeEvent:
        self._home_run = None
        self.operation = Operation.REST
        if run.found is None or run.failure:
            return DomeEvent(EventKind.FAULT, Operation.HOME, run.failure)
        moved = "" if run.drift_deg is None else f"; by the azimuth known before it was {run.drift_deg:+.2f}° off"
        accuracy = f"±{run.found.accuracy_deg:.2f}°, closed over {run.found.width_deg:.2f}°"
        return DomeEvent(EventKind.HOMED, Operation.HOME, f"Home found ({accuracy}){moved}.")

    def _start(self, operation: Operation, command: Callable[[], None]) -> None:
        """Have the axis take a command, and note that the dome moves before its first pulse (sent by `update`)."""
        try:
            command()
        except AxisRefused as refusal:
            raise RefusedError(str(refusal)) from refusal
        self._home_run = None
        self._told_fault = None
        self.operation = operation
        if not self._noted_moving:
            try:
                self._journal.moving()
            except RefusedError:
                self.abort()
                raise
            self._noted_moving = True

    def _finish(self) -> None:
        self.operation = Operation.REST
        self._home_run = None
        if self._noted_moving:
            self._noted_moving = False
            self._journal.resting()

    def _at(self, azimuth_deg: float) -> bool:
        return abs(difference_deg(azimuth_deg, self.axis.azimuth_deg)) <= self._tolerance_deg

    def _check_free(self) -> None:
        if self.operation is Operation.PARK:
            raise RefusedError("the dome is parking: abort or unpark first")
        if self.parked:
            raise RefusedError("the dome is parked: unpark it first")

    def _check_known(self) -> None:
        if not self.axis.position_known:
            raise RefusedError(
                "the azimuth of the dome is not known: find home (HOME), or turn the slit to a known azimuth and sync "
                "(DOME_SYNC)"
            )
