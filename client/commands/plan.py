"""`indi-dome plan`: the night ahead for one object, before anything moves."""

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from client.abaque_model import load_model_now
from client.commands.options import ConfigOption
from client.errors import ClientError
from client.sky_object import UnknownObject, find_object
from client.slaving_settings import slaving_settings

if TYPE_CHECKING:
    from astro.night_plan import NightPlan

EPILOG = """Examples:

indi-dome plan "NGC 4559"

indi-dome plan M42 --date 2026-12-24 --mount-flip 90

indi-dome plan "12h35m58s +27d57m36s" --flip-late 20 --json

indi-dome plan M13 --plot night.png

Exit codes: 0 done, 1 no night for this object or no model of the dome, 2 wrong usage.
"""


def add_to(app: typer.Typer) -> None:
    """Register this group's commands."""
    app.command("plan", epilog=EPILOG)(plan)


def plan(
    wanted: Annotated[str, typer.Argument(metavar="OBJECT", help="Name, or right ascension and declination (J2000).")],
    evening: Annotated[
        datetime | None,
        typer.Option(
            "--date", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Evening of the night; default: today."
        ),
    ] = None,
    flip_late: Annotated[
        float | None,
        typer.Option(
            "--flip-late",
            metavar="MINUTES",
            min=-60.0,
            max=240.0,
            help="Minutes past the meridian at which the mount flips; default: the configured time, else 0.",
        ),
    ] = None,
    mount_flip: Annotated[
        float, typer.Option("--mount-flip", metavar="SECONDS", min=0.0, help="How long the mount takes to flip.")
    ] = 60.0,
    lowest: Annotated[
        float, typer.Option("--lowest", metavar="DEGREES", min=0.0, max=85.0, help="Altitude from which it counts.")
    ] = 15.0,
    abaque: Annotated[
        Path | None,
        typer.Option("--abaque", metavar="FILE", help="Measured table; default: abaque.file.", dir_okay=False),
    ] = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw it, too: .png, .svg or .pdf.", dir_okay=False)
    ] = None,
) -> None:
    """Show the night ahead: when the dome will move, what the flip costs, how much of it is clear. Moves nothing."""
    from astro.dark import noon_s, observing_span
    from astro.frames import apparent_place
    from astro.mount_report import Site
    from astro.night_plan import plan_night
    from indi_dome_driver.config import ConfigError, load_config, resolve_abaque

    try:
        target = find_object(wanted)
        loaded = load_config(config, os.environ)
        path = abaque if abaque is not None else resolve_abaque(loaded.config, loaded.source_path)
    except (UnknownObject, ConfigError) as error:
        raise typer.BadParameter(str(error)) from error
    if path is None:
        raise typer.BadParameter("no table: name one with --abaque FILE, or abaque.file in the configuration")
    settings = slaving_settings(loaded.config)
    if flip_late is None:
        flip_late = loaded.config.slaving.flip_hour_angle_min if settings.flip_time_known else 0.0
    site = Site(loaded.config.site.latitude_deg, loaded.config.site.longitude_deg)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading and fitting the table", total=None)
        try:
            model, _ = load_model_now(path, loaded.config.abaque.model, site.latitude_deg, loaded.config.dome.radius_m)
        except ClientError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error
        noon = noon_s((evening or datetime.now()).date(), site)
        # To about a minute's walk of the Moon: places are those of midnight.
        place = apparent_place(target.ra_deg, target.dec_deg, site, noon + 43200.0)
        span = observing_span(place, site, noon, lowest)
        if span is None:
            typer.echo(f"{target.name} is never above {lowest:g}° in the dark of that night.", err=True)
            raise typer.Exit(1)
        bar.update(task, description="playing the night", total=1.0)
        night = plan_night(
            place,
            site,
            model,
            settings,
            span.start_s,
            span.end_s,
            60.0 * flip_late,
            mount_flip,
            progress=lambda share: bar.update(task, completed=share),
        )
    if as_json:
        typer.echo(json.dumps(as_dict(target.name, model.name, night), ensure_ascii=False))
    else:
        show(target.name, model.name, night, settings.clearance_m, Console(highlight=False))
    if plot is not None:
        _draw(plot, target.name, night, settings.clearance_m)
        typer.echo(f"drawn: {plot}", err=True)


def as_dict(name: str, model: str, night: "NightPlan") -> dict[str, Any]:
    """Write a plan as JSON types; times are UTC, ISO 8601."""
    document: dict[str, Any] = asdict(night)
    for flip in document["flips"]:
        flip["start"] = _utc(flip.pop("start_s"))
    for move in document["moves"]:
        move["start"], move["end"] = _utc(move.pop("start_s")), _utc(move.pop("end_s"))
    for sample in document["samples"]:
        sample["time"] = _utc(sample.pop("unix_s"))
        sample["side"] = sample["side"].label
    start, end = _utc(document.pop("start_s")), _utc(document.pop("end_s"))
    return {
        "object": name,
        "model": model,
        "start": start,
        "end": end,
        "clear_share": night.clear_share,
        "move_count": len(night.moves),
        **document,
    }


def show(name: str, model: str, night: "NightPlan", clearance_m: float, console: Console) -> None:
    """Write a plan for people, in local time."""
    zone = datetime.now().astimezone().tzname()
    console.print(
        f"{name}: {_clock(night.start_s)} to {_clock(night.end_s)} ({zone}), by the {model}; "
        f"{1000 * clearance_m:.0f} mm free play beside the beam"
    )
    table = Table(show_edge=False)
    for title in ("time", "dome from", "to", "turn", "why"):
        table.add_column(title, justify="left" if title == "why" else "right")
    for move in night.moves:
        turn = (move.to_deg - move.from_deg + 180.0) % 360.0 - 180.0
        table.add_row(
            _clock(move.start_s), f"{move.from_deg:.1f}°", f"{move.to_deg:.1f}°", f"{turn:+.1f}°", _why(move.reason)
        )
    console.print(table if night.moves else "the dome need not move")
    for flip in night.flips:
        console.print(
            f"flip at {_clock(flip.start_s)}: the dome turns {flip.turn_deg:+.0f}°, the view is cut for "
            f"{flip.blocked_s:.0f} s (nothing can be shorter than {flip.bound_s:.0f} s at this dome's rate)"
        )
    console.print(
        f"{len(night.moves)} moves, {night.travel_deg:.0f}° of travel, "
        f"{100 * night.clear_share:.2f} % of {timedelta(seconds=round(night.end_s - night.start_s))} clear"
    )


def _why(reason: str) -> str:
    """Shorten a reason to what matters in a list."""
    if reason.startswith("leaning"):
        return "leans towards the other side, for the flip"
    return "flip" if "flip" in reason or "slew" in reason else "follows"


def _draw(path: Path, name: str, night: "NightPlan", clearance_m: float) -> None:
    from client.night_plot import NoPlots, draw

    try:
        draw(path, name, night, clearance_m)
    except NoPlots as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _clock(unix_s: float) -> str:
    return f"{datetime.fromtimestamp(unix_s):%H:%M:%S}"


def _utc(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="seconds")
