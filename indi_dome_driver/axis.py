"""The dome's axis: turn it to an azimuth in a closed loop, with the encoder as the truth."""

import math
from enum import Enum, auto

from astro.angles import difference_deg, normalise_deg
from indi_dome_driver.axis_errors import AxisFault, EncoderSilent, FaultCode, PositionUnknown, StillMoving
from indi_dome_driver.axis_limits import AxisLimits
from indi_dome_driver.cable_wrap import CableWrap
from indi_dome_driver.encoder_track import EncoderTrack
from indi_dome_driver.hardware.seam import Hardware, HardwareError
from indi_dome_driver.mechanics import Mechanics
from indi_dome_driver.motion_guard import MotionGuard
from indi_dome_driver.pace import Pace
from indi_dome_driver.profile import REST, RampLimits, Segment
from indi_dome_driver.stepping import Stepping

__all__ = ["Axis", "AxisLimits"]


class _Phase(Enum):
    REST = auto()
    SEEK = auto()
    JOG = auto()
    BRAKE = auto()
    SETTLE = auto()


class Axis:
    """Turn the dome.

    Commands only note what is wanted; update() does the work, one short turn of the control loop at a time. Both
    belong to one thread. Commands may come at any instant, also in the middle of another.
    """

    def __init__(
        self,
        hardware: Hardware,
        mechanics: Mechanics,
        limits: AxisLimits | None = None,
        wrap: CableWrap | None = None,
    ) -> None:
        """Take over a dome at rest.

        Args:
            hardware: the opened backend; its rest_azimuth_deg is where the dome is taken to stand.
            mechanics: gearing, full speed, acceleration and encoder wheel.
            limits: tolerances; the defaults suit the reference observatory.
            wrap: winding of the cables; without a limit by default.
        """
        self.wrap = wrap or CableWrap()
        self._hardware = hardware
        self._limits = limits or AxisLimits()
        self._count_deg = 1.0 / mechanics.counts_per_deg
        ramp = RampLimits(mechanics.max_rate_steps_s, mechanics.acceleration_steps_s2)
        self._stepping = Stepping(hardware.motor, ramp, mechanics.steps_per_deg)
        self._track = EncoderTrack(hardware.encoder, mechanics, self._limits.encoder_timeout_s)
        self._guard = MotionGuard(self._limits.guard)
        self._pace = Pace(hardware.tick_s)
        self._phase = _Phase.REST
        self._zero_deg = 0.0
        self._position_known = False
        self._goal_travel_deg: float | None = None
        self._goal_azimuth_deg: float | None = None
        self._jog_direction = 0
        self._corrections = 0
        self._approached = False
        self._settle_since_s: float | None = None
        self._turned_at_good_deg = 0.0
        self._home_closed: bool | None = None
        self._fault: AxisFault | None = None
        self._stop_owed = False
        self.establish(hardware.rest_azimuth_deg)

    # What the dome does

    @property
    def azimuth_deg(self) -> float:
        """Give the azimuth, 0 <= value < 360 degrees; meaningless unless position_known."""
        return normalise_deg(self._zero_deg + self._track.travel_deg)

    @property
    def position_known(self) -> bool:
        """Tell whether azimuth_deg can be trusted."""
        return self._position_known

    @property
    def moving(self) -> bool:
        """Tell whether a command is under way, pulses are queued, or the dome still turns."""
        return self._phase is not _Phase.REST or self._stepping.pending_steps != 0 or self._track.turning != 0

    @property
    def direction(self) -> int:
        """Tell where the dome really turns: +1 clockwise, -1 counter-clockwise, 0 at rest."""
        if self._track.turning:
            return self._track.turning
        return self._stepping.direction

    @property
    def rate_deg_s(self) -> float:
        """Give the speed that the encoder sees, signed, degrees/s."""
        return self._track.rate_deg_s

    @property
    def target_deg(self) -> float | None:
        """Give the azimuth that a move leads to, degrees; None without one, or while the position is unknown."""
        if self._goal_travel_deg is None or not self._position_known:
            return None
        return normalise_deg(self._zero_deg + self._goal_travel_deg)

    @property
    def to_go_deg(self) -> float:
        """Give the turn that is left to the target, signed, degrees; 0 without one."""
        return 0.0 if self._goal_travel_deg is None else self._goal_travel_deg - self._believed_travel_deg()

    @property
    def travel_deg(self) -> float:
        """Give the turn since the start, unwrapped, degrees."""
        return self._track.travel_deg

    @property
    def encoder_count(self) -> int:
        """Give the last good count of the encoder, 0...1023."""
        return self._track.count

    @property
    def home_closed(self) -> bool | None:
        """Tell the level of the home switch; None if it could not be read."""
        return self._home_closed

    @property
    def fault(self) -> AxisFault | None:
        """Give the fault that stopped the axis, until the next motion command or clear_fault."""
        return self._fault

    # Where the dome stands

    def establish(self, azimuth_deg: float | None) -> None:
        """Declare where the dome stands now, also in the middle of a motion.

        A goto under way keeps its azimuth and is aimed anew.

        Args:
            azimuth_deg: the azimuth, degrees; None if nobody knows (a goto under way then brakes).

        Raises:
            ValueError: not a finite number.
        """
        if azimuth_deg is None:
            self._position_known = False
            if self._goal_azimuth_deg is not None:
                self.stop()
            return
        self._zero_deg = normalise_deg(_finite("azimuth", azimuth_deg)) - self._track.travel_deg
        self._position_known = True
        if self._goal_azimuth_deg is not None:
            self._aim(self._goal_azimuth_deg)

    def sync(self, azimuth_deg: float) -> None:
        """Declare where the resting dome stands.

        Raises:
            StillMoving: the dome is not at rest; EncoderSilent: nothing to hold the azimuth against.
            ValueError: not a finite number.
        """
        if self.moving:
            raise StillMoving("the dome is still moving: stop it, then sync")
        if self._track.lost:
            raise EncoderSilent(self._encoder_text())
        self.establish(azimuth_deg)

    # Commands

    def goto(self, target_deg: float) -> None:
        """Turn to an azimuth by the shorter arc that the cables allow, from where the dome could come to rest.

        Args:
            target_deg: the azimuth, degrees.

        Raises:
            PositionUnknown: the dome's azimuth is not known.
            EncoderSilent: the encoder does not answer; the fault says so too.
            CableAtLimit: nobody knows how far the cables are wound.
            ValueError: not a finite number.
        """
        _finite("target", target_deg)
        self.wrap.allow()
        if not self._position_known:
            raise PositionUnknown("the dome's azimuth is not known: find home (HOME), or sync (DOME_SYNC)")
        self._begin(_Phase.SEEK)
        self._aim(target_deg)

    def move_by(self, turn_deg: float) -> None:
        """Turn by an exact amount from where the dome is now; this needs no known azimuth.

        Args:
            turn_deg: signed turn, degrees; more than a half or a whole turn is meant as it stands.

        Raises:
            EncoderSilent: the encoder does not answer; the fault says so too.
            CableAtLimit: it would wind the cables too far.
            ValueError: not a finite number.
        """
        start_deg = self._believed_travel_deg()
        self.wrap.check(start_deg, _finite("turn", turn_deg))
        self._begin(_Phase.SEEK)
        self._goal_travel_deg = start_deg + turn_deg

    def jog(self, direction: int) -> None:
        """Turn until told otherwise, or until the cables allow no more.

        Args:
            direction: +1 clockwise, -1 counter-clockwise.

        Raises:
            EncoderSilent: the encoder does not answer; the fault says so too.
            CableAtLimit: they allow no more already.
            ValueError: another direction.
        """
        if direction not in (1, -1):
            raise ValueError(f"direction {direction!r}: must be 1 or -1")
        self.wrap.check(self._believed_travel_deg(), direction * math.inf)
        self._begin(_Phase.JOG)
        self._jog_direction = direction

    def stop(self) -> None:
        """Brake along the ramp; the target is given up."""
        self._forget_goal()
        if self._phase in (_Phase.SEEK, _Phase.JOG):
            self._phase = _Phase.BRAKE

    def abort(self) -> None:
        """Cancel every pulse at once. Safe in every state; never raises, whatever is broken."""
        self._halt()

    def set_play(self, steps: int) -> None:
        """Take up the play of the drive at each reversal.

        Args:
            steps: pulses, >= 0; 0 to leave it to the corrections.

        Raises:
            StillMoving: pulses flow.
        """
        if self._phase is not _Phase.REST or self._stepping.pending_steps:
            raise StillMoving("the dome is still moving: stop it first")
        self._stepping.set_play(steps)

    def prepare(self) -> None:
        """Forget the last fault, one that persists comes back, and look whether anything may turn the dome.

        Raises:
            CableAtLimit: nobody knows how far the cables are wound.
        """
        self.wrap.allow()
        self._fault = None

    # The control loop

    def update(self) -> None:
        """Do one turn of the loop: look at the sensors, judge, and feed the motor. Never waits, never raises."""
        now_s = self._hardware.clock()
        self._pace.turn(now_s)
        self._read_home()
        if self._stop_owed:
            self._halt()
        try:
            self._stepping.poll()
            good = self._track.poll(now_s)
            if good:
                self._turned_at_good_deg = self._stepping.turned_deg
            self._judge(good)
            if self._phase is _Phase.SETTLE:
                self._settle(now_s)
            elif (
                self._phase is not _Phase.REST
                and self._track.answered
                and self._stepping.feed(self._pace.lookahead_s, self._plan)
            ):
                self._phase = _Phase.SETTLE
                self._settle_since_s = None
        except HardwareError as error:
            self._fail(FaultCode.MOTOR, f"stepper drive: {error}")

    def _judge(self, good: bool) -> None:
        if self._track.lost:
            if self._phase is not _Phase.REST or self._fault is None:
                self._fail(FaultCode.ENCODER, self._encoder_text())
        elif good and self._phase not in (_Phase.REST, _Phase.SETTLE):
            fault = self._guard.judge(self._stepping.turned_deg, self._track.travel_deg)
            if fault is not None:
                self._fail(fault.code, fault.text)

    def _plan(self) -> Segment:
        if self._phase is _Phase.BRAKE:
            return self._stepping.braking()
        remaining_deg = self._remaining_deg()
        if self._phase is _Phase.SEEK and self._stepping.may_rest:
            # The encoder's noise must not make the motor turn back through its play for the last count.
            passed = self._stepping.heads_away(remaining_deg)
            if abs(remaining_deg) <= (0.5 * self._limits.tolerance_deg if passed else self._count_deg):
                return REST
            if passed and self._approached and self._stepping.play_steps:
                return REST  # taking up a play that is not there would overshoot again, and for ever
        if not self._stepping.heads_away(remaining_deg):
            self._approached = True
        return self._stepping.toward(remaining_deg)

    def _settle(self, now_s: float) -> None:
        if self._stepping.pending_steps:
            return
        if self._settle_since_s is None:
            self._settle_since_s = now_s
        waited_s = now_s - self._settle_since_s
        if waited_s < self._limits.settle_s:
            return
        travel_deg = self._track.rest_travel_deg(self._settle_since_s)
        if self._goal_travel_deg is None:
            if travel_deg is not None or waited_s > self._limits.unrest_s:
                self._phase = _Phase.REST
            return
        if travel_deg is None:
            if waited_s > self._limits.unrest_s:
                text = "not reached: the encoder does not come to rest; check for wind, a loose wheel or noise"
                self._fail(FaultCode.NOT_REACHED, text)
            return
        error_deg = self._goal_travel_deg - travel_deg
        if abs(error_deg) <= self._limits.tolerance_deg:
            self._forget_goal()
            self._phase = _Phase.REST
        elif self._corrections >= self._limits.max_corrections:
            text = f"{abs(error_deg):.2f}° are left after {self._corrections} corrections; check belt and brake"
            self._fail(FaultCode.NOT_REACHED, f"not reached: {text}")
        else:
            self._corrections += 1
            self._stepping.forget_side()
            self._phase = _Phase.SEEK

    def _believed_travel_deg(self) -> float:
        """Give the encoder's travel, and what pulses have added since its last good count."""
        return self._track.travel_deg + self._stepping.turned_deg - self._turned_at_good_deg

    def _remaining_deg(self) -> float:
        """Give the turn to plan beyond the pulses that wait."""
        planned_deg = self._believed_travel_deg() + self._stepping.coming_deg
        if self._phase is _Phase.JOG:
            return self._jog_direction * self.wrap.free_deg(planned_deg, self._jog_direction)
        return 0.0 if self._goal_travel_deg is None else self._goal_travel_deg - planned_deg

    def _aim(self, target_deg: float) -> None:
        rest_deg = self._believed_travel_deg() + self._stepping.stopping_deg
        turn_deg = self.wrap.route(rest_deg, difference_deg(target_deg, self._zero_deg + rest_deg))
        self._goal_azimuth_deg = normalise_deg(target_deg)
        self._goal_travel_deg = rest_deg + turn_deg

    def _begin(self, phase: _Phase) -> None:
        if self._track.lost:
            self._fail(FaultCode.ENCODER, self._encoder_text())
            raise EncoderSilent(self._encoder_text())
        self._fault = None
        self._forget_goal()
        self._corrections = 0
        self._approached = False
        if self._phase is _Phase.REST:
            self._guard.restart(self._stepping.turned_deg, self._track.travel_deg)
        self._phase = phase

    def _forget_goal(self) -> None:
        self._goal_travel_deg = self._goal_azimuth_deg = None

    def _encoder_text(self) -> str:
        return f"encoder lost: {self._track.trouble}; check its cable and power, then try again"

    def _read_home(self) -> None:
        try:
            self._home_closed = self._hardware.home_switch.is_closed()
        except HardwareError:
            self._home_closed = None

    def _fail(self, code: FaultCode, text: str) -> None:
        self._halt()
        if not self._stop_owed:
            self._fault = AxisFault(code, text)

    def _halt(self) -> None:
        self._phase = _Phase.REST
        self._forget_goal()
        try:
            self._stepping.cut()
            self._stop_owed = False
        except Exception as error:  # noqa: BLE001 (whatever is broken, an abort must go through to the end)
            self._stop_owed = True
            self._fault = AxisFault(FaultCode.MOTOR, f"stepper drive did not take the stop: {error}; cut its power")


def _finite(what: str, angle_deg: float) -> float:
    if not math.isfinite(angle_deg):
        raise ValueError(f"{what} {angle_deg!r}: must be a finite number of degrees")
    return angle_deg
