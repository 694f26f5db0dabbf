"""`indi-dome conform`: test any INDI dome against what clients need."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import click
import typer
from rich.console import Console

from client.commands.options import ConfigOption, ServerOption, Target, resolve_target
from client.commands.runner import EXIT_FAILED, EXIT_INTERRUPTED, exit_code
from client.conform import names
from client.conform.bench import Bench, Options
from client.conform.catalogue import all_checks
from client.conform.check import Check, Failed
from client.conform.dome import DomeUnderTest
from client.conform.find import find_dome
from client.conform.progress import CheckProgress
from client.conform.report import Setting, as_object, show, show_list
from client.conform.report_markdown import as_markdown
from client.conform.runner import select
from client.conform.session import Outcomes, run_session
from client.conform.wire import Wire
from client.errors import ClientError

EXIT_USAGE = 2

WARNING = """About to test {what}.

It will be turned through full turns and stopped in mid-move, parked, unparked and synced, slaved, disconnected and
connected again; impossible commands are sent to it on purpose, and its settings are changed and saved. At the end it
is given back as it was found. Before you go on: nobody and nothing in its way, cables free to turn, telescope parked
or clear of the slit, an emergency stop within reach. Ctrl-C stops the dome and leaves it where it stands.
"""
STILL_WARNING = """About to test {what}.

The checks chosen do not move it. It may be disconnected and connected again.
"""
ON_ANY_HARDWARE = "the dome of {driver}, on a private server, with whatever hardware that driver finds"

EPILOG = """Examples:

indi-dome conform --server observatory:7624 --dome "My Dome"

indi-dome conform --only motion --only C4 --dome "Dome Simulator" --yes

indi-dome conform --driver indi_simulator_dome --yes --markdown > report.md

indi-dome conform --list

