"""Angles on a circle: the one place where an azimuth wraps."""

import math


def normalise_deg(angle_deg: float) -> float:
    """Bring an azimuth into [0, 360).

    Args:
        angle_deg: any finite angle, degrees.

    Returns:
        The same direction, degrees, 0 <= value < 360.
    """
    wrapped = math.fmod(angle_deg, 360.0)
    if wrapped < 0.0:
        wrapped += 360.0
    # -1e-20 + 360 rounds to 360 itself, which is 0 on a circle.
    return 0.0 if wrapped >= 360.0 else wrapped


def difference_deg(target_deg: float, origin_deg: float) -> float:
    """Measure the shortest turn that leads from one direction to another.

    Args:
        target_deg: where to, degrees.
        origin_deg: where from, degrees.

    Returns:
        Signed turn, degrees, in (-180, 180]; positive is clockwise seen from above (north through east).
    """
    turn = normalise_deg(target_deg - origin_deg)
    return turn - 360.0 if turn > 180.0 else turn
