"""The dome's mechanics: how steps, encoder counts and degrees of dome relate."""

import math
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Mechanics:
    """Describe the drive train, the encoder wheel and the home switch of one dome.

    The defaults are those of the reference observatory.

    Raises:
        ValueError: a figure cannot describe a dome; the message names the field, the value and what would be right.
    """

    steps_per_turn_motor: int = 200
    """Full steps per turn of the motor shaft."""
    microsteps: int = 4
    """Pulses per full step, as set on the drive."""
    gear_ratio: float = 2230.0
    """Motor turns per dome turn by design."""
    gear_correction: float = 1.08849
    """Measured ratio over designed ratio."""
    step_interval_us: float = 260.0
    """Shortest time between two pulses, microseconds: the full speed."""
    acceleration_steps_s2: float = 6000.0
    """Slope of the ramps, steps/s per second; full speed after about two thirds of a second."""
    motor_sign: int = 1
    """+1 where DIR high turns the dome clockwise, else -1; only the backend that owns the pin uses it."""
    encoder_wheel_mm: float = 50.0
    """Diameter of the friction wheel on the encoder's shaft, millimetres."""
    encoder_ring_mm: float = 2303.0
    """Diameter of the ring that the wheel rolls on, millimetres."""
    encoder_counts_per_turn: int = 1024
    """Counts per turn of the encoder's shaft."""
    encoder_sign: int = 1
    """+1 where the count grows as the dome turns clockwise, else -1."""
    home_azimuth_deg: float = 45.0
    """Azimuth at the middle of the home switch's cam, degrees."""
    home_width_deg: float = 2.0
    """Arc over which the switch is closed, degrees."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name.endswith("_sign"):
                if value not in (1, -1):
                    raise ValueError(f"{field.name} = {value!r}: must be 1 or -1")
            elif field.name == "home_azimuth_deg":
                if not 0.0 <= value < 360.0:
                    raise ValueError(f"{field.name} = {value!r}: must lie in 0 <= azimuth < 360 degrees")
            elif not (math.isfinite(value) and value > 0):
                raise ValueError(f"{field.name} = {value!r}: must be greater than 0")

    @property
    def steps_per_dome_turn(self) -> float:
        """Give the pulses for one whole turn of the dome."""
        return self.steps_per_turn_motor * self.microsteps * self.gear_ratio * self.gear_correction

    @property
    def steps_per_deg(self) -> float:
        """Give the pulses per degree of dome."""
        return self.steps_per_dome_turn / 360.0

    @property
    def counts_per_deg(self) -> float:
        """Give the encoder counts per degree of dome (the wheel rolls: ring over wheel turns per dome turn)."""
        return self.encoder_ring_mm / self.encoder_wheel_mm * self.encoder_counts_per_turn / 360.0

    @property
    def max_rate_steps_s(self) -> float:
        """Give the full speed in pulses per second."""
        return 1e6 / self.step_interval_us

    @property
    def max_rate_deg_s(self) -> float:
        """Give the full speed in degrees of dome per second."""
        return self.max_rate_steps_s / self.steps_per_deg
