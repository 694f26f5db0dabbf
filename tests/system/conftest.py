"""Our driver under a real indiserver, with a client that checks every answer."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from indi_server import IndiServer
from observatory import DOME, DRIVER, FAST, Observatory, write_config
from wire_client import WireClient


@pytest.fixture
def observatory(start_indi_server: Callable[..., IndiServer], tmp_path: Path) -> Iterator[Callable[..., Observatory]]:
    """Start server, driver and client; at the end every command must have been answered."""
    if not DRIVER.exists():
        pytest.skip(f"{DRIVER} is not installed: run `make venv`")
    with ExitStack() as stack:
        clients: list[WireClient] = []

        def start(
            *others: str,
            config: dict[str, Any] | None = None,
            connect: bool = True,
            device: str = DOME,
            env: dict[str, str] | None = None,
            driver: str = str(DRIVER),
        ) -> Observatory:
            path = write_config(tmp_path, FAST if config is None else config)
            environment = {"INDI_DOME_CONFIG": str(path), **(env or {})}
            server = start_indi_server(driver, *others, home=tmp_path, env=environment)
            client = stack.enter_context(WireClient(server.port, device))
            clients.append(client)
            client.wait_definition("CONNECTION", timeout_s=15)
            if connect:
                client.switch("CONNECTION", "CONNECT")
                client.wait_definition("SLAVING_REASON", timeout_s=15)
                client.wait_message("SIMULATED")
            return Observatory(server, client, tmp_path)

        yield start
        for client in clients:
            assert client.unanswered() == []  # check 47
            assert client.badly_written_messages() == []  # check 43