Exit codes: 0 everything that applies passed, 1 something failed, 2 wrong usage or not confirmed, 3 no server or no such
dome, 130 interrupted: stopped where it stands.
"""


def add_to(app: typer.Typer) -> None:
    """Register this group's commands."""
    app.command("conform", epilog=EPILOG)(conform)


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for."""

    checks: list[Check]
    target: Target | None
    driver: str | None
    dome: str | None
    options: Options


def conform(
    server: ServerOption = None,
    dome: Annotated[
        str | None, typer.Option("--dome", metavar="NAME", help="Name of the dome; default: the only one there.")
    ] = None,
    driver: Annotated[
        str | None,
        typer.Option(
            metavar="EXEC", help="Start this driver on a private server, with a HOME of its own, and test it."
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="WORDS", help="Only these checks or groups: 10,13,C3 or motion.")
    ] = None,
    skip: Annotated[list[str] | None, typer.Option(metavar="WORDS", help="Leave out these checks or groups.")] = None,
    long: Annotated[bool, typer.Option("--long", help="Also the checks that take long.")] = False,
    minutes: Annotated[
        float, typer.Option(min=0.1, metavar="N", help="How long check 44 of --long lasts, in minutes.")
    ] = 60.0,
    driver_lists: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the driver lists that KStars reads (check 45).")
    ] = Path("/usr/share/indi"),
    shutter: Annotated[bool, typer.Option("--shutter", help="Also open and close the shutter.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show the checks and stop; needs no server.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write the report as one JSON object.")] = False,
    as_page: Annotated[bool, typer.Option("--markdown", help="Write the report as a Markdown page.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask: the dome may be moved.")] = False,
    config: ConfigOption = None,
) -> None:
    """Test any INDI dome: does it behave as KStars and other clients need? It moves the dome."""
    try:
        checks = select(all_checks(), _words(only), _words(skip))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if only and not _words(only):
        raise typer.BadParameter("--only names no check: leave it out to run all of them")
    if list_:
        show_list(Console(), checks)
        return
    if as_json and as_page:
        raise typer.BadParameter("the report is written once: give either --json or --markdown")
    if driver is not None and server is not None:
        raise typer.BadParameter("--driver starts a server of its own: give either --driver or --server")
    target = None if driver else resolve_target(server, dome or "", config)
    plan = Plan(
        checks, target, driver, dome, Options(long=long, shutter=shutter, minutes=minutes, driver_lists=driver_lists)
    )
    _run(plan, _to_json if as_json else _to_markdown if as_page else _to_screen, yes)


def _to_json(outcomes: Outcomes, setting: Setting) -> None:
    typer.echo(json.dumps(as_object(outcomes, setting), indent=2, ensure_ascii=False))


def _to_markdown(outcomes: Outcomes, setting: Setting) -> None:
    typer.echo(as_markdown(outcomes, setting))


def _to_screen(outcomes: Outcomes, setting: Setting) -> None:
    show(Console(highlight=False), outcomes, setting)


def _words(given: list[str] | None) -> list[str]:
    return [word.strip() for each in given or [] for word in each.split(",") if word.strip()]


def _run(plan: Plan, report: Callable[[Outcomes, Setting], None], yes: bool) -> None:
    outcomes, begun_s = Outcomes(), time.monotonic()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    code = 0
    try:
        plan = _confirm(plan, yes)
        begun_s = time.monotonic()
        asyncio.run(_session(plan, outcomes))
    except ClientError as error:
        typer.echo(f"indi-dome: {error}", err=True)
        code = exit_code(error)
    except Failed as failure:
        typer.echo(f"indi-dome: the dome cannot be tested: {failure.seen}", err=True)
        code = EXIT_FAILED
    except (KeyboardInterrupt, asyncio.CancelledError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the dome stands; what is left is to say so
        typer.echo("indi-dome: interrupted", err=True)
        code = EXIT_INTERRUPTED
    except click.Abort:
        typer.echo("indi-dome: nothing was moved.", err=True)
        raise typer.Exit(EXIT_USAGE) from None
    if outcomes.results or report is not _to_screen:
        where = f"{plan.target.host}:{plan.target.port}" if plan.target else f"a private server ({plan.driver})"
        setting = Setting(where, started, time.monotonic() - begun_s)
        report(outcomes, setting)
        code = code or (EXIT_FAILED if outcomes.failed else 0)
    if code:
        raise typer.Exit(code)


def _confirm(plan: Plan, yes: bool) -> Plan:
    """Say what is to come, and ask; returns the plan with the dome that the person agreed to."""
    target = plan.target
    if target is not None:
        device, about = asyncio.run(_look(target, plan.dome))
        plan = replace(plan, dome=device)
        what = f'"{device}" ({about}) on {target.host}:{target.port}'
    else:
        from client.conform.host import program_of  # only here: nobody else needs its machinery

        program_of(plan.driver or "")  # before a long warning about nothing
        what = ON_ANY_HARDWARE.format(driver=plan.driver)
    moves = any(check.moves for check in plan.checks)
    typer.echo((WARNING if moves else STILL_WARNING).format(what=what), err=True)
    if yes or not moves:
        return plan
    if not sys.stdin.isatty():
        typer.echo("indi-dome: nobody can be asked here (no terminal). Give --yes if the dome may be moved.", err=True)
        raise typer.Exit(EXIT_USAGE)
    if not typer.confirm("Move it?", err=True):
        typer.echo("indi-dome: nothing was moved.", err=True)
        raise typer.Exit(EXIT_USAGE)
    return plan


async def _look(target: Target, dome: str | None) -> tuple[str, str]:
    """Find the dome before asking, so that the question names it."""
    wire = await Wire.open(target.host, target.port)
    try:
        found = await find_dome(wire, dome)
        driver = about(found)
        return found.device, f"{driver.get('exec', '')} {driver.get('version', '')}".strip() or "driver unknown"
    finally:
        await wire.close()


def about(dome: DomeUnderTest) -> dict[str, str]:
    """Give name, executable and version of the driver as it tells them."""
    info = dome.wire.known(names.DRIVER_INFO, dome.device)
    values = info.values if info else {}
    return {key: values.get(f"DRIVER_{key.upper()}", "") for key in ("name", "exec", "version")}


async def _session(plan: Plan, outcomes: Outcomes) -> None:
    task = asyncio.current_task()
    if task is not None:
        # All of them cancel this task alone, however often: the connection must live to carry the stop.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    async with AsyncExitStack() as stack:
        host = None
        if plan.driver is not None:
            from client.conform.host import start_host  # only here: nobody else needs its machinery

            host = await start_host(plan.driver, {})
            stack.push_async_callback(host.stop)
        address = (host.host, host.port) if host else (plan.target.host, plan.target.port) if plan.target else ("", 0)
        wire = await Wire.open(*address)
        stack.push_async_callback(wire.close)
        dome = await find_dome(wire, plan.dome)
        if host is not None:
            host.device = dome.device
        outcomes.device, outcomes.driver = dome.device, about(dome)
        progress = stack.enter_context(CheckProgress())
        bench = Bench(wire, dome, plan.options, host, host.mount if host else None, progress.inside)
        await run_session(bench, plan.checks, progress, outcomes, progress.say)
