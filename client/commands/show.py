"""`indi-dome status`: where the dome is and what it is doing."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from client.azimuth import format_azimuth
from client.commands.options import ConfigOption, DomeOption, ServerOption, TimeoutOption, resolve_target
from client.commands.runner import run_with_dome
from client.dome import DomeClient
from client.properties import Value
from client.status import DomeStatus


def add_to(app: typer.Typer) -> None:
    """Register this group's commands."""
    app.command("status")(status)


def status(
    server: ServerOption = None,
    dome: DomeOption = None,
    config: ConfigOption = None,
    timeout: TimeoutOption = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Show the dome's azimuth, motion, park state and slaving; changes nothing."""

    async def act(client: DomeClient) -> DomeStatus:
        return client.status()

    found = run_with_dome(resolve_target(server, dome, config), timeout, act)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    else:
        show(found, Console(highlight=False))


def show(found: DomeStatus, console: Console) -> None:
    """Write a status for people.

    Args:
        found: the status.
        console: where to; plain lines when it is no terminal.
    """
    rows = describe(found)
    if not console.is_terminal:
        for label, value in rows:
            typer.echo(f"{label}: {value}", file=console.file)
        return
    table = Table(title=found.device, show_header=False, title_justify="left")
    for label, value in rows:
        table.add_row(label, value)
    console.print(table)


def describe(found: DomeStatus) -> list[tuple[str, str]]:
    """Put a status into labelled words."""
    if not found.connected:
        return [("dome", found.device), ("connected", "no; goto, park and unpark connect it")]
    turning = {"cw": "clockwise", "ccw": "counter-clockwise"}
    motion = f"turning {turning[found.direction]}" if found.direction else "turning" if found.moving else "at rest"
    rows = [
        ("dome", found.device),
        ("azimuth", format_azimuth(found.azimuth_deg)),
        ("motion", motion),
        ("park", found.park),
    ]
    if found.slaving is not None:
        rows.append(("slaving", "on" if found.slaving else "off"))
    if found.slaving:  # while it is off the figures are old or zero
        rows += [(name.lower().replace("_", " "), _word(value)) for name, value in found.slaving_details.items()]
    if found.reason:
        rows.append(("why", found.reason))
    alerts = [name for name, state in found.states.items() if state == "Alert"]
    if alerts:
        rows.append(("alert", ", ".join(alerts)))
    return rows


def _word(value: Value) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
