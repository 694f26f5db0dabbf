"""Runs one command against a dome and turns its end into an exit code."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from client.commands.options import Target
from client.connection import IndiConnection
from client.dome import DomeClient
from client.errors import ClientError, DeviceNotFound, NoServer, NotADome, NotConnected, ServerSilent

EXIT_FAILED = 1
EXIT_UNREACHABLE = 3
EXIT_INTERRUPTED = 130
CONNECT_S = 5.0

Result = TypeVar("Result")


def run_with_dome(target: Target, timeout_s: float, action: Callable[[DomeClient], Awaitable[Result]]) -> Result:
    """Connect, find the dome, act, disconnect.

    Args:
        target: which dome where.
        timeout_s: the person's limit, seconds; connecting and finding take less where they can.
        action: what to do.

    Returns:
        What the action returns.

    Raises:
        typer.Exit: with the exit code, after the reason was written to stderr.
    """

    async def session(connection: IndiConnection) -> Result:
        dome = DomeClient(connection, target.device)
        await dome.find(min(timeout_s, 3.0))
        return await action(dome)

    return run_with_connection(target, session, timeout_s)


def run_with_connection(
    target: Target, action: Callable[[IndiConnection], Awaitable[Result]], timeout_s: float = CONNECT_S
) -> Result:
    """Connect, act, disconnect.

    Args:
        target: which server.
        action: what to do over the open connection.
        timeout_s: limit for connecting, seconds; more than a few make no difference.

    Returns:
        What the action returns.

    Raises:
        typer.Exit: with the exit code, after the reason was written to stderr.
    """

    async def session() -> Result:
        connection = IndiConnection()
        try:
            await connection.connect(target.host, target.port, min(timeout_s, CONNECT_S))
            return await action(connection)
        finally:
            await connection.close()

    try:
        return asyncio.run(session())
    except ClientError as error:
        typer.echo(f"indi-dome: {error}", err=True)
        raise typer.Exit(exit_code(error)) from None
    except KeyboardInterrupt:
        typer.echo("indi-dome: interrupted", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None


def exit_code(error: ClientError) -> int:
    """Tell apart "nobody there" (3) from "there, but it did not work" (1)."""
    unreachable = (NoServer, ServerSilent, NotConnected, DeviceNotFound, NotADome)
    return EXIT_UNREACHABLE if isinstance(error, unreachable) else EXIT_FAILED
