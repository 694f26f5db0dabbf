"""What the process that fits calibrations is asked, as plain JSON: whoever asks needs no numerical library."""

from collections.abc import Sequence
from typing import Any

from astro.calibration import CalibrationPoint
from astro.calibration_lines import point_to_json

PROPOSALS = 3


def calibration_request(
    points: Sequence[CalibrationPoint],
    latitude_deg: float,
    radius_m: float,
    proposals: int = PROPOSALS,
    *,
    table: bool = False,
) -> dict[str, Any]:
    """Write a request.

    Args:
        points: the measurements.
        latitude_deg: of the site, degrees north.
        radius_m: of the dome, metres.
        proposals: how many directions to propose.
        table: make the table, too.

    Returns:
        The document for the standard input of ``python -m astro.fit_calibration``.
    """
    return {
        "points": [point_to_json(each) for each in points],
        "latitude_deg": latitude_deg,
        "radius_m": radius_m,
        "proposals": proposals,
        "table": table,
    }
