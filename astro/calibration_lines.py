"""Entries of a calibration record as lines of JSON, one entry a line, so that a record only ever grows."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from astro.angles import normalise_deg
from astro.calibration import CalibrationEvent, CalibrationPoint
from astro.pier import PierSide

_ANGLES = ("altitude_deg", "azimuth_deg", "hour_angle_deg", "declination_deg", "dome_azimuth_deg")


def to_line(event: CalibrationEvent) -> str:
    """Write an entry.

    Args:
        event: the entry.

    Returns:
        One line, without its end.
    """
    written = datetime.fromtimestamp(event.time_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    document: dict[str, Any] = {"event": event.kind, "utc": written, "time_s": round(event.time_s, 3)}
    if event.point is not None:
        document |= point_to_json(event.point)
    return json.dumps(document, ensure_ascii=False)


def from_line(line: str) -> CalibrationEvent:
    """Read an entry.

    Args:
        line: what `to_line` wrote.

    Returns:
        The entry.

    Raises:
        ValueError: the line is damaged, or none of ours; the message says in what.
    """
    try:
        document = json.loads(line)
        kind, time_s = document["event"], float(document["time_s"])
        if kind not in ("point", "undo", "new") or not math.isfinite(time_s):
            raise ValueError(f"event {kind!r} at {time_s}")
        return CalibrationEvent(kind, time_s, point_from_json(document) if kind == "point" else None)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def point_to_json(point: CalibrationPoint) -> dict[str, Any]:
    """Write a point as JSON types.

    Args:
        point: the measurement.

    Returns:
        What `point_from_json` reads.
    """
    return {
        "time_s": round(point.time_s, 3),
        **{name: round(getattr(point, name), 5) for name in _ANGLES},
        "side": point.side.name,
        "side_source": point.side_source,
        "note": point.note,
    }


def point_from_json(document: Mapping[str, Any]) -> CalibrationPoint:
    """Read a point.

    Args:
        document: what `point_to_json` made.

    Returns:
        The point.

    Raises:
        ValueError: a value makes no sense.
        KeyError, TypeError: there is something missing.
    """
    altitude, azimuth, hour_angle, declination, dome = (float(document[name]) for name in _ANGLES)
    time_s = float(document["time_s"])
    if not all(map(math.isfinite, (altitude, azimuth, hour_angle, declination, dome, time_s))):
        raise ValueError("a number that is not finite")
    if not (-90.0 <= altitude <= 90.0 and -90.0 <= declination <= 90.0):
        raise ValueError(f"altitude {altitude:g}, declination {declination:g}")
    return CalibrationPoint(
        time_s=time_s,
        altitude_deg=altitude,
        azimuth_deg=normalise_deg(azimuth),
        hour_angle_deg=hour_angle,
        declination_deg=declination,
        side=PierSide[str(document["side"])],
        side_source=str(document["side_source"]),
        dome_azimuth_deg=normalise_deg(dome),
        note=str(document.get("note", "")),
    )
