"""How well each model predicts measurements that it has not seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import radians, sin

import numpy as np

from astro.angle_table import AngleTable
from astro.angles import difference_deg
from astro.dome_model import DomeModel, MeasuredTable, TableNode
from astro.errors import ModelError
from astro.fit_report import FitFigures, FitReport, FittedPoint
from astro.fit_review import figures_of
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.reference_lookup import ReferenceLookup
from astro.refit import Refit
from astro.smooth_residual import Kernel, SmoothResidual


class Predictor(StrEnum):
    """The models that are compared."""

    GEOMETRY = "geometry"
    TABLE = "table"
    PLAIN_TABLE = "plain table"
    REFERENCE = "reference"
    BILINEAR = "geometry+bilinear"
    SMOOTH = "geometry+smooth"


class Scheme(StrEnum):
    """What is hidden from a model before it is asked."""

    ONE_OUT = "one point"
    BAND_OUT = "one altitude"
    SECOND_AZIMUTH_OUT = "every second azimuth"


@dataclass(frozen=True, slots=True)
class Validation:
    """The outcome of one scheme."""

    figures: Mapping[Predictor, FitFigures | None]
    """Over the clean points, as in a fit; None where a model has no answer for some of them."""
    points: Mapping[Predictor, Sequence[FittedPoint]]
    """Each measurement with the error of a prediction that had not seen it; empty where there is none."""


_BAND_DEG = 5.0
_MANY_BANDS = 20
_LEAST_POINTS = 12


def folds(report: FitReport, scheme: Scheme) -> list[list[int]]:
    """Divide the points into groups that are hidden together.

    Args:
        report: the fit of the whole table.
        scheme: how to divide.

    Returns:
        Groups of indices; none where too few points would remain to fit a dome.
    """
    points = [each.point for each in report.points]
    if scheme is Scheme.ONE_OUT:
        groups = [[index] for index in range(len(points))]
    elif scheme is Scheme.BAND_OUT:
        bands = sorted({point.altitude_deg for point in points})
        # Points at altitudes of all sorts, as recorded at the telescope, are hidden by slices of the sky.
        width_deg = _BAND_DEG if len(bands) > _MANY_BANDS else 0.0
        keys = [point.altitude_deg // width_deg if width_deg else point.altitude_deg for point in points]
        groups = [[index for index, key in enumerate(keys) if key == band] for band in sorted(set(keys))]
    else:
        azimuths = sorted({point.azimuth_deg for point in points})
        groups = [
            [index for index, point in enumerate(points) if point.azimuth_deg in azimuths[first::2]] for first in (0, 1)
        ]
    least = min(len(points) - len(group) for group in groups)
    return groups if least >= _LEAST_POINTS and len(groups) > 1 else []


def validate(report: FitReport, scheme: Scheme, progress: Callable[[], None] = lambda: None) -> Validation:
    """Hide points, fit and build every model on the rest, and ask for the hidden ones.

    Args:
        report: the fit of the whole table; its sides, and the radii that turn angles into distances, are used.
        scheme: what is hidden at a time.
        progress: called after each group.

    Returns:
        The figures of each model.
    """
    refit = Refit(report)
    present = {each.side for each in report.points}
    kernels = {side: Kernel.of([_node(each) for each in report.points if each.side is side]) for side in present}
    errors: dict[Predictor, dict[int, float]] = {predictor: {} for predictor in Predictor}
    for group in folds(report, scheme):
        hidden = np.zeros(len(report.points), dtype=np.bool_)
        hidden[group] = True
        geometry = refit.without(hidden)
        seen = [each for each, is_hidden in zip(report.points, hidden, strict=True) if not is_hidden]
        nodes = [_node(each) for each in seen]
        # A branch of the other side never has a say: not building it halves the work.
        sides = {report.points[index].side for index in group}
        branches = [node for node in nodes if node.side in sides]
        smaller = {side: kernels[side].without(hidden[[each.side is side for each in report.points]]) for side in sides}
        lone = report.points[group[0]] if len(group) == 1 else None
        for predictor in Predictor:
            try:
                model = _model(predictor, nodes, branches, smaller, geometry, lone)
                errors[predictor] |= {index: _error_deg(report.points[index], model) for index in group}
            except ModelError:
                continue  # no figure for this model rather than one over other points
        progress()
    points = {each: _with_errors(report.points, errors[each]) for each in Predictor}
    figures = {each: figures_of(found) if found else None for each, found in points.items()}
    return Validation(figures, points)


def _node(each: FittedPoint) -> TableNode:
    return TableNode(each.point.altitude_deg, each.point.azimuth_deg, each.point.dome_azimuth_deg, each.side)


def _model(
    predictor: Predictor,
    nodes: Sequence[TableNode],
    branches: Sequence[TableNode],
    kernels: Mapping[PierSide, Kernel],
    geometry: Geometry,
    lone: FittedPoint | None,
) -> DomeModel:
    """Build a model on what it may see.

    ``branches`` are the nodes of the sides that will be asked for and ``kernels`` theirs, ``lone`` is the point that is
    hidden alone, if any.
    """
    match predictor:
        case Predictor.GEOMETRY:
            return geometry
        case Predictor.TABLE:
            return MeasuredTable(branches, geometry)
        case Predictor.PLAIN_TABLE:
            return AngleTable(branches, geometry, _telescope_azimuth, predictor)
        case Predictor.BILINEAR:
            return AngleTable(branches, geometry, geometry.dome_azimuth, predictor)
        case Predictor.SMOOTH:
            return SmoothResidual(branches, geometry, kernels)
        case Predictor.REFERENCE:
            return _reference(nodes, geometry, lone)


def _telescope_azimuth(pointing: Pointing, side: PierSide) -> float:
    return pointing.azimuth_deg


def _reference(nodes: Sequence[TableNode], geometry: Geometry, lone: FittedPoint | None) -> ReferenceLookup:
    cells = [(node.altitude_deg, node.azimuth_deg, node.dome_azimuth_deg) for node in nodes]
    try:
        return ReferenceLookup(cells, geometry)
    except ModelError:
        if lone is None:
            raise
        # A grid cannot have one hole. In the altitude of the hidden point, leaving out its whole column is the same.
        return ReferenceLookup([cell for cell in cells if cell[1] != lone.point.azimuth_deg], geometry)


def _error_deg(each: FittedPoint, model: DomeModel) -> float:
    pointing = Pointing(each.point.altitude_deg, each.point.azimuth_deg)
    return difference_deg(each.point.dome_azimuth_deg, model.dome_azimuth(pointing, each.side))


def _with_errors(points: Sequence[FittedPoint], errors_deg: Mapping[int, float]) -> list[FittedPoint]:
    if len(errors_deg) < len(points):
        return []
    return [
        replace(
            each,
            error_deg=errors_deg[index],
            lateral_mm=2000.0 * each.slit_radius_m * sin(radians(errors_deg[index]) / 2.0),
        )
        for index, each in enumerate(points)
    ]
