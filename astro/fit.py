"""Fits the lengths and zeros of a dome to a measured table (abaque-science, sections 2 and 7)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from astro.abaque import Abaque, AbaquePoint
from astro.angles import difference_deg
from astro.errors import ModelError
from astro.fit_report import FitReport, Uncertainty
from astro.fit_review import CANNOT_FIT, OUTLIER_MM, WHAT_TO_CHECK, review, swapped_sides
from astro.fit_uncertainty import uncertainty
from astro.geometry import Geometry
from astro.geometry_array import sights, tube_offsets
from astro.pier import PierSide

Vector = npt.NDArray[np.float64]

SOFT_L1_SCALE_M = 0.040
MIN_POINTS = 12
MIN_BANDS = 3
_LEAST_WEIGHT_M = 0.10
_LEAST_ROOT_M2 = 1e-12
"""Keeps a slope finite where a trial leads the line of sight past the dome, or through its zenith."""
_REWEIGHTINGS = 5
_ZERO_GAIN = 0.15
_SPLIT_POINTS = 8
_SPLITS_TRIED = 3
"""Of the places where the zero may change, those that are worth the whole search after one round."""
_BACKWARD = 0.05
"""A negative tube offset beyond this share of the radius is no uncertainty of a small one."""
_LONGEST = np.array([0.5, 0.5, 0.5, 0.8])
"""Bounds of east, north, up and tube offset as shares of the radius, far beyond any real dome."""


def fit(abaque: Abaque, latitude_deg: float, radius_m: float) -> FitReport:
    """Find the geometry that explains a table best, and what in the table it does not explain.

    Soft-L1 least squares of the distance at the slit. The distance of the slit point from the rotation axis, which
    turns angles into distances, is taken from the previous iterate: left free, the fit would shrink it to nothing.

    Args:
        abaque: the measurements.
        latitude_deg: latitude of the site, degrees north.
        radius_m: radius of the dome, metres; only ratios to it can be observed.

    Returns:
        The geometry, each point's side and residual, figures and findings.

    Raises:
        ModelError: too few measurements, or they do not look like those of a dome; the message says which.
    """
    Geometry(radius_m, 0.0, 0.0, 0.0, 0.0, latitude_deg)  # refuses an impossible radius or latitude
    points = abaque.points
    bands = sorted({point.altitude_deg for point in points})
    if len(points) < MIN_POINTS or len(bands) < MIN_BANDS:
        raise ModelError(
            f"{CANNOT_FIT}: {abaque.source} holds {len(points)} measurements at {len(bands)} altitudes, at least "
            f"{MIN_POINTS} at {MIN_BANDS} altitudes are needed (15 to 20, well spread, give a good fit)"
        )
    sky = _Sky(points, latitude_deg, radius_m)
    normal = np.array([_usual_sign(point) for point in points])
    signs, solution = normal, _solve(sky, normal, None)
    for _ in range(5):
        better = np.where([point.side is not None for point in points], normal, _better_sides(sky, solution, normal))
        if np.array_equal(better, signs):
            break
        signs, solution = better, _solve(sky, better, None)
    solution = _with_zero_shift(sky, signs, solution, bands)
    _refuse_strange_lengths(abaque, solution, radius_m)
    sides = [PierSide(int(sign)) for sign in signs]
    report = review(abaque, sky.geometry(solution), sides, [PierSide(int(sign)) for sign in normal])
    findings = report.findings
    states_sides = any(point.side is not None for point in points)
    if states_sides and report.geometry.tube_offset_m < -_BACKWARD * radius_m:
        # No tube hangs on the far side of its counterweight.
        findings = (swapped_sides(abaque, "the model follows them with a negative tube offset"), *findings)
    return replace(report, findings=findings, uncertainty=_uncertainty(sky, solution, signs))


def _usual_sign(point: AbaquePoint) -> float:
    """Give the sign of the side that a table states, else of the one that its azimuth suggests."""
    if point.side is not None:
        return float(point.side.sign)
    return 1.0 if point.azimuth_deg <= 180.0 else -1.0


class _Sky:
    """The pointings of a table as arrays, and the geometry of section 2 over them."""

    def __init__(self, points: Sequence[AbaquePoint], latitude_deg: float, radius_m: float) -> None:
        self.latitude_deg = latitude_deg
        self.radius_m = radius_m
        self.altitudes_deg = np.array([point.altitude_deg for point in points])
        self.measured = np.radians([point.dome_azimuth_deg for point in points])
        self.sight = sights(self.altitudes_deg, [point.azimuth_deg for point in points])
        self.offset = tube_offsets(self.sight, latitude_deg)

    def slit(self, lengths: Vector, signs: Vector) -> Vector:
        """Give the slit points (3 rows) for (east, north, up, tube offset)."""
        centre = lengths[:3, None] + signs * lengths[3] * self.offset
        along = np.sum(self.sight * centre, axis=0)
        square = along**2 - np.sum(centre**2, axis=0) + self.radius_m**2
        return np.asarray(centre + (np.sqrt(np.maximum(square, 0.0)) - along) * self.sight)

    def ramp(self, split: tuple[float, float] | None) -> Vector:
        """Give the share of the high zero at each point."""
        if split is None:
            return np.zeros_like(self.altitudes_deg)
        t = np.clip((self.altitudes_deg - split[0]) / (split[1] - split[0]), 0.0, 1.0)
        return np.asarray(t * t * (3.0 - 2.0 * t))

    def errors(self, solution: "_Solution", signs: Vector) -> tuple[Vector, Vector]:
        """Give measured minus modelled azimuth (radians, any turn) and the slit's distance from the axis (metres)."""
        return self.errors_of(solution.parameters, solution.split, signs)

    def errors_of(self, parameters: Vector, split: tuple[float, float] | None, signs: Vector) -> tuple[Vector, Vector]:
        x, y, _ = self.slit(parameters[:4], signs)
        zero = parameters[4] + (parameters[-1] - parameters[4]) * self.ramp(split)
        return self.measured - np.arctan2(x, y) - zero, np.hypot(x, y)

    def slopes_of(self, parameters: Vector, split: tuple[float, float] | None, signs: Vector) -> tuple[Vector, Vector]:
        """Give the errors of ``errors_of`` and their derivatives, a row for each point, a column for each parameter."""
        centre = parameters[:3, None] + signs * parameters[3] * self.offset
        along = np.sum(self.sight * centre, axis=0)
        root = np.sqrt(np.maximum(along**2 - np.sum(centre**2, axis=0) + self.radius_m**2, _LEAST_ROOT_M2))
        x, y, _ = centre + (root - along) * self.sight
        ramp = self.ramp(split)
        errors = self.measured - np.arctan2(x, y) - parameters[4] - (parameters[-1] - parameters[4]) * ramp
        # A length shifts the foot of the line of sight; how far the line then reaches follows from the sphere.
        shifts = [np.eye(3)[axis][:, None] for axis in range(3)] + [signs * self.offset]
        square = np.maximum(x**2 + y**2, _LEAST_ROOT_M2)
        columns = []
        for shift in shifts:
            forward = np.sum(self.sight * shift, axis=0)
            reach = (along * forward - np.sum(centre * shift, axis=0)) / root - forward
            moved = shift + reach * self.sight
            columns.append((x * moved[1] - y * moved[0]) / square)
        columns += [np.full_like(ramp, -1.0)] if split is None else [ramp - 1.0, -ramp]
        return errors, np.stack(columns, axis=1)

    def geometry(self, solution: "_Solution") -> Geometry:
        east, north, up, offset = (float(value) for value in solution.parameters[:4])
        low = high = difference_deg(math.degrees(solution.parameters[4]), 0.0)
        if solution.split is not None:
            high = low + difference_deg(math.degrees(solution.parameters[5]), low)
        low_ramp, high_ramp = solution.split or (0.0, 0.0)
        return Geometry(self.radius_m, east, north, up, offset, self.latitude_deg, low, high, low_ramp, high_ramp)


