"""Derivatives of the distances at the slit by the parameters of a dome, as its fit and its uncertainties need them."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

_STEP = 1e-6
"""Metres or radians: central differences are good to about 1e-9 with it."""


def slit_jacobian(errors: Callable[[Vector], Vector], parameters: Vector, weight_m: Vector) -> Vector:
    """Differentiate ``2 w sin(error / 2)``, the weights held.

    Args:
        errors: gives measured minus modelled azimuths, radians, for trial parameters.
        parameters: where to differentiate; metres and radians.
        weight_m: distances of the slit points from the rotation axis, metres, one a point.

    Returns:
        A row for each point, a column for each parameter.
    """
    columns = []
    for index in range(len(parameters)):
        step = np.zeros_like(parameters)
        step[index] = _STEP
        # The error may pass half a turn between the two; the sine of the half changes its sign there, the row does not.
        change = np.sin((errors(parameters + step) - errors(parameters - step)) / 2.0) / _STEP
        columns.append(change)
    at = errors(parameters)
    return np.asarray(np.stack(columns, axis=1) * (weight_m * np.cos(at / 2.0))[:, None])
