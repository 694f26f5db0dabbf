"""How well a table determines the lengths and zeros of a dome."""

from math import degrees, inf, sqrt

import numpy as np
import numpy.typing as npt

from astro.fit_report import Parameter, Uncertainty
from astro.geometry import Geometry

Vector = npt.NDArray[np.float64]

_SINGULAR = 1e-12


def uncertainty(residuals_m: Vector, jacobian: Vector, scale_m: float, geometry: Geometry) -> Uncertainty:
    """Estimate standard uncertainties and correlations at the solution of a soft-L1 fit.

    The sandwich of robust estimation (Huber, Robust Statistics, section 6.3): inverse curvature, times the scatter of
    the points' pulls on the solution, times inverse curvature. It takes the scatter from the residuals themselves, so
    that a few gross errors neither count as scatter nor pass unnoticed, and needs no equal noise at every point.

    Args:
        residuals_m: distances at the slit, metres.
        jacobian: of them, by east, north, up, tube offset in metres and the zero (or two zeros) in radians.
        scale_m: of the soft-L1 loss, metres.
        geometry: that was fitted, for the values.

    Returns:
        Lengths in metres, zeros in degrees.
    """
    count, size = jacobian.shape
    square = 1.0 + (residuals_m / scale_m) ** 2
    curvature = jacobian.T @ (jacobian * (square**-1.5)[:, None])
    pulls = jacobian * (residuals_m / np.sqrt(square))[:, None]
    norm = np.sqrt(np.maximum(np.diag(curvature), _SINGULAR))
    values, vectors = np.linalg.eigh(curvature / np.outer(norm, norm))
    if values[0] <= _SINGULAR or count <= size:
        covariance = np.diag(np.full(size, inf))
        correlations = np.eye(size)
    else:
        inverse = (vectors / values) @ vectors.T / np.outer(norm, norm)
        covariance = inverse @ (pulls.T @ pulls) @ inverse * (count / (count - size))
        sigma = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
        correlations = np.clip(covariance / np.outer(sigma, sigma), -1.0, 1.0)
    rows = tuple(tuple(float(value) for value in row) for row in correlations)
    return Uncertainty(_parameters(geometry, [sqrt(value) for value in np.diag(covariance)]), rows)


def of_covariance(covariance: Vector, geometry: Geometry) -> Uncertainty:
    """Read uncertainties and correlations from a covariance that is known.

    Args:
        covariance: 5 x 5, of east, north, up, tube offset in metres and the zero in radians.
        geometry: that was fitted, for the values.

    Returns:
        Lengths in metres, the zero in degrees.
    """
    sigma = np.sqrt(np.diag(covariance))
    correlations = np.clip(covariance / np.outer(sigma, sigma), -1.0, 1.0)
    rows = tuple(tuple(float(value) for value in row) for row in correlations)
    return Uncertainty(_parameters(geometry, [float(value) for value in sigma]), rows)


def _parameters(geometry: Geometry, sigmas: list[float]) -> tuple[Parameter, ...]:
    lengths = (geometry.east_m, geometry.north_m, geometry.up_m, geometry.tube_offset_m)
    parameters = [
        Parameter(name, value, sigma, "m")
        for name, value, sigma in zip(("east", "north", "up", "tube offset"), lengths, sigmas[:4], strict=True)
    ]
    zeros = [("zero", geometry.zero_low_deg)]
    if len(sigmas) > 5:
        low, high = geometry.ramp_low_deg, geometry.ramp_high_deg
        zeros = [
            (f"zero up to {low:g}°", geometry.zero_low_deg),
            (f"zero from {high:g}°", geometry.zero_high_deg),
        ]
    for (name, value), sigma in zip(zeros, sigmas[4:], strict=True):
        parameters.append(Parameter(name, value, degrees(sigma), "°"))
    return tuple(parameters)
