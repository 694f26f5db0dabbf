"""`indi-dome abaque convert` and `generate`: tables from one kind of file to another, and from lengths."""

from pathlib import Path
from typing import Annotated

import typer

from astro.errors import ModelError
from client.abaque.files import suffix_of, write_file
from client.abaque.fitting import load_and_fit
from client.abaque.site import LatitudeOption, RadiusOption, refusals, resolve_observatory
from client.commands.options import ConfigOption

CONVERT_EPILOG = """Examples:

indi-dome abaque convert my-table.xlsx my-table.csv

indi-dome abaque convert my-table.json my-table.xlsx --force

Every point keeps its last digit, and its side where the table says it; remarks are not carried over.

The driver reads all three kinds (abaque.file). Exit codes: 0 done, 1 failed, 2 wrong usage.
"""
GENERATE_EPILOG = """Examples:

indi-dome abaque generate ideal.xlsx --tube-offset 0.40 --up -0.10 --north 0.05

indi-dome abaque generate clean.xlsx --from my-table.xlsx

indi-dome abaque generate noisy.csv --tube-offset 0.4 --noise 20 --seed 7 --altitudes 30,50,70 --azimuths 0:345:30

Exit codes: 0 done, 1 failed, 2 wrong usage.
"""
SUFFIXES = (".xlsx", ".csv", ".json")

Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")]
Length = Annotated[float, typer.Option(metavar="METRES", help="Crossing of the mount's axes from the dome's centre.")]


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Table to read: .xlsx, .csv or .json.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="Table to write: .xlsx, .csv or .json.")],
    force: Force = False,
) -> None:
    """Turn a table into another kind of file; the names say which."""
    suffix = suffix_of(target, SUFFIXES)
    with refusals():
        from astro.abaque import Abaque
        from astro.table_write import WRITERS

        abaque = Abaque.load(source)
    write_file(target, WRITERS[suffix](abaque.points, [f"converted from {abaque.source}"]), force=force)
    typer.echo(f"{target}: {len(abaque.points)} points of {abaque.source}")
    for point in abaque.repeated:
        typer.echo(f"note: {point.place} repeats an earlier point with the same value; it is left out", err=True)


def _numbers(text: str) -> tuple[float, ...]:
    """Read ``30,45,72.5`` and ``0:345:15``."""
    found: list[float] = []
    for part in text.split(","):
        ends = [float(word) for word in part.split(":")]
        if len(ends) == 3 and ends[2] > 0.0 and (ends[1] - ends[0]) / ends[2] < 1000.0:
            count = int((ends[1] - ends[0]) / ends[2] + 1e-9)
            found += [ends[0] + index * ends[2] for index in range(count + 1)]
        elif len(ends) == 1:
            found += ends
        else:
            raise ValueError(text)
    return tuple(dict.fromkeys(found))


def _angles(text: str | None, usual: tuple[float, ...], low: float, high: float, option: str) -> tuple[float, ...]:
    if text is None:
        return usual
    try:
        values = _numbers(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither 30,45,60 nor 0:345:15", param_hint=option) from None
    if not values or not all(low <= value <= high for value in values):
        raise typer.BadParameter(f"{text!r}: degrees from {low:g} to {high:g}", param_hint=option)
    return values


def generate(
    target: Annotated[Path, typer.Argument(metavar="OUT", help="Table to write: .xlsx, .csv or .json.")],
    tube_offset: Annotated[
        float | None, typer.Option(metavar="METRES", help="From the polar axis to the optical axis.")
    ] = None,
    east: Length = 0.0,
    north: Length = 0.0,
    up: Length = 0.0,
    zero: Annotated[
        float, typer.Option(metavar="DEGREES", help="What the dome reads when its slit faces north.")
    ] = 0.0,
    table: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Take the geometry fitted to this table instead.")
    ] = None,
    altitudes: Annotated[
        str | None, typer.Option(metavar="LIST", help="Bands, as 30,45,60 or 20:80:10; default: the usual eleven.")
    ] = None,
    azimuths: Annotated[
        str | None, typer.Option(metavar="LIST", help="As 0:345:15; default: the usual twenty-five.")
    ] = None,
    noise: Annotated[
        float, typer.Option(metavar="MM", min=0.0, max=1000.0, help="Scatter at the slit, 1 sigma.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the scatter: the same one gives the same table.")] = 0,
    exact: Annotated[bool, typer.Option("--exact", help="Do not round the dome azimuths to whole degrees.")] = False,
    latitude: LatitudeOption = None,
    radius: RadiusOption = None,
    config: ConfigOption = None,
    force: Force = False,
) -> None:
    """Make a table from lengths, or from the geometry fitted to another table."""
    suffix = suffix_of(target, SUFFIXES)
    if (table is None) == (tube_offset is None):
        raise typer.BadParameter("give the lengths of the dome (--tube-offset and others) or --from FILE, one of both")
    place = resolve_observatory(config, latitude, radius)
    with refusals():
        from astro.generate_table import ALTITUDES_DEG, AZIMUTHS_DEG, generate_table
        from astro.geometry import Geometry
        from astro.table_write import WRITERS

        bands = _angles(altitudes, ALTITUDES_DEG, 0.01, 90.0, "--altitudes")
        turns = _angles(azimuths, AZIMUTHS_DEG, 0.0, 360.0, "--azimuths")
        if table is not None:
            geometry = load_and_fit(table, place)[1].geometry
        else:
            geometry = Geometry(
                place.radius_m,
                east,
                north,
                up,
                tube_offset or 0.0,
                place.latitude_deg,
                zero_low_deg=zero,
                zero_high_deg=zero,
            )
            if abs(tube_offset or 0.0) >= place.radius_m:
                raise ModelError(
                    f"a tube offset of {tube_offset:g} m leads out of a dome of radius {place.radius_m:g} m"
                )
        made = generate_table(
            geometry, bands, turns, noise_mm=noise, seed=seed, step_deg=None if exact else 1.0, source=target.name
        )
    notes = [
        "Computed by indi-dome abaque generate, not measured.",
        f"radius {geometry.radius_m:g} m, east {geometry.east_m:.4f} m, north {geometry.north_m:.4f} m, up "
        f"{geometry.up_m:.4f} m, tube offset {geometry.tube_offset_m:.4f} m, latitude {geometry.latitude_deg:g}, zero "
        f"{geometry.zero_low_deg:.2f}, scatter {noise:g} mm, seed {seed}",
    ]
    write_file(target, WRITERS[suffix](made.points, notes), force=force)
    typer.echo(f"{target}: {len(made.points)} points at {len(bands)} altitudes")
