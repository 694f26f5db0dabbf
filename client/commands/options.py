"""The options every command shares, and what they default to."""

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

SERVER_HELP = "INDI server; default: client.server of the configuration."
DEFAULT_PORT = 7624

ServerOption = Annotated[str | None, typer.Option("--server", metavar="HOST:PORT", help=SERVER_HELP)]
DomeOption = Annotated[
    str | None,
    typer.Option("--dome", metavar="NAME", help="Name of the dome; default: device_name of the configuration."),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Configuration file; default: INDI_DOME_CONFIG, else the user's, else the delivered one.",
    ),
]
TimeoutOption = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="How long to wait for the dome to finish.")
]


@dataclass(frozen=True, slots=True)
class Target:
    """Which dome on which server."""

    host: str
    port: int
    device: str


def resolve_target(server: str | None, dome: str | None, config: Path | None) -> Target:
    """Complete the options from the configuration, which is read only where an option is missing.

    Args:
        server: HOST:PORT, HOST or None.
        dome: device name or None.
        config: file to read instead of the usual one.

    Returns:
        What to connect to.

    Raises:
        typer.BadParameter: the address or the configuration makes no sense.
    """
    if server is None or dome is None:
        from indi_dome_driver.config import ConfigError, load_config  # only when it is needed: it costs start-up time

        try:
            settings = load_config(config, os.environ).config
        except ConfigError as error:
            raise typer.BadParameter(str(error)) from error
        server = settings.client.server if server is None else server
        dome = settings.device_name if dome is None else dome
    host, port = parse_server(server)
    return Target(host, port, dome)


def parse_server(text: str) -> tuple[str, int]:
    """Split HOST:PORT; the port may be left out, an IPv6 address stands in brackets.

    Raises:
        typer.BadParameter: not an address; says what would be.
    """
    host, port_text = text.strip(), str(DEFAULT_PORT)
    if host.startswith("["):
        host, _, rest = host[1:].partition("]")
        port_text = rest.removeprefix(":") or port_text
    elif ":" in host and not _is_ipv6(host):
        host, _, port_text = host.partition(":")
    if not host or not (port_text.isascii() and port_text.isdigit()) or not 0 < int(port_text) < 65536:
        raise typer.BadParameter(
            f"{text!r} is not HOST:PORT, for example localhost:{DEFAULT_PORT}", param_hint="--server"
        )
    return host, int(port_text)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
