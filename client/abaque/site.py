"""Where the numbers come from that a table does not hold: latitude, radius, slit and tube; and how a failure ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from astro.errors import AbaqueError, ModelError
from client.commands.runner import EXIT_FAILED

TableArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="The measured table: .xlsx, .csv or .json.", show_default=False)
]
LatitudeOption = Annotated[
    float | None,
    typer.Option(
        "--latitude",
        metavar="DEGREES",
        min=-90.0,
        max=90.0,
        help="Of the site, north positive; default: configuration.",
    ),
]
RadiusOption = Annotated[
    float | None,
    typer.Option("--radius", metavar="METRES", min=0.1, max=50.0, help="Of the dome, inside; default: configuration."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write one JSON object instead of text.")]


@dataclass(frozen=True, slots=True)
class Observatory:
    """What has to be known beside the table."""

    latitude_deg: float
    radius_m: float
    clearance_m: float
    """Free play of the beam in the slit to either side, metres."""
    table: Path | None
    """The table of the configuration, where it names one and was asked for."""


def resolve_observatory(
    config: Path | None, latitude_deg: float | None, radius_m: float | None, *, with_table: bool = False
) -> Observatory:
    """Complete the options from the configuration.

    Args:
        config: file to read instead of the usual one.
        latitude_deg: given on the command line, or None.
        radius_m: given on the command line, or None.
        with_table: look for the configured table, too.

    Returns:
        The observatory.

    Raises:
        typer.BadParameter: the configuration makes no sense, or its table is not there.
    """
    from indi_dome_driver.config import ConfigError, load_config, resolve_abaque  # late: it costs start-up time

    try:
        loaded = load_config(config, os.environ)
        table = resolve_abaque(loaded.config, loaded.source_path) if with_table else None
    except ConfigError as error:
        raise typer.BadParameter(str(error)) from error
    dome = loaded.config.dome
    return Observatory(
        loaded.config.site.latitude_deg if latitude_deg is None else latitude_deg,
        dome.radius_m if radius_m is None else radius_m,
        max(0.0, (dome.slit_width_m - dome.tube_diameter_m) / 2.0),
        table,
    )


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what is wrong with a table or a dome into a line for people and exit code 1."""
    try:
        yield
    except (AbaqueError, ModelError) as error:
        typer.echo(f"indi-dome: {error}", err=True)
        raise typer.Exit(EXIT_FAILED) from None
