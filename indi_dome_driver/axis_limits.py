"""The tolerances of the axis."""

from dataclasses import dataclass, field

from indi_dome_driver.motion_guard import GuardLimits


@dataclass(frozen=True, slots=True)
class AxisLimits:
    """What counts as arrived, as lost and as wrong."""

    tolerance_deg: float = 0.05
    """Largest distance from the target that counts as arrived, degrees."""
    max_corrections: int = 3
    """Further moves allowed when the first missed the target."""
    settle_s: float = 0.2
    """How long the encoder must be still to call the dome at rest, seconds."""
    unrest_s: float = 3.0
    """How long to wait for that, seconds."""
    encoder_timeout_s: float = 0.25
    """Silence of the encoder that counts as lost, seconds."""
    guard: GuardLimits = field(default_factory=GuardLimits)
    """How far pulses and encoder may differ."""
