"""What a fit of the geometry to a table found, as plain data: readable without any numerical library."""

from dataclasses import dataclass
from typing import Literal

from astro.abaque import AbaquePoint
from astro.geometry import Geometry
from astro.pier import PierSide


@dataclass(frozen=True, slots=True)
class FittedPoint:
    """A measurement beside what the fitted geometry says."""

    point: AbaquePoint
    side: PierSide
    """The side on which the tube was, as the fit sees it."""
    error_deg: float
    """Measured minus fitted dome azimuth, degrees, shortest arc."""
    lateral_mm: float
    """The same as a distance at the slit, millimetres; positive clockwise."""
    slit_radius_m: float
    """Distance of the slit point from the rotation axis, metres."""
    is_clean: bool
    """False for cells that a finding calls an outlier or puts on the other side."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the table that a person should look at."""

    kind: Literal["wrong-side", "outlier", "zero-shift", "swapped-sides"]
    sheet: str
    cell: str
    message: str
    expected_deg: float | None
    """Dome azimuth that the fitted geometry expects in the cell, degrees; None where no single cell is meant."""


@dataclass(frozen=True, slots=True)
class FitFigures:
    """How well the geometry fits. Distances over the clean points, degrees over those where the slit point is more
    than 0.2 m from the rotation axis (nearer, a degree means nothing)."""

    points: int
    clean_points: int
    lateral_rms_mm: float
    lateral_median_mm: float
    lateral_p95_mm: float
    lateral_max_mm: float
    azimuth_points: int
    """May be none, in a table of high altitudes; the following are 0 then."""
    azimuth_rms_deg: float
    azimuth_median_deg: float
    azimuth_p95_deg: float


@dataclass(frozen=True, slots=True)
class Parameter:
    """A length or a zero that was fitted."""

    name: str
    """As people say it: "east", "tube offset", "zero"."""
    value: float
    sigma: float
    """Standard uncertainty (1 sigma), in the unit of the value; infinite where the table does not determine it."""
    unit: Literal["m", "°"]


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How well the table determines each parameter, and which of them it can only determine together."""

    parameters: tuple[Parameter, ...]
    correlations: tuple[tuple[float, ...], ...]
    """Between the parameters in their order, -1...1."""

    def strong_pairs(self, least: float = 0.9) -> list[tuple[Parameter, Parameter, float]]:
        """List the pairs that go together.

        Args:
            least: magnitude of correlation from which a pair counts.

        Returns:
            Pairs and their correlation, the strongest first.
        """
        pairs = [
            (first, second, self.correlations[row][column])
            for row, first in enumerate(self.parameters)
            for column, second in enumerate(self.parameters)
            if row < column and abs(self.correlations[row][column]) >= least
        ]
        return sorted(pairs, key=lambda pair: -abs(pair[2]))


@dataclass(frozen=True, slots=True)
class FitReport:
    """The fitted geometry and all that was learnt about the table on the way."""

    geometry: Geometry
    points: tuple[FittedPoint, ...]
    figures: FitFigures
    findings: tuple[Finding, ...]
    uncertainty: Uncertainty | None = None
    """None where the fit was not asked for it."""
