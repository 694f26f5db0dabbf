"""Repeats a fit without some of its points, fast: from the full solution a few Newton steps lead to the smaller one."""

import numpy as np
import numpy.typing as npt

from astro.fit import _LEAST_WEIGHT_M, SOFT_L1_SCALE_M, _Sky, _Solution, slit_residuals
from astro.fit_report import FitReport
from astro.geometry import Geometry

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_STEPS = 30
_SMALL = 1e-7
"""Metres or radians: a step below it ends the search."""


class Refit:
    """A fitted table that can be fitted again with points left out; sides and the altitude of a zero shift are kept."""

    def __init__(self, report: FitReport) -> None:
        """Take over a solution.

        Args:
            report: the fit of the whole table.
        """
        geometry = report.geometry
        self._sky = _Sky([each.point for each in report.points], geometry.latitude_deg, geometry.radius_m)
        self._signs = np.array([float(each.side.sign) for each in report.points])
        lengths = (geometry.east_m, geometry.north_m, geometry.up_m, geometry.tube_offset_m)
        self._split: tuple[float, float] | None = None
        zeros = [np.radians(geometry.zero_low_deg)]
        if geometry.zero_low_deg != geometry.zero_high_deg:
            self._split = (geometry.ramp_low_deg, geometry.ramp_high_deg)
            zeros.append(np.radians(geometry.zero_high_deg))
        self._start = np.array([*lengths, *zeros])

    def without(self, left_out: Mask) -> Geometry:
        """Fit the points that remain: the same loss and weights as ``astro.fit``, each step weighted anew.

        Args:
            left_out: True for each point that the fit must not see.

        Returns:
            The geometry.
        """
        kept = ~left_out
        start, split = self._start, self._split
        if split is not None:
            share = self._sky.ramp(split)[kept]
            if not np.any(share > 0.0) or not np.any(share < 1.0):
                # One of the two zeros rests on points left out only: what remains knows but one.
                start, split = np.delete(start, 5 if not np.any(share > 0.0) else 4), None
        return self._sky.geometry(_Solution(self._search(start, split, kept), split, 0.0))

    def _search(self, parameters: Vector, split: tuple[float, float] | None, kept: Mask) -> Vector:
        for _ in range(_STEPS):
            errors, slopes = self._sky.slopes_of(parameters, split, self._signs)
            rho = self._sky.errors_of(parameters, split, self._signs)[1]
            weight = np.maximum(rho, _LEAST_WEIGHT_M)
            residuals, jacobian = slit_residuals(errors[kept], slopes[kept], weight[kept])
            square = 1.0 + (residuals / SOFT_L1_SCALE_M) ** 2
            slope = jacobian.T @ (residuals / np.sqrt(square))
            curvature = jacobian.T @ (jacobian * (square**-1.5)[:, None])
            step = np.linalg.lstsq(curvature, slope, rcond=1e-12)[0]
            parameters = parameters - step
            if np.max(np.abs(step)) < _SMALL:
                break
        return parameters
