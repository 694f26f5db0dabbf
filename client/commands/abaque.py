"""`indi-dome abaque`: the measured table as an instrument. All but `measure` needs neither server nor dome."""

import typer

from client.abaque import check_command, fit_command, lookup_command, table_commands
from client.commands.abaque_measure import add_measure_to

EPILOG = """Examples:

indi-dome abaque check my-table.xlsx

indi-dome abaque fit my-table.xlsx

indi-dome abaque lookup 60 120 --side west

indi-dome abaque measure

indi-dome abaque COMMAND --help has the rest.
"""


def add_to(app: typer.Typer) -> None:
    """Register this group's commands."""
    group = typer.Typer(no_args_is_help=True, epilog=EPILOG)
    group.command("fit", epilog=fit_command.EPILOG)(fit_command.fit)
    group.command("check", epilog=check_command.EPILOG)(check_command.check)
    group.command("lookup", epilog=lookup_command.EPILOG)(lookup_command.lookup)
    group.command("convert", epilog=table_commands.CONVERT_EPILOG)(table_commands.convert)
    group.command("generate", epilog=table_commands.GENERATE_EPILOG)(table_commands.generate)
    add_measure_to(group)
    app.add_typer(
        group, name="abaque", help="Measure and examine the table of your dome: fit, check, look up, convert."
    )