@dataclass(frozen=True, slots=True)
class _Solution:
    parameters: Vector
    """East, north, up, tube offset in metres; low zero in radians; the high zero, too, where there is a split."""
    split: tuple[float, float] | None
    cost: float


def _solve(
    sky: _Sky,
    signs: Vector,
    split: tuple[float, float] | None,
    start: _Solution | None = None,
    reweightings: int = _REWEIGHTINGS,
) -> _Solution:
    if start is None:
        # Proportions of a usual dome; its zero is the mean direction of what these leave over.
        lengths = np.array([0.0, 0.04, -0.08, 0.33]) * sky.radius_m
        error, rho = sky.errors_of(np.append(lengths, 0.0), None, signs)
        zero = math.atan2(float(np.sum(rho * np.sin(error))), float(np.sum(rho * np.cos(error))))
        parameters = np.append(lengths, zero)
    else:
        parameters = start.parameters
    if split is not None:
        parameters = np.append(parameters[:5], parameters[4])
    bound = np.append(_LONGEST * sky.radius_m, np.full(len(parameters) - 4, np.inf))

    result: Any = None
    for _ in range(reweightings):
        weight = np.maximum(sky.errors_of(parameters, split, signs)[1], _LEAST_WEIGHT_M)

        def residuals(trial: Vector, weight: Vector = weight) -> Vector:
            return np.asarray(2.0 * weight * np.sin(sky.errors_of(trial, split, signs)[0] / 2.0))

        def slopes(trial: Vector, weight: Vector = weight) -> Vector:
            error, slope = sky.slopes_of(trial, split, signs)
            return np.asarray((weight * np.cos(error / 2.0))[:, None] * slope)

        try:
            result = least_squares(
                residuals, parameters, slopes, loss="soft_l1", f_scale=SOFT_L1_SCALE_M, bounds=(-bound, bound)
            )
        except (ValueError, np.linalg.LinAlgError) as error:
            raise ModelError(f"{CANNOT_FIT}: the least-squares search broke down ({error})") from error
        parameters = np.asarray(result.x)
    return _Solution(parameters, split, float(result.cost))


