"""Fits the lengths and the zero of a dome to a handful of measurements, and tells how well they determine it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from astro.angles import difference_deg
from astro.calibration import CalibrationPoint
from astro.errors import ModelError
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.slit_gradient import SlitGradient, Vector

Mask = npt.NDArray[np.bool_]

NOISE_M = 0.020
"""Scatter of a slit centred by eye, 1 sigma at the slit (abaque-science, section 2)."""
NOISE_WORTH = 5.0
"""How many measurements the figure above counts for beside the scatter of the points themselves."""
OUTLIER_M = 0.100
_SOFT_L1_SIGMAS = 2.0
_LEAST_WEIGHT_M = 0.10
_REWEIGHTINGS = 5
_OUTLIER_SIGMAS = 4.5
_MIN_KEPT = 5
_MOST_OUTLIERS = 0.25
_SWAP_GAIN = 3.0
_SWAP_POINTS = 3
_ENOUGH_FOR_SCATTER = 8
_LONGEST = np.array([0.5, 0.5, 0.5, 0.8])
"""Bounds of east, north, up and tube offset as shares of the radius, far beyond any real dome."""
_ZERO_SIGMA = 2.0 * math.pi


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of the lengths before anything is measured; of the zero, nothing."""

    lengths_m: tuple[float, float, float, float]
    """East, north, up, tube offset, metres."""
    sigmas_m: tuple[float, float, float, float]

    @classmethod
    def usual(cls, radius_m: float) -> Self:
        """Believe in the proportions of a usual dome, loosely: a dozen points override it."""
        mean, sigma = (0.0, 0.04, -0.08, 0.33), (0.05, 0.10, 0.15, 0.15)
        scaled = [tuple(share * radius_m for share in shares) for shares in (mean, sigma)]
        return cls(*scaled)  # type: ignore[arg-type]

    @classmethod
    def of(cls, geometry: Geometry, share: float = 0.03) -> Self:
        """Believe in a geometry that served until now.

        Args:
            geometry: fitted to an older table of the same dome.
            share: how far each length may be off, 1 sigma, as a share of the radius.
        """
        lengths = (geometry.east_m, geometry.north_m, geometry.up_m, geometry.tube_offset_m)
        sigma = share * geometry.radius_m
        return cls(lengths, (sigma, sigma, sigma, sigma))


@dataclass(frozen=True, slots=True)
class CalibrationFit:
    """The geometry that explains the measurements, and how far it can be trusted."""

    geometry: Geometry
    covariance: Vector
    """5 x 5, of east, north, up, tube offset (metres) and zero (radians)."""
    noise_m: float
    """Scatter of one measurement at the slit, 1 sigma, metres: expectation and experience together."""
    residuals_m: tuple[float, ...]
    """Measured minus fitted, at the slit, for every point; positive clockwise."""
    sides: tuple[PierSide, ...]
    """On which side the tube was, as the fit sees it."""
    outliers: tuple[int, ...]
    """Places of the points that were left out because the others contradict them."""
    sides_swapped: bool
    """The mount reports west where the tube is east, and the other way round."""

    @property
    def rms_m(self) -> float:
        """Give the scatter of the points that count, metres."""
        kept = [each for index, each in enumerate(self.residuals_m) if index not in self.outliers]
        return math.sqrt(sum(each * each for each in kept) / len(kept)) if kept else 0.0

    @property
    def lengths_m(self) -> Vector:
        """Give east, north, up and tube offset, metres."""
        geometry = self.geometry
        return np.array([geometry.east_m, geometry.north_m, geometry.up_m, geometry.tube_offset_m])


