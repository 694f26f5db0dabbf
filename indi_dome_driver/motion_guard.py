"""Compare pulses with the encoder while the motor runs, and notice when they tell different stories."""

from dataclasses import dataclass

from indi_dome_driver.axis_errors import AxisFault, FaultCode


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """How far pulses and encoder may differ."""

    stall_deg: float = 1.0
    """Commanded turn over which the dome is judged, degrees, beside the backlash."""
    follow_fraction: float = 0.25
    """Least share of the commanded turn that the dome must show."""
    runaway_deg: float = 1.0
    """Turn without or against the pulses that is too much, degrees."""
    backlash_deg: float = 0.15
    """Play of the drive train, degrees of dome."""


class MotionGuard:
    """Judge the motion over a window that begins anew after each good stretch and each change of direction."""

    def __init__(self, limits: GuardLimits) -> None:
        self._limits = limits
        self._sent0_deg = self._seen0_deg = self._last_sent_deg = 0.0
        self._direction = 0

    def restart(self, sent_deg: float, seen_deg: float) -> None:
        """Begin a new window here.

        Args:
            sent_deg: turn that the pulses sent so far are worth, signed, degrees.
            seen_deg: travel that the encoder saw so far, signed, degrees.
        """
        self._sent0_deg = self._last_sent_deg = sent_deg
        self._seen0_deg = seen_deg
        self._direction = 0

    def judge(self, sent_deg: float, seen_deg: float) -> AxisFault | None:
        """Look at both again.

        Args:
            sent_deg: turn that the pulses sent so far are worth, signed, degrees.
            seen_deg: travel that the encoder saw so far, signed, degrees.

        Returns:
            The fault, or None while all is well.
        """
        change_deg = sent_deg - self._last_sent_deg
        direction = (change_deg > 0.0) - (change_deg < 0.0)
        if direction and direction != self._direction:
            # The play is crossed anew, so what came before cannot be compared with what follows.
            if self._direction:
                self.restart(self._last_sent_deg, seen_deg)
            self._direction = direction
        self._last_sent_deg = sent_deg
        limits = self._limits
        sign = self._direction or 1
        sent = (sent_deg - self._sent0_deg) * sign
        seen = (seen_deg - self._seen0_deg) * sign
        full_window = sent > limits.stall_deg + limits.backlash_deg
        if seen < -limits.runaway_deg or (full_window and seen < -limits.follow_fraction * sent):
            return _runaway(
                f"the dome turned {abs(seen):.2f}° against the {sent:.2f}° that the motor was told; "
                "check the motor's wiring (motor_sign) and the encoder's sense (encoder_sign)"
            )
        if seen - sent > limits.runaway_deg + limits.backlash_deg:
            return _runaway(
                f"the dome turned {seen:.2f}° while the pulses were worth {sent:.2f}°; "
                "check whether something else drives it, and the gear ratio and encoder wheel in the configuration"
            )
        if full_window:
            if seen < limits.follow_fraction * sent:
                return AxisFault(
                    FaultCode.STALLED,
                    f"stalled: pulses worth {sent:.2f}° were sent, the encoder saw {seen:.2f}°; check for an obstacle, "
                    "the motor's power and cable, the belt, and the encoder wheel's grip on its ring",
                )
            self._sent0_deg, self._seen0_deg = sent_deg, seen_deg
        return None


def _runaway(what: str) -> AxisFault:
    return AxisFault(FaultCode.RUNAWAY, f"runaway: {what}")
