"""A loaded abaque as plain JSON, so that the process that uses it needs no numerical library."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from astro.dome_model import MeasuredTable, TableNode
from astro.errors import AbaqueError, ModelError
from astro.geometry import Geometry
from astro.pier import PierSide

if TYPE_CHECKING:  # the process that only reads a document back needs no reader of tables
    from astro.abaque import Abaque
    from astro.fit_report import FitReport


def to_json(report: "FitReport", abaque: "Abaque") -> dict[str, Any]:
    """Write a fitted table as JSON types.

    Args:
        report: the fit.
        abaque: the table that was fitted.

    Returns:
        What ``LoadedAbaque.from_json`` reads.
    """
    nodes = [[p.point.altitude_deg, p.point.azimuth_deg, p.point.dome_azimuth_deg, p.side.name] for p in report.points]
    return {
        "source": abaque.source,
        "geometry": asdict(report.geometry),
        "nodes": nodes,
        "figures": asdict(report.figures),
        "findings": [asdict(finding) for finding in report.findings],
    }


@dataclass(frozen=True, slots=True)
class LoadedAbaque:
    """Both models of one table, and what is worth telling about it."""

    geometry: Geometry
    table: MeasuredTable
    source: str
    """Name of the file."""
    findings: tuple[str, ...]
    """Sentences for people: cells to measure again, a shifted zero."""
    figures: dict[str, float]
    """Names and values of ``FitFigures``."""

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Rebuild the models.

        Args:
            document: what ``to_json`` made, or ``{"error": text}`` from the loader process.

        Returns:
            The models, ready to answer.

        Raises:
            AbaqueError: the document carries an error.
            ModelError: the document is not one of ours, or its numbers make no dome.
        """
        if "error" in document:
            raise AbaqueError(str(document["error"]))
        try:
            geometry = Geometry(**document["geometry"])
            nodes = [
                TableNode(float(altitude), float(azimuth), float(dome), PierSide[side])
                for altitude, azimuth, dome, side in document["nodes"]
            ]
            findings = tuple(str(finding["message"]) for finding in document["findings"])
            figures = {str(name): float(value) for name, value in document["figures"].items()}
            source = str(document["source"])
        except ModelError:
            raise
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ModelError(
                f"this is no fitted table ({type(error).__name__}: {error}); make it with python -m astro.load_abaque"
            ) from error
        return cls(geometry, MeasuredTable(nodes, geometry), source, findings, figures)
