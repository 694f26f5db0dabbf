"""`indi-dome abaque lookup`: where the slit must be for one direction."""

import json
from enum import StrEnum
from math import asin, degrees
from pathlib import Path
from typing import Annotated

import typer

from astro.dome_model import DomeModel, MeasuredTable, TableNode
from astro.errors import ModelError
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.reference_lookup import ReferenceLookup
from client.abaque.fitting import load_and_fit
from client.abaque.site import JsonOption, LatitudeOption, Observatory, RadiusOption, refusals, resolve_observatory
from client.azimuth import parse_azimuth
from client.commands.options import ConfigOption
from client.commands.runner import EXIT_FAILED

EPILOG = """Examples:

indi-dome abaque lookup 45 120

indi-dome abaque lookup 75 181 --side west

indi-dome abaque lookup 60 90 --abaque my-table.xlsx --model geometry --json

indi-dome abaque lookup -- -2 90

Without --side the tube hangs where it normally does: west of the pier up to azimuth 180, else east.

Exit codes: 0 done, 1 no model has an answer, 2 wrong usage.
"""


class Side(StrEnum):
    """Words of --side."""

    WEST = "west"
    EAST = "east"


class Model(StrEnum):
    """Words of --model."""

    GEOMETRY = "geometry"
    TABLE = "table"
    REFERENCE = "reference"


def _azimuth(text: str) -> float:
    try:
        return parse_azimuth(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def lookup(
    altitude: Annotated[
        float, typer.Argument(metavar="ALT", min=-90.0, max=90.0, help="Altitude of the telescope, degrees.")
    ],
    azimuth: Annotated[
        float, typer.Argument(metavar="AZ", parser=_azimuth, help="Azimuth of the telescope: 123.5 or 123:30:00.")
    ],
    side: Annotated[
        Side | None, typer.Option("--side", help="On which side of the pier the tube is; default: the normal one.")
    ] = None,
    model: Annotated[
        list[Model] | None, typer.Option("--model", help="Only this model; may be given several times.")
    ] = None,
    abaque: Annotated[
        Path | None, typer.Option("--abaque", metavar="FILE", help="Measured table; default: abaque.file.")
    ] = None,
    latitude: LatitudeOption = None,
    radius: RadiusOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say where the slit must be for a direction, by each model of a table, and how far it may be off."""
    place = resolve_observatory(config, latitude, radius, with_table=abaque is None)
    path = abaque or place.table
    if path is None:
        raise typer.BadParameter("no table: name one with --abaque FILE, or abaque.file in the configuration")
    pointing = Pointing(altitude, azimuth)
    pier = PierSide[side.name] if side else PierSide.WEST if azimuth <= 180.0 else PierSide.EAST
    with refusals():
        models = _models(path, place)
    answers = [_answer(kind, models[kind], pointing, pier, place.clearance_m) for kind in model or list(Model)]
    if as_json:
        document = {"altitude_deg": altitude, "azimuth_deg": azimuth, "side": pier.label, "file": path.name}
        typer.echo(json.dumps(document | {"answers": answers}, ensure_ascii=False))
    else:
        typer.echo(f"{path.name}: altitude {altitude:g}°, azimuth {azimuth:g}°, tube {pier.label} of the pier")
        for line in _lines(answers, place.clearance_m):
            typer.echo(line)
    if all("error" in answer for answer in answers):
        raise typer.Exit(EXIT_FAILED)


def _models(path: Path, place: Observatory) -> dict[Model, DomeModel | ModelError]:
    """Build every model of a table; one that cannot be had is the reason instead."""
    abaque, report = load_and_fit(path, place)
    raw = [(point.altitude_deg, point.azimuth_deg, point.dome_azimuth_deg) for point in abaque.points]
    nodes = [TableNode(*each, fitted.side) for each, fitted in zip(raw, report.points, strict=True)]
    found: dict[Model, DomeModel | ModelError] = {
        Model.GEOMETRY: report.geometry,
        Model.TABLE: MeasuredTable(nodes, report.geometry),
    }
    try:
        found[Model.REFERENCE] = ReferenceLookup(raw, report.geometry)
    except ModelError as error:
        found[Model.REFERENCE] = error
    return found


def _answer(
    kind: Model, model: DomeModel | ModelError, pointing: Pointing, side: PierSide, clearance_m: float
) -> dict[str, object]:
    try:
        if isinstance(model, ModelError):
            raise model
        azimuth_deg, radius_m = model.dome_azimuth(pointing, side), model.slit_radius_m(pointing, side)
    except ModelError as error:
        return {"model": kind.value, "error": str(error)}
    half_deg = degrees(asin(clearance_m / radius_m)) if radius_m > clearance_m else 180.0
    return {
        "model": kind.value,
        "dome_azimuth_deg": azimuth_deg,
        "slit_radius_m": radius_m,
        "clear_half_window_deg": half_deg,
    }


def _lines(answers: list[dict[str, object]], clearance_m: float) -> list[str]:
    lines = [f"{'model':<11}{'dome':>8}{'radius at slit':>16}{'may be off by':>15}"]
    for answer in answers:
        if "error" in answer:
            lines.append(f"{answer['model']:<11}no answer: {answer['error']}")
            continue
        half_deg = float(str(answer["clear_half_window_deg"]))
        window = "anything" if half_deg >= 180.0 else f"{half_deg:.1f}°"
        lines.append(
            f"{answer['model']:<11}{answer['dome_azimuth_deg']:7.1f}°{answer['slit_radius_m']:14.3f} m{window:>15}"
        )
        if answer["model"] == Model.REFERENCE:
            lines.append("           (knows no side of the pier; for comparison)")
    return [*lines, f"free play beside the beam: {1000.0 * clearance_m:.0f} mm, by slit and tube of the configuration"]
