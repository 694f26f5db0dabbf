"""Where the telescope points, as every dome model wants to know it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pointing:
    """A direction on the local sky."""

    altitude_deg: float
    """Height above the horizon, degrees."""
    azimuth_deg: float
    """From north through east, degrees; any turn."""
    hour_angle_deg: float | None = None
    """The mount's own hour angle, degrees, positive to the west. Only used within half a degree of the celestial pole,
    where altitude and azimuth no longer tell how the tube hangs."""
