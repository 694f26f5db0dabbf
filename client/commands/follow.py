"""`indi-dome sync`: keep a dome in front of a mount."""

import os
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from astro.mount_report import Site
from astro.slaving import SidePolicy
from client.abaque_model import load_model, table_kind
from client.commands.options import ConfigOption, DomeOption, ServerOption, resolve_target
from client.commands.runner import run_with_connection
from client.connection import IndiConnection
from client.dome import DomeClient
from client.slaving_settings import slaving_settings
from client.sync import Follower, Step

SHOW_FLIP_S = 1800.0
"""From this long before a flip on, every line tells of it."""


class Side(StrEnum):
    """Words of --side."""

    MOUNT = "mount"
    MOUNT_INVERTED = "mount-inverted"
    HOUR_ANGLE = "hour-angle"
    WEST = "west"
    EAST = "east"
    IGNORE = "ignore"


class Model(StrEnum):
    """Words of --model."""

    AUTO = "auto"
    GEOMETRY = "geometry"
    TABLE = "table"
    REFERENCE = "reference"


POLICIES = {
    Side.MOUNT: SidePolicy.MOUNT,
    Side.MOUNT_INVERTED: SidePolicy.MOUNT_INVERTED,
    Side.HOUR_ANGLE: SidePolicy.HOUR_ANGLE,
    Side.WEST: SidePolicy.WEST,
    Side.EAST: SidePolicy.EAST,
    Side.IGNORE: SidePolicy.IGNORE,
}


def add_to(app: typer.Typer) -> None:
    """Register this group's commands."""
    app.command("sync")(sync)


def sync(
    mount: Annotated[
        str | None, typer.Option("--mount", metavar="NAME", help="Mount to follow; default: slaving.mount.")
    ] = None,
    abaque: Annotated[
        Path | None,
        typer.Option("--abaque", metavar="FILE", help="Measured table (.xlsx); default: abaque.file.", dir_okay=False),
    ] = None,
    side: Annotated[
        Side | None,
        typer.Option("--side", help="Who says on which side of the pier the tube is; default: the mount, see slaving."),
    ] = None,
    model: Annotated[
        Model | None,
        typer.Option("--model", help="What is made of the table; default: abaque.model."),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold", metavar="DEGREES", min=0.0, help="Move by this dead band, not by the clearance in the slit."
        ),
    ] = None,
    server: ServerOption = None,
    dome: DomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Keep the dome's slit in front of the telescope until Ctrl-C (which stops a move that is ours); any INDI dome.

    It ends with exit code 1 when somebody moves or stops the dome by hand, or switches the dome's own slaving on.

    Each change of mind is one line: where the telescope looks, where the dome should be and is, and why.
    """
    from indi_dome_driver.config import ConfigError, load_config, resolve_abaque  # late: it costs start-up time

    target = resolve_target(server, dome, config)
    try:
        loaded_config = load_config(config, os.environ)
        settings = loaded_config.config
        path = abaque if abaque is not None else resolve_abaque(settings, loaded_config.source_path)
    except ConfigError as error:
        raise typer.BadParameter(str(error)) from error
    if path is None:
        raise typer.BadParameter("no table: name one with --abaque FILE, or abaque.file in the configuration")
    slaving = slaving_settings(settings, None if side is None else POLICIES[side], threshold)

    kind = table_kind(model or settings.abaque.model)

    async def follow(connection: IndiConnection) -> None:
        chosen, loaded = await load_model(path, kind, settings.site.latitude_deg, settings.dome.radius_m)
        typer.echo(f"table {path.name}: {loaded.figures['points']:.0f} points")
        typer.echo(f"model {loaded.why(kind)}")
        for finding in loaded.findings:
            typer.echo(f"note: {finding}", err=True)
        client = DomeClient(connection, target.device)
        await client.find()
        await client.connect_device()
        name = mount or settings.slaving.mount
        typer.echo(f"following {name} with {target.device}; Ctrl-C ends it")
        site = Site(settings.site.latitude_deg, settings.site.longitude_deg)
        follower = Follower(connection, target.host, target.port, name, client, chosen, slaving, site, StepWriter())
        await follower.run()

    run_with_connection(target, follow)


class StepWriter:
    """Writes a line when the follower changes its mind."""

    def __init__(self) -> None:
        self._last: tuple[object, ...] = ()

    def __call__(self, step: Step) -> None:
        """Show a step, unless it says what the last one said."""
        decision = step.decision
        key = (decision.verdict, decision.side, step.note, decision.go and decision.target_deg)
        if key == self._last:
            return
        self._last = key
        typer.echo(f"{datetime.now():%H:%M:%S} {describe(step)}")


def describe(step: Step) -> str:
    """Put a step into one line."""
    decision = step.decision
    parts = []
    if decision.pointing is not None:
        parts.append(f"telescope alt {decision.pointing.altitude_deg:.1f}° az {decision.pointing.azimuth_deg:.1f}°")
    if decision.side is not None:
        parts.append(f"tube {decision.side.label} ({decision.side_source})")
    if decision.target_deg is not None:
        wanted = decision.target_deg if decision.goto_deg is None else decision.goto_deg
        at, to = (round(each or 0.0, 1) % 360.0 for each in (step.dome_azimuth_deg, wanted))
        parts.append(f"dome {at:.1f}° → {to:.1f}°")
    if decision.clearance_m is not None:
        parts.append(f"clearance {1000 * decision.clearance_m:.0f} mm")
    parts.append(f"{'MOVE' if decision.go else 'stay'}: {decision.reason}")
    if decision.flip is not None and decision.flip.in_s < SHOW_FLIP_S and "flip" not in decision.reason:
        parts.append(decision.flip.text())
    if step.note:
        parts.append(f"[{step.note}]")
    return ", ".join(parts)
