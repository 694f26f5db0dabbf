"""Ramps of a stepper: speed up, cruise and brake, one short segment at a time.

Every segment is computed afresh from what remains and how fast the motor runs, so a new target, a stop or a reversal
at any instant needs no special case. All figures are in pulses (steps) and seconds; signs give the direction.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RampLimits:
    """What the motor can follow."""

    max_rate_hz: float
    """Full speed, pulses/s, > 0."""
    acceleration_hz_s: float
    """Slope of speeding up and of braking, pulses/s per second, > 0."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch at constant rate."""

    rate_hz: float
    """Signed rate, pulses/s; 0 when the motor may rest."""
    pulses: int
    """Signed whole pulses of this stretch; 0 only when rate_hz is 0."""
    carry: float
    """Fraction of a pulse that belongs to the next stretch."""


REST = Segment(0.0, 0, 0.0)


def braking_distance(rate_hz: float, acceleration_hz_s: float) -> float:
    """Tell how far the motor runs while it brakes to rest: v² / 2a, signed like the rate, pulses."""
    return rate_hz * abs(rate_hz) / (2.0 * acceleration_hz_s)


def rest_rate_hz(limits: RampLimits, dt_s: float) -> float:
    """Tell from which rate the motor may come to rest, or up to which it may start, without a ramp.

    It is what one segment of the ramp changes, or, for gentle ramps, the rate that the slope reaches within a single
    step, √(2a): a stepper cannot do less than a step.

    Args:
        limits: the ramp.
        dt_s: length of a segment, seconds.

    Returns:
        Rate, pulses/s.
    """
    return max(limits.acceleration_hz_s * dt_s, math.sqrt(2.0 * limits.acceleration_hz_s))


def next_segment(remaining: float, rate_hz: float, limits: RampLimits, dt_s: float, carry: float = 0.0) -> Segment:
    """Choose the next stretch of a move.

    The wanted rate v is the highest that leaves room to brake after it: v·dt + v²/2a = distance.

    Args:
        remaining: signed pulses still to go; ±inf to turn until told otherwise.
        rate_hz: signed rate of the stretch before this one, pulses/s.
        limits: the ramp.
        dt_s: length of the stretch wished, seconds.
        carry: carry of the stretch before this one.

    Returns:
        The stretch, REST when the target is reached (less than a pulse is left and the motor may rest).
    """
    distance = abs(remaining)
    stop_hz = rest_rate_hz(limits, dt_s)
    if distance < 1.0 or (distance <= 1.0 and remaining * rate_hz < 0.0):  # one step past it is no reason to turn back
        return REST if abs(rate_hz) <= stop_hz else brake_segment(rate_hz, limits, dt_s, carry)
    slope = limits.acceleration_hz_s
    toward = math.copysign(1.0, remaining)
    present = rate_hz * toward
    dt_s = _stretch_s(present, limits, dt_s)
    wanted = limits.max_rate_hz
    if math.isfinite(distance):
        # Whole pulses run up to one ahead of the ramp: plan with one in hand.
        room = max(distance - 1.0, 0.5)
        wanted = min(wanted, slope * (math.sqrt(dt_s * dt_s + 2.0 * room / slope) - dt_s))
    if present < 0.0 and -present > stop_hz:
        return brake_segment(rate_hz, limits, dt_s, carry)
    fastest = min(limits.max_rate_hz, max(present + slope * dt_s, stop_hz))
    rate = min(max(wanted, present - slope * dt_s), fastest)
    return _whole_pulses(toward, rate, dt_s, carry if present > 0.0 else 0.0, most=distance)


def brake_segment(rate_hz: float, limits: RampLimits, dt_s: float, carry: float = 0.0) -> Segment:
    """Choose the next stretch of a stop along the ramp.

    Args:
        rate_hz: signed rate of the stretch before this one, pulses/s.
        limits: the ramp.
        dt_s: length of the stretch wished, seconds.
        carry: carry of the stretch before this one.

    Returns:
        The stretch, REST once the motor may rest.
    """
    if abs(rate_hz) <= rest_rate_hz(limits, dt_s):
        return REST
    dt_s = _stretch_s(rate_hz, limits, dt_s)
    slower = abs(rate_hz) - limits.acceleration_hz_s * dt_s
    return _whole_pulses(math.copysign(1.0, rate_hz), slower, dt_s, carry, most=math.inf)


def _stretch_s(rate_hz: float, limits: RampLimits, dt_s: float) -> float:
    """Lengthen a stretch that is too short for a single pulse; the ramp has that much more time."""
    return max(dt_s, 1.0 / max(abs(rate_hz), math.sqrt(2.0 * limits.acceleration_hz_s)))


def _whole_pulses(sign: float, rate: float, dt_s: float, carry: float, most: float) -> Segment:
    exact = rate * dt_s + carry
    pulses = math.floor(min(exact, most))
    if pulses < 1:
        # Slower than a pulse per stretch: send it and let the stretch last longer.
        return Segment(sign * rate, int(sign), 0.0)
    return Segment(sign * rate, int(sign) * pulses, min(exact - pulses, 1.0))
