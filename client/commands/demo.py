"""`indi-dome demo`: see it work on this computer, with nothing real attached."""

import asyncio
import re
import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from client.commands.runner import EXIT_FAILED, EXIT_INTERRUPTED

SHOW_SPEED, KEEP_SPEED = 20.0, 5.0
PICTURE_COLUMNS = 92


def add_to(app: typer.Typer) -> None:
    """Register this group's commands."""
    app.command("demo")(demo)


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Play nothing: keep server and simulators running.")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of the server; 0: a free one.")] = 0,
    speed: Annotated[
        float | None,
        typer.Option(
            "--speed",
            min=0.1,
            max=100.0,
            help=f"How much faster than real time the dome lives; {SHOW_SPEED:g}, with --keep {KEEP_SPEED:g}.",
        ),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="Save what was shown as SVG.", dir_okay=False)
    ] = None,
) -> None:
    """Show the slit following a telescope: real server, simulated dome, three real objects, about a minute."""
    from client.demo import play  # late: a quick --help does without it
    from client.demo.stage import Stage
    from client.errors import ClientError

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)  # a closed terminal must not leave a server behind
    console = Console(record=picture is not None, width=PICTURE_COLUMNS if picture else None, highlight=False)
    stage = Stage(port, speed if speed is not None else (KEEP_SPEED if keep else SHOW_SPEED))
    try:
        with stage:
            asyncio.run(play.keep(stage, console) if keep else play.play(stage, console))
    except ClientError as error:
        typer.echo(f"indi-dome: {error}", err=True)
        words = stage.last_words()
        if words:
            typer.echo(f"the end of the server's log ({stage.log}):\n{words}", err=True)
        raise typer.Exit(EXIT_FAILED) from None
    except KeyboardInterrupt:
        typer.echo("\nindi-dome: interrupted; everything is stopped", err=True)
        raise typer.Exit(0 if keep else EXIT_INTERRUPTED) from None
    if picture is not None:
        svg = console.export_svg(title="make demo")
        # The viewer's own font will do: no font is fetched to look at a picture.
        picture.write_text(re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL), encoding="utf-8")


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
