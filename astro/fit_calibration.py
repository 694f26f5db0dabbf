"""Child process that fits a calibration, proposes what to measure next, and makes the table: JSON in, JSON out.

A process of its own, so that the driver neither loads the numerical libraries nor stands still while they work::

    python -m astro.fit_calibration < request.json
"""

import base64
import json
import math
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, Any

from astro.abaque import AbaquePoint
from astro.angles import difference_deg, normalise_deg
from astro.calibration import CalibrationPoint
from astro.calibration_lines import point_from_json
from astro.calibration_report import CalibrationReport, Proposal, listed, verdict
from astro.calibration_request import PROPOSALS
from astro.errors import ModelError
from astro.geometry import hour_angle_deg
from astro.pier import PierSide

if TYPE_CHECKING:
    from astro.calibration_fit import CalibrationFit

_NO_DOME_MM = 100.0
_OTHER_PLACE_DEG = 0.3
"""Hour angles that differ by more from those that altitude and azimuth lead to were computed for another place."""


def answer(document: dict[str, Any]) -> dict[str, Any]:
    """Do what a request asks.

    Args:
        document: what `calibration_request` made.

    Returns:
        What `CalibrationReport.from_json` reads; with ``"table"``, the bytes of an .xlsx in base64, where asked for.

    Raises:
        ModelError: no dome can be fitted.
    """
    points = [point_from_json(each) for each in document["points"]]
    found, data = calibrate(
        points,
        float(document["latitude_deg"]),
        float(document["radius_m"]),
        int(document["proposals"]),
        table=bool(document["table"]),
    )
    return found.to_json() | ({"table": base64.b64encode(data).decode()} if data else {})


def calibrate(
    points: Sequence[CalibrationPoint],
    latitude_deg: float,
    radius_m: float,
    proposals: int = PROPOSALS,
    *,
    table: bool = False,
) -> tuple[CalibrationReport, bytes]:
    """Fit a calibration and say everything about it.

    Args:
        points: the measurements.
        latitude_deg: of the site, degrees north.
        radius_m: of the dome, metres.
        proposals: how many directions to propose.
        table: make the table, too.

    Returns:
        The report, and the bytes of the table (none unless asked for).

    Raises:
        ModelError: no dome can be fitted, or there is nothing to put in a table.
    """
    from astro.calibration_design import next_directions, predict
    from astro.calibration_fit import fit_calibration, with_sides

    fit = fit_calibration(points, latitude_deg, radius_m)
    prediction = predict(fit)
    fork = bool(points) and all(point.side is PierSide.NONE for point in points)
    report = CalibrationReport(
        count=len(points),
        rms_mm=1000.0 * fit.rms_m,
        noise_mm=1000.0 * fit.noise_m,
        predicted_rms_mm=prediction.rms_mm,
        worst_mm=prediction.worst_mm,
        worst=prediction.worst.words,
        verdict=verdict(len(points), prediction.rms_mm, prediction.worst_mm, 1000.0 * fit.noise_m),
        residuals_mm=tuple(1000.0 * each for each in fit.residuals_m),
        outliers=fit.outliers,
        findings=tuple(_findings(points, fit, latitude_deg)),
        proposals=tuple(
            Proposal(each.altitude_deg, each.azimuth_deg, each.side.label, each.words)
            for each in next_directions(points, fit, proposals, fork)
        ),
        geometry=fit.geometry,
    )
    return report, (_table(with_sides(points, fit), report) if table else b"")


def _findings(points: Sequence[CalibrationPoint], fit: "CalibrationFit", latitude_deg: float) -> list[str]:
    found = []
    turns = [
        abs(difference_deg(each.hour_angle_deg, hour_angle_deg(each.altitude_deg, each.azimuth_deg, latitude_deg)))
        * math.cos(math.radians(each.declination_deg))
        for each in points
    ]
    if turns and median(turns) > _OTHER_PLACE_DEG:
        found.append(
            f"the mount stands at another latitude than {latitude_deg:.2f}°, which the configuration says: correct "
            "site.latitude_deg there, or the place in the mount's settings, and start afresh if it was the mount"
        )
    if fit.sides_swapped:
        found.append(
            "the mount reports the sides of the pier the other way round (west for a tube that is east): set "
            "MOUNT_SIDE_REPORT to Inverted (slaving.mount_side in the configuration)"
        )
    for index in fit.outliers:
        beside = abs(1000.0 * fit.residuals_m[index])
        found.append(f"{place(points, index)} lies {beside:.0f} mm beside what the others say: measure it again")
    for index, side in enumerate(fit.sides):
        if not fit.sides_swapped and side is not points[index].side:
            found.append(
                f"{place(points, index)} was measured with the tube {side.label}: the mount said nothing of it"
            )
    if 1000.0 * fit.rms_m > _NO_DOME_MM:
        found.append(
            f"the points do not look like those of a dome ({1000.0 * fit.rms_m:.0f} mm of scatter): check the "
            "latitude, that the dome's azimuth grows from north through east, and the dome radius in the configuration"
        )
    return found


def place(points: Sequence[CalibrationPoint], index: int) -> str:
    """Name a point for people."""
    point = points[index]
    return f"point {index + 1} (altitude {point.altitude_deg:.0f}°, azimuth {point.azimuth_deg:.0f}°)"


def _table(points: Sequence[CalibrationPoint], report: CalibrationReport) -> bytes:
    from astro.table_write import xlsx_bytes

    kept = [point for index, point in enumerate(points) if index not in report.outliers]
    if not kept:
        raise ModelError("there is nothing to save: no point is recorded yet")
    places: dict[tuple[float, float, PierSide], list[CalibrationPoint]] = {}
    for point in kept:
        places.setdefault((round(point.altitude_deg, 1), round(point.azimuth_deg, 4), point.side), []).append(point)
    rows = [
        AbaquePoint(altitude, azimuth, _mean_deg([each.dome_azimuth_deg for each in same]), "", "", side)
        for (altitude, azimuth, side), same in sorted(places.items(), key=lambda item: item[0][:2])
    ]
    first, last = (_day(pick(point.time_s for point in kept)) for pick in (min, max))
    left_out = [str(index + 1) for index in report.outliers]
    notes = [
        f"{len(kept)} points measured at the telescope from {first} to {last} (UTC).",
        f"Scatter {report.rms_mm:.0f} mm RMS at the slit; {report.verdict}.",
        "Côté / side: W = tube west of the pier (looking east), E = tube east.",
    ]
    if left_out:
        notes.append(f"Left out, because the others contradict them: point {listed(left_out)} of the record.")
    return xlsx_bytes(rows, notes)


def _mean_deg(azimuths_deg: Sequence[float]) -> float:
    """Average readings of one and the same direction."""
    first = azimuths_deg[0]
    mean_deg = first + sum(difference_deg(each, first) for each in azimuths_deg) / len(azimuths_deg)
    return normalise_deg(round(mean_deg, 2))


def _day(time_s: float) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d")


def main() -> int:
    """Run the process.

    Returns:
        Exit code: 0, or 1 after a line ``{"error": text}``.
    """
    try:
        document = answer(json.load(sys.stdin))
    except ModelError as error:
        document = {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - the parent reads this line only; a traceback would be lost on it
        document = {"error": f"the calibration could not be fitted: {type(error).__name__}: {error}"}
    print(json.dumps(document))
    return 1 if "error" in document else 0


if __name__ == "__main__":
    sys.exit(main())
