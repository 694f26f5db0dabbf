"""`indi-dome abaque`: the table that says where the slit must be."""

import typer

from client.commands.abaque_measure import add_measure_to


def add_to(app: typer.Typer) -> None:
    """Register this group's commands."""
    group = typer.Typer(no_args_is_help=True)
    add_measure_to(group)
    app.add_typer(group, name="abaque", help="Measure, check and use the table of your dome.")
