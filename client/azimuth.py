"""Azimuths as people type and read them."""

import math
import re

from astro.angles import normalise_deg

_PLAIN = re.compile(r"\d+(\.\d*)?|\.\d+")
_SEXAGESIMAL = re.compile(r"(\d+):([0-5]?\d)(?::([0-5]?\d(?:\.\d*)?))?")


def parse_azimuth(text: str) -> float:
    """Read an azimuth.

    Args:
        text: decimal degrees (`123.5`) or degrees, minutes and seconds of arc (`123:30:00`), 0 to 360.

    Returns:
        Degrees, 0 <= value < 360.

    Raises:
        ValueError: not an azimuth; the message says what would be.
    """
    stripped = text.strip().removesuffix("°")
    if _PLAIN.fullmatch(stripped):
        value_deg = float(stripped)
    elif fields := _SEXAGESIMAL.fullmatch(stripped):
        degrees, minutes, seconds = fields.groups()
        value_deg = int(degrees) + int(minutes) / 60.0 + float(seconds or 0) / 3600.0
    else:
        raise ValueError(f"{text!r} is not an azimuth: give degrees as 123.5 or 123:30:00")
    if not math.isfinite(value_deg) or value_deg > 360.0:
        raise ValueError(f"{text!r} is beyond the circle: give an azimuth from 0 (north) through 90 (east) to 360")
    return normalise_deg(value_deg)


def format_azimuth(azimuth_deg: float | None) -> str:
    """Write an azimuth with the tenth of a degree that matters for a dome."""
    return "unknown" if azimuth_deg is None else f"{normalise_deg(round(azimuth_deg, 1)):.1f}°"
