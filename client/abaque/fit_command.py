"""`indi-dome abaque fit`: the geometry behind a table."""

import json
from typing import Annotated

import typer

from client.abaque.fitting import load_and_fit
from client.abaque.site import (
    JsonOption,
    LatitudeOption,
    RadiusOption,
    TableArgument,
    refusals,
    resolve_observatory,
)
from client.commands.options import ConfigOption

EPILOG = """Examples:

indi-dome abaque fit my-table.xlsx

indi-dome abaque fit my-table.xlsx --residuals | less

indi-dome abaque fit my-table.csv --latitude 44.15 --radius 1.2 --json

Exit codes: 0 fitted, 1 the file cannot be read or is no dome, 2 wrong usage.
"""


def fit(
    file: TableArgument,
    residuals: Annotated[bool, typer.Option("--residuals", help="Also list every point with its residual.")] = False,
    latitude: LatitudeOption = None,
    radius: RadiusOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fit the geometry of the dome to a table: lengths, uncertainties, residuals, cells worth measuring again."""
    from client.abaque.fit_text import fit_lines, fit_object

    place = resolve_observatory(config, latitude, radius)
    with refusals():
        abaque, report = load_and_fit(file, place)
    if as_json:
        typer.echo(json.dumps(fit_object(report, abaque.source, with_points=residuals), ensure_ascii=False))
        return
    for line in fit_lines(report, abaque.source, with_points=residuals):
        typer.echo(line)