def fit_calibration(
    points: Sequence[CalibrationPoint], latitude_deg: float, radius_m: float, prior: Prior | None = None
) -> CalibrationFit:
    """Find the geometry that explains a few measurements best.

    Soft-L1 least squares of the distance at the slit, with one zero, the side that the mount reported, and a prior on
    the lengths; the distance of the slit point from the rotation axis is frozen as in `astro.fit`. Points that all
    others contradict are left out one by one. The covariance is that of the linearised problem; its scale joins the
    expected scatter (20 mm) with the scatter found.

    Args:
        points: any number, also none: the answer is then the prior.
        latitude_deg: latitude of the site, degrees north.
        radius_m: radius of the dome, metres.
        prior: what is believed of the lengths; the usual proportions if None.

    Returns:
        The geometry with its uncertainty.

    Raises:
        ModelError: radius or latitude are impossible, or no dome explains the points.
    """
    Geometry(radius_m, 0.0, 0.0, 0.0, 0.0, latitude_deg)  # refuses an impossible radius or latitude
    problem = _Problem(points, latitude_deg, radius_m, prior or Prior.usual(radius_m))
    sides = [point.side for point in points]
    used = np.ones(len(points), dtype=bool)
    best, swapped = problem.solve(sides, used), False
    known = [point.side for point in points if point.side_is_known]
    if min(known.count(PierSide.WEST), known.count(PierSide.EAST)) >= _SWAP_POINTS:
        # With the sides exchanged the same points follow from a negative tube offset; which of both it is, the prior
        # knows: no tube hangs on the far side of its counterweight.
        mirrored = problem.solve([_other(side) for side in sides], used)
        if mirrored.cost < best.cost - _SWAP_GAIN and mirrored.tube_offset_m > 0.0:
            best, swapped = mirrored, True
    best = _with_better_sides(problem, points, best, used)
    while used.sum() > max(_MIN_KEPT, (1.0 - _MOST_OUTLIERS) * len(points)):
        worst = best.worst(used)
        if worst is None:
            break
        used[worst] = False
        best = problem.solve(best.sides, used)
    return best.report(used, swapped)


class _Problem:
    """The measurements and the prior as a least-squares problem."""

    def __init__(self, points: Sequence[CalibrationPoint], latitude_deg: float, radius_m: float, prior: Prior) -> None:
        self.latitude_deg, self.radius_m = latitude_deg, radius_m
        self.pointings = [Pointing(each.altitude_deg, each.azimuth_deg, each.hour_angle_deg) for each in points]
        self.measured = np.radians([each.dome_azimuth_deg for each in points])
        self.mean = np.array(prior.lengths_m)
        self.sigma = np.array(prior.sigmas_m)

    def solve(self, sides: Sequence[PierSide], used: Mask) -> "_Solution":
        """Fit with given sides to the points in use."""
        sky = SlitGradient(self.pointings, sides, self.latitude_deg, self.radius_m)
        count = len(self.pointings)
        azimuth, rho = sky.slit(self.mean)
        pull = used * rho
        error = self.measured - azimuth
        zero = math.atan2(float(np.sum(pull * np.sin(error))), float(np.sum(pull * np.cos(error))))
        x = np.append(self.mean, zero)
        bound = np.append(_LONGEST * self.radius_m, np.inf)
        cost = 0.0

        def loss(z: Vector) -> Vector:
            """Soft-L1 for the measurements, plain squares for the prior."""
            root = np.sqrt(1.0 + z[:count])
            rho = np.ones((3, len(z)))
            rho[0], rho[2] = z, 0.0
            rho[:, :count] = 2.0 * (root - 1.0), 1.0 / root, -0.5 / root**3
            return rho

        for _ in range(_REWEIGHTINGS if count else 0):
            weight = used * np.maximum(sky.slit(x[:4])[1], _LEAST_WEIGHT_M) / NOISE_M

            def residuals(trial: Vector, weight: Vector = weight) -> Vector:
                error = self.measured - sky.slit(trial[:4])[0] - trial[4]
                return np.append(2.0 * weight * np.sin(error / 2.0), (trial[:4] - self.mean) / self.sigma)

            def jacobian(trial: Vector, weight: Vector = weight) -> Vector:
                azimuth, rho = sky.slit(trial[:4])
                error = self.measured - azimuth - trial[4]
                slope = -(weight * np.cos(error / 2.0) / np.maximum(rho, 1e-9))[:, None] * sky.lateral(trial[:4])
                return np.vstack([slope, np.append(np.diag(1.0 / self.sigma), np.zeros((4, 1)), axis=1)])

            try:
                result = least_squares(
                    residuals,
                    np.clip(x, -0.999 * bound, 0.999 * bound),
                    jac=jacobian,
                    loss=loss,
                    f_scale=_SOFT_L1_SIGMAS,
                    bounds=(-bound, bound),
                    x_scale=np.append(self.sigma, 1.0),
                )
            except (ValueError, np.linalg.LinAlgError) as error:
                raise ModelError(f"the measurements cannot be fitted: the search broke down ({error})") from error
            moved = float(np.max(np.abs(result.x - x)))
            x, cost = np.asarray(result.x), float(result.cost)
            if moved < 1e-7:
                break
        return _Solution(self, sky, tuple(sides), x, cost, used)


