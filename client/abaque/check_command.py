"""`indi-dome abaque check`: is this table good, and which model should use it?"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from astro.abaque import Abaque
from astro.errors import AbaqueError, ModelError
from client.abaque.fitting import fit_abaque
from client.abaque.site import (
    JsonOption,
    LatitudeOption,
    Observatory,
    RadiusOption,
    TableArgument,
    refusals,
    resolve_observatory,
)
from client.commands.options import ConfigOption
from client.commands.runner import EXIT_FAILED

EPILOG = """Examples:

indi-dome abaque check my-table.xlsx

indi-dome abaque check my-table.xlsx --plot pictures

indi-dome abaque check my-table.xlsx --json > check.json

A model is judged by how well it predicts points that it has not seen: that is what counts at night.

Exit codes: 0 checked (whatever was found), 1 the file cannot be read or is no dome, 2 wrong usage.
"""


def check(
    file: TableArgument,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="DIR", file_okay=False, help="Also draw into this folder, as PNG and SVG."),
    ] = None,
    latitude: LatitudeOption = None,
    radius: RadiusOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a table: coverage, doubtful cells, and which model predicts best. Takes a few seconds."""
    place = resolve_observatory(config, latitude, radius)
    if plot is not None:
        _need_plots()
    with refusals():
        abaque = Abaque.load(file)
    document = _check(abaque, place, plot, as_text=not as_json)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
    if "error" in document:
        raise typer.Exit(EXIT_FAILED)


def _need_plots() -> None:
    from client.abaque.plots import NoPlots, need_matplotlib

    try:
        need_matplotlib()
    except NoPlots as error:
        typer.echo(f"indi-dome: {error}", err=True)
        raise typer.Exit(EXIT_FAILED) from None


def _check(abaque: Abaque, place: Observatory, plot: Path | None, *, as_text: bool) -> Mapping[str, object]:
    """Check, write the text, and return the same as JSON types."""
    from astro.coverage import coverage_of
    from astro.cross_validation import Scheme, folds, validate  # late: they bring numpy and scipy
    from astro.recommend import recommend
    from client.abaque.check_text import check_lines, check_object, coverage_lines, lint_object, repeated_lines

    try:
        report = fit_abaque(abaque, place)
    except (AbaqueError, ModelError) as error:
        coverage = coverage_of((point, point.side) for point in abaque.points)
        if as_text:
            typer.echo(f"{abaque.source}: {len(abaque.points)} points\n")
            for line in (*coverage_lines(coverage), *repeated_lines(abaque)):
                typer.echo(line)
        typer.echo(f"indi-dome: {error}", err=True)
        return lint_object(abaque, coverage) | {"error": str(error)}
    total = sum(len(folds(report, scheme)) for scheme in Scheme)
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("hiding points and predicting them"),
        BarColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,  # else an empty line is left in a log
    )
    with bar:
        task = bar.add_task("", total=total)
        validations = {scheme: validate(report, scheme, lambda: bar.advance(task)) for scheme in Scheme}
    advice = recommend(validations)
    coverage = coverage_of((each.point, each.side) for each in report.points)
    if as_text:
        for line in check_lines(abaque, report, coverage, validations, advice):
            typer.echo(line)
    pictures: list[str] = []
    if plot is not None:
        from client.abaque.plots import draw_check

        try:
            pictures = [str(path) for path in draw_check(plot, abaque, report, validations, place.clearance_m)]
        except OSError as error:
            typer.echo(f"indi-dome: {plot} cannot be written: {error.strerror or error}", err=True)
            raise typer.Exit(EXIT_FAILED) from None
        if as_text:
            typer.echo(f"\nPictures: {', '.join(pictures)}")
    return lint_object(abaque, coverage) | check_object(report, validations, advice, pictures)
