"""A loaded abaque as plain JSON, so that the process that uses it needs no numerical library."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from astro.choose_model import ModelChoice, choose
from astro.dome_model import DomeModel, MeasuredTable, TableNode
from astro.errors import AbaqueError, ModelError
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.reference_lookup import ReferenceLookup

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
        "choice": asdict(choose(report)),
    }


@dataclass(frozen=True, slots=True)
class LoadedAbaque:
    """All models of one table, which of them suits it best, and what is worth telling about it."""

    geometry: Geometry
    nodes: tuple[TableNode, ...]
    """The measurements in the order of the file, with the sides that the fit gave them."""
    table: MeasuredTable
    reference: DomeModel | None
    """The pier-blind lookup, for comparison; None where the measurements do not form the grid that it needs."""
    choice: ModelChoice
    source: str
    """Name of the file."""
    findings: tuple[str, ...]
    """Sentences for people: cells to measure again, a shifted zero."""
    figures: dict[str, float]
    """Names and values of ``FitFigures``."""

    def model(self, kind: str) -> DomeModel:
        """Give one of the models.

        Args:
            kind: "auto" for the one that suits the table best, "geometry", "table" or "reference".

        Returns:
            The model.

        Raises:
            ModelError: there is none of that kind; the message says why.
        """
        if kind == "auto":
            kind = self.choice.model
        if kind == "geometry":
            return self.geometry
        if kind == "table":
            return self.table
        if kind != "reference":
            raise ModelError(f"there is no model {kind!r}: choose auto, geometry, table or reference")
        if self.reference is None:
            raise ModelError(
                f"the measurements of {self.source} do not form the grid that the reference lookup needs (the same "
                "azimuths at every altitude): choose auto, geometry or table"
            )
        return self.reference

    def why(self, kind: str) -> str:
        """Say in words which model a person gets, and why.

        Args:
            kind: as for ``model``.

        Returns:
            For "auto" the reason of the choice, otherwise what the automatic choice would be.
        """
        if kind == "auto":
            return self.choice.reason
        blind = ", which knows no pier side and is there for comparison only" if kind == "reference" else ""
        return f"{kind}{blind}: chosen by hand; the automatic choice is {self.choice.reason}"

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
            nodes = tuple(
                TableNode(float(altitude), float(azimuth), float(dome), PierSide[side])
                for altitude, azimuth, dome, side in document["nodes"]
            )
            findings = tuple(str(finding["message"]) for finding in document["findings"])
            figures = {str(name): float(value) for name, value in document["figures"].items()}
            source = str(document["source"])
            choice = ModelChoice(document["choice"]["model"], str(document["choice"]["reason"]))
            if choice.model not in ("geometry", "table"):
                raise ValueError(f"{choice.model!r} is no choice")
        except ModelError:
            raise
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ModelError(
                f"this is no fitted table ({type(error).__name__}: {error}); make it with python -m astro.load_abaque"
            ) from error
        table = MeasuredTable(nodes, geometry)
        return cls(geometry, nodes, table, _reference(nodes, geometry), choice, source, findings, figures)


def _reference(nodes: tuple[TableNode, ...], geometry: Geometry) -> DomeModel | None:
    """Build the reference lookup from the points in the order of the file, if they allow one."""
    points = [(node.altitude_deg, node.azimuth_deg, node.dome_azimuth_deg) for node in nodes]
    try:
        return ReferenceLookup(points, geometry)
    except ModelError:
        return None
