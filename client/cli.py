"""The `indi-dome` command: its groups are registered here and nowhere else."""

import typer

from client.commands import abaque, conform, demo, follow, motion, show

GROUPS = (show, motion, follow, abaque, conform, demo)

EPILOG = """Examples:

indi-dome status --json

indi-dome goto 123.5 --dome "Dome Simulator"

indi-dome goto 123:30:00 --server observatory:7624

indi-dome park

indi-dome sync --mount "Telescope Simulator" --dome "Abaque Dome" --abaque my-table.xlsx

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no server or no such device, 130 interrupted (dome stopped).
"""


def build_app() -> typer.Typer:
    """Assemble the command line."""
    app = typer.Typer(
        name="indi-dome",
        help="Command an INDI dome, ours or any other.",
        epilog=EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
    )
    for group in GROUPS:
        group.add_to(app)
    return app


def run() -> None:
    """Start from the console script."""
    build_app()()
