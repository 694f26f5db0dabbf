"""`indi-dome goto|park|unpark|abort`: the commands that move a dome or stop it."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated, TypeVar

import typer

from client.azimuth import format_azimuth, parse_azimuth
from client.commands.options import ConfigOption, DomeOption, ServerOption, TimeoutOption, resolve_target
from client.commands.progress import MotionProgress
from client.commands.runner import run_with_dome
from client.dome import DomeClient
from client.errors import ClientError, DeviceNotConnected

MOTION_S = 600.0
Result = TypeVar("Result")


def add_to(app: typer.Typer) -> None:
    """Register this group's commands."""
    app.command("goto")(goto)
    app.command("park")(park)
    app.command("unpark")(unpark)
    app.command("abort")(abort)


def goto(
    azimuth: Annotated[str, typer.Argument(metavar="AZIMUTH", help="Degrees: 123.5 or 123:30:00; north 0, east 90.")],
    server: ServerOption = None,
    dome: DomeOption = None,
    config: ConfigOption = None,
    timeout: TimeoutOption = MOTION_S,
) -> None:
    """Turn the dome to an azimuth and wait until it is there. Ctrl-C stops the dome."""
    try:
        azimuth_deg = parse_azimuth(azimuth)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="AZIMUTH") from None

    async def act(client: DomeClient) -> str:
        await _prepare(client)
        with MotionProgress(f"turning to {format_azimuth(azimuth_deg)}", azimuth_deg) as progress:
            reached_deg = await _stop_on_interrupt(client, client.goto(azimuth_deg, timeout, progress))
        if client.status().slaving:
            _say("note: the dome still slaves itself and will turn back to the telescope")
        return f"{client.device} is at {format_azimuth(reached_deg)}"

    typer.echo(run_with_dome(resolve_target(server, dome, config), timeout, act))


def park(
    server: ServerOption = None,
    dome: DomeOption = None,
    config: ConfigOption = None,
    timeout: TimeoutOption = MOTION_S,
) -> None:
    """Park the dome and wait until it is parked. Ctrl-C stops the dome."""

    async def act(client: DomeClient) -> str:
        await _prepare(client)
        with MotionProgress("parking") as progress:
            await _stop_on_interrupt(client, client.park(timeout, progress))
        return f"{client.device} is parked at {format_azimuth(client.status().azimuth_deg)}"

    typer.echo(run_with_dome(resolve_target(server, dome, config), timeout, act))


def unpark(
    server: ServerOption = None,
    dome: DomeOption = None,
    config: ConfigOption = None,
    timeout: TimeoutOption = MOTION_S,
) -> None:
    """Unpark the dome and wait until it is. Ctrl-C stops the dome."""

    async def act(client: DomeClient) -> str:
        await _prepare(client)
        with MotionProgress("unparking") as progress:
            await _stop_on_interrupt(client, client.unpark(timeout, progress))
        return f"{client.device} is unparked at {format_azimuth(client.status().azimuth_deg)}"

    typer.echo(run_with_dome(resolve_target(server, dome, config), timeout, act))


def abort(
    server: ServerOption = None,
    dome: DomeOption = None,
    config: ConfigOption = None,
    timeout: TimeoutOption = 10.0,
) -> None:
    """Stop the dome now and wait until the driver confirms."""

    async def act(client: DomeClient) -> str:
        if not client.status().connected:
            raise DeviceNotConnected(client.device, "there is nothing to stop")
        await client.abort(timeout)
        return f"{client.device} is stopped at {format_azimuth(client.status().azimuth_deg)}"

    typer.echo(run_with_dome(resolve_target(server, dome, config), timeout, act))


async def _prepare(client: DomeClient) -> None:
    if not client.status().connected:
        _say(f"connecting {client.device} to its hardware ...")
        await client.connect_device()


async def _stop_on_interrupt(client: DomeClient, motion: Awaitable[Result]) -> Result:
    """Await a motion; when the person interrupts, stop the dome before giving up."""
    try:
        return await motion
    except asyncio.CancelledError:
        try:
            await client.abort(5.0)
        except ClientError as error:
            _say(f"indi-dome: could not stop the dome: {error} It may still be moving.")
        else:
            _say(f"indi-dome: interrupted, the dome is stopped at {format_azimuth(client.status().azimuth_deg)}")
        raise


def _say(text: str) -> None:
    typer.echo(text, err=True)
