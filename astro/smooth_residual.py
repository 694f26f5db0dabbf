"""A smooth correction on top of the geometry, to see whether the table holds more than geometry and scatter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import asin, copysign, degrees, radians, sin
from typing import Self

import numpy as np
import numpy.typing as npt

from astro.angles import difference_deg, normalise_deg
from astro.dome_model import DomeModel, TableNode
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing

Vector = npt.NDArray[np.float64]

AMPLITUDE_M, RANGE_DEG, NOISE_M = 0.008, 6.0, 0.020
"""Size and range of what could be systematic, and scatter of a measurement: fitted once (abaque-science, section 3)."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """The covariance of the measurements of one side, inverted: it depends on their directions alone."""

    sights: Vector
    """Unit vectors, a row for each measurement."""
    inverse: Vector

    @classmethod
    def of(cls, nodes: Sequence[TableNode]) -> Self:
        """Invert the covariance.

        Args:
            nodes: the measurements of one side.
        """
        sights = np.array([_sight(node.altitude_deg, node.azimuth_deg) for node in nodes])
        covariance = _covariance(sights, sights) + NOISE_M**2 * np.eye(len(nodes))
        return cls(sights, np.asarray(np.linalg.inv(covariance), dtype=np.float64))

    def without(self, hidden: npt.NDArray[np.bool_]) -> Self:
        """Leave measurements out; far cheaper than to invert anew (inverse of a partitioned matrix).

        Args:
            hidden: True for each measurement that goes.
        """
        kept = ~hidden
        across = self.inverse[np.ix_(kept, hidden)]
        within = self.inverse[np.ix_(hidden, hidden)]
        rest = self.inverse[np.ix_(kept, kept)] - across @ np.linalg.solve(within, across.T)
        return type(self)(self.sights[kept], rest)


class SmoothResidual(DomeModel):
    """Geometry plus a Gaussian process over the distances at the slit, one for each pier side.

    Matern covariance of order 3/2 over the angle between directions (Rasmussen and Williams, Gaussian Processes for
    Machine Learning, section 4.2): it follows neighbours that agree and averages out scatter.
    """

    def __init__(
        self,
        nodes: Sequence[TableNode],
        geometry: Geometry,
        kernels: Mapping[PierSide, Kernel] | None = None,
        name: str = "geometry+smooth",
    ) -> None:
        """Condition the process on the measurements.

        Args:
            nodes: the measurements, each with its side.
            geometry: fitted to them.
            kernels: for each side that of its measurements, in their order; made here where there is none.
            name: how people are told which model answered.
        """
        self._name = name
        self._geometry = geometry
        self._sides: dict[PierSide, tuple[Vector, Vector]] = {}
        for side in dict.fromkeys(node.side for node in nodes):
            here = [node for node in nodes if node.side is side]
            kernel = kernels[side] if kernels else Kernel.of(here)
            laterals = np.array([_lateral_m(node, geometry) for node in here])
            self._sides[side] = kernel.sights, kernel.inverse @ laterals

    @property
    def name(self) -> str:
        """How people are told which model answered."""
        return self._name

    def dome_azimuth(self, pointing: Pointing, side: PierSide) -> float:
        """Say where the slit must be.

        Args:
            pointing: direction of the telescope.
            side: on which side of the pier the tube is; without measurements there, the bare geometry answers.

        Returns:
            Reading of the dome, degrees in [0, 360).

        Raises:
            ModelError: the geometry has no answer there.
        """
        azimuth_deg = self._geometry.dome_azimuth(pointing, side)
        if side not in self._sides:
            return azimuth_deg
        sights, weights = self._sides[side]
        here = np.array([_sight(pointing.altitude_deg, pointing.azimuth_deg)])
        chord = float(_covariance(here, sights)[0] @ weights) / (2.0 * self._geometry.slit_radius_m(pointing, side))
        turn_deg = degrees(2.0 * asin(chord)) if abs(chord) < 1.0 else copysign(180.0, chord)
        return normalise_deg(azimuth_deg + turn_deg)

    def slit_radius_m(self, pointing: Pointing, side: PierSide) -> float:
        """Measure how far from the rotation axis the optical axis leaves the dome, by the geometry.

        Args:
            pointing: direction of the telescope.
            side: on which side of the pier the tube is.

        Returns:
            Metres.
        """
        return self._geometry.slit_radius_m(pointing, side)


def _lateral_m(node: TableNode, geometry: Geometry) -> float:
    pointing = Pointing(node.altitude_deg, node.azimuth_deg)
    error_deg = difference_deg(node.dome_azimuth_deg, geometry.dome_azimuth(pointing, node.side))
    return 2.0 * geometry.slit_radius_m(pointing, node.side) * sin(radians(error_deg) / 2.0)


def _sight(altitude_deg: float, azimuth_deg: float) -> tuple[float, float, float]:
    altitude, azimuth = radians(altitude_deg), radians(azimuth_deg)
    level = sin(radians(90.0 - altitude_deg))
    return level * sin(azimuth), level * sin(radians(90.0 - azimuth_deg)), sin(altitude)


def _covariance(first: Vector, second: Vector) -> Vector:
    between = np.arccos(np.clip(first @ second.T, -1.0, 1.0)) * (np.sqrt(3.0) / radians(RANGE_DEG))
    return np.asarray(AMPLITUDE_M**2 * (1.0 + between) * np.exp(-between))