class _Solution:
    """One fit, with what follows from it."""

    def __init__(
        self, problem: _Problem, sky: SlitGradient, sides: tuple[PierSide, ...], x: Vector, cost: float, used: Mask
    ) -> None:
        self.sides, self.cost = sides, cost
        self._problem, self._x = problem, x
        azimuth, rho = sky.slit(x[:4])
        self.residuals_m: Vector = np.asarray(2.0 * rho * np.sin((problem.measured - azimuth - x[4]) / 2.0))
        slopes = sky.lateral(x[:4])
        prior = np.diag(np.append(1.0 / problem.sigma**2, 1.0 / _ZERO_SIGMA**2))
        kept = slopes[np.flatnonzero(used)]
        information = kept.T @ kept / NOISE_M**2 + prior
        self.covariance: Vector = np.asarray(np.linalg.inv(information))
        # How much each point pulls the fit to itself: what it leaves over is smaller than what it is wrong by.
        pull = np.einsum("ij,jk,ik->i", slopes, self.covariance, slopes) / NOISE_M**2
        self.freedom: Vector = np.asarray(np.maximum(1.0 - pull, 0.02))

    def residuals_with(self, sides: Sequence[PierSide]) -> Vector:
        """Give what the same lengths leave over with the tube on other sides, metres."""
        problem = self._problem
        azimuth, rho = SlitGradient(problem.pointings, sides, problem.latitude_deg, problem.radius_m).slit(self._x[:4])
        return np.asarray(2.0 * rho * np.sin((problem.measured - azimuth - self._x[4]) / 2.0))

    @property
    def tube_offset_m(self) -> float:
        """Give the tube offset of this fit, metres."""
        return float(self._x[3])

    def _scatter_m(self, used: Mask) -> float:
        """Estimate the scatter so that outliers do not count: a careless hand has none, it is just careless."""
        count = int(used.sum())
        if count < _ENOUGH_FOR_SCATTER:
            return NOISE_M
        median = float(np.median(np.abs(self.residuals_m[used])))
        return max(NOISE_M, 1.4826 * median)

    def worst(self, used: Mask) -> int | None:
        """Find the point in use that the others contradict most, or None if they contradict none."""
        if not used.any():
            return None
        missed = np.abs(self.residuals_m) / self.freedom
        sigmas = np.abs(self.residuals_m) / (self._scatter_m(used) * np.sqrt(self.freedom))
        suspects = used & (missed > OUTLIER_M) & (sigmas > _OUTLIER_SIGMAS)
        return int(np.argmax(np.where(suspects, sigmas, -1.0))) if suspects.any() else None

    def report(self, used: Mask, swapped: bool) -> CalibrationFit:
        """Put the result in words of the dome."""
        east, north, up, offset = (float(each) for each in self._x[:4])
        problem = self._problem
        zero = difference_deg(math.degrees(self._x[4]), 0.0)
        geometry = Geometry(problem.radius_m, east, north, up, offset, problem.latitude_deg, zero, zero)
        square = float(np.sum(self.residuals_m[used] ** 2))
        freedom = float(np.sum(self.freedom[used]))
        noise = math.sqrt((NOISE_WORTH * NOISE_M**2 + square) / (NOISE_WORTH + freedom))
        return CalibrationFit(
            geometry=geometry,
            covariance=self.covariance * max(1.0, (noise / NOISE_M) ** 2),
            noise_m=noise,
            residuals_m=tuple(float(each) for each in self.residuals_m),
            sides=self.sides,
            outliers=tuple(int(each) for each in np.flatnonzero(~used)),
            sides_swapped=swapped,
        )


def _with_better_sides(
    problem: _Problem, points: Sequence[CalibrationPoint], solution: _Solution, used: Mask
) -> _Solution:
    """Move points whose side nobody saw, where the other side explains them and the assumed one does not."""
    for _ in range(3):
        mirrored = [
            side if point.side_is_known else _other(side) for side, point in zip(solution.sides, points, strict=True)
        ]
        here, there = np.abs(solution.residuals_m), np.abs(solution.residuals_with(mirrored))
        better = (here > OUTLIER_M) & (there < here / 3.0)
        if not better.any():
            break
        sides = [far if move else near for far, near, move in zip(mirrored, solution.sides, better, strict=True)]
        trial = problem.solve(sides, used)
        if trial.cost >= solution.cost:
            break
        solution = trial
    return solution


def _other(side: PierSide) -> PierSide:
    return PierSide(-side.sign)


def with_sides(points: Sequence[CalibrationPoint], fit: CalibrationFit) -> list[CalibrationPoint]:
    """Give the points with the sides that the fit found.

    Args:
        points: those that were fitted.
        fit: their fit.

    Returns:
        The same points; where the fit moved one, its source says so.
    """
    return [
        point if point.side is side else replace(point, side=side, side_source="the fit")
        for point, side in zip(points, fit.sides, strict=True)
    ]