def slit_residuals(errors: Vector, slopes: Vector, weight_m: Vector) -> tuple[Vector, Vector]:
    """Turn azimuth errors into the distances at the slit that a fit makes small, the weights held.

    Args:
        errors: measured minus modelled azimuths, radians, any turn.
        slopes: their derivatives by the parameters, a row for each point.
        weight_m: distances of the slit points from the rotation axis, metres.

    Returns:
        Distances, metres, and their derivatives.
    """
    return 2.0 * weight_m * np.sin(errors / 2.0), (weight_m * np.cos(errors / 2.0))[:, None] * slopes


def _uncertainty(sky: _Sky, solution: _Solution, signs: Vector) -> Uncertainty:
    errors, slopes = sky.slopes_of(solution.parameters, solution.split, signs)
    weight = np.maximum(sky.errors(solution, signs)[1], _LEAST_WEIGHT_M)
    residuals, jacobian = slit_residuals(errors, slopes, weight)
    return uncertainty(residuals, jacobian, SOFT_L1_SCALE_M, sky.geometry(solution))


def _better_sides(sky: _Sky, solution: _Solution, normal: Vector) -> Vector:
    """Move the points that the other side explains at least three times better, where the normal side fails."""
    distances = []
    for signs in (normal, -normal):
        error, rho = sky.errors(solution, signs)
        distances.append(2000.0 * rho * np.abs(np.sin(error / 2.0)))
    own, other = distances
    return np.where((own > OUTLIER_MM) & (other < own / 3.0), -normal, normal)


def _with_zero_shift(sky: _Sky, signs: Vector, single: _Solution, bands: Sequence[float]) -> _Solution:
    """Look for two neighbouring bands between which the zero changes; keep one zero unless that clearly helps."""
    roughly = []
    for split in pairwise(bands):
        below = int(np.count_nonzero(sky.altitudes_deg <= split[0]))
        if min(below, len(signs) - below) >= _SPLIT_POINTS:
            roughly.append(_solve(sky, signs, split, single, reweightings=1))
    roughly.sort(key=lambda trial: trial.cost)
    thoroughly = [_solve(sky, signs, trial.split, single) for trial in roughly[:_SPLITS_TRIED]]
    best = min([single, *thoroughly], key=lambda trial: trial.cost)
    # With few points a further parameter always gains something: ask for more than that.
    gain = max(_ZERO_GAIN, 1.0 - math.exp(-12.0 / len(signs)))
    return best if best.cost <= (1.0 - gain) * single.cost else single


def _refuse_strange_lengths(abaque: Abaque, solution: _Solution, radius_m: float) -> None:
    """Refuse a search that ran into its bounds.

    That happens where nothing fits: a mount near the dome's zenith makes every distance at the slit small, and would
    pass for a good fit.
    """
    shares = solution.parameters[:4] / radius_m
    if np.any(np.abs(shares) > 0.98 * _LONGEST):
        names = ("east", "north", "up", "tube offset")
        found = ", ".join(f"{name} {share * radius_m:.2f} m" for name, share in zip(names, shares, strict=True))
        raise ModelError(
            f"{CANNOT_FIT}: the measurements of {abaque.source} lead to a mount that no dome of radius {radius_m:g} m "
            f"holds ({found}); {WHAT_TO_CHECK}"
        )
