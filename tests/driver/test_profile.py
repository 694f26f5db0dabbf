import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indi_dome_driver.profile import (
    REST,
    RampLimits,
    Segment,
    brake_segment,
    braking_distance,
    next_segment,
    rest_rate_hz,
)

LIMITS = RampLimits(3846.0, 6000.0)
DT = 0.02
limits_of = st.builds(RampLimits, st.floats(50.0, 20_000.0), st.floats(50.0, 50_000.0))


def run(remaining: float, limits: RampLimits, dt_s: float, rate_hz: float = 0.0) -> list[Segment]:
    carry = 0.0
    segments: list[Segment] = []
    while True:
        segment = next_segment(remaining, rate_hz, limits, dt_s, carry)
        if segment == REST:
            return segments
        segments.append(segment)
        remaining -= segment.pulses
        rate_hz, carry = segment.rate_hz, segment.carry
        assert len(segments) < 100_000


@settings(deadline=None)
@given(st.integers(-20_000, 20_000), limits_of, st.floats(0.005, 0.1))
def test_from_rest_the_target_is_met_to_a_step(steps: int, limits: RampLimits, dt_s: float) -> None:
    segments = run(steps, limits, dt_s)
    assert abs(steps - sum(segment.pulses for segment in segments)) <= 1
    reached = 0
    for segment in segments:
        reached += segment.pulses
        assert (reached - steps) * math.copysign(1.0, steps) <= 1
        assert abs(segment.rate_hz) <= limits.max_rate_hz


@settings(deadline=None)
@given(st.integers(-20_000, 20_000), limits_of, st.floats(0.005, 0.1))
def test_the_rate_never_jumps_more_than_the_slope_allows(steps: int, limits: RampLimits, dt_s: float) -> None:
    rates = [0.0, *(segment.rate_hz for segment in run(steps, limits, dt_s)), 0.0]
    allowed = rest_rate_hz(limits, dt_s) * (1.0 + 1e-9)
    assert all(abs(after - before) <= allowed for before, after in pairwise(rates))


def test_a_long_move_cruises_at_full_speed_and_lasts_as_a_trapezoid_must() -> None:
    segments = run(50_000, LIMITS, DT)
    assert max(segment.rate_hz for segment in segments) == LIMITS.max_rate_hz
    seconds = sum(segment.pulses / segment.rate_hz for segment in segments)
    ideal = 50_000 / LIMITS.max_rate_hz + LIMITS.max_rate_hz / LIMITS.acceleration_hz_s
    assert seconds == pytest.approx(ideal, rel=0.02)


@given(st.floats(-3846.0, 3846.0), st.floats(-5000.0, 5000.0))
def test_a_new_target_at_any_instant_is_met_by_braking_first(rate_hz: float, remaining: float) -> None:
    segments = run(remaining, LIMITS, DT, rate_hz)
    assert abs(remaining - sum(segment.pulses for segment in segments)) <= 2
    rates = [rate_hz, *(segment.rate_hz for segment in segments)]
    step = LIMITS.acceleration_hz_s * DT
    for before, after in pairwise(rates):
        crossing = before * after < 0.0
        assert abs(after - before) <= step * (2.0 if crossing else 1.0) * (1.0 + 1e-9)


@given(st.floats(-3846.0, 3846.0))
def test_a_stop_runs_down_the_ramp(rate_hz: float) -> None:
    carry, pulses, rate = 0.0, 0, rate_hz
    while (segment := brake_segment(rate, LIMITS, DT, carry)) != REST:
        assert abs(segment.rate_hz) < abs(rate)
        pulses += segment.pulses
        rate, carry = segment.rate_hz, segment.carry
    assert abs(pulses) <= abs(braking_distance(rate_hz, LIMITS.acceleration_hz_s)) + 2


def test_without_end_it_turns_at_full_speed() -> None:
    rate = carry = 0.0
    for _ in range(100):
        segment = next_segment(-math.inf, rate, LIMITS, DT, carry)
        rate, carry = segment.rate_hz, segment.carry
    assert rate == -LIMITS.max_rate_hz
