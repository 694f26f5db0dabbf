"""Our driver under a real indiserver, with a client that is connected to it."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indi_server import IndiServer
from wire_client import WireClient

DRIVER = Path(sys.executable).parent / "indi_dome_driver"
DOME, MOUNT = "Abaque Dome", "Telescope Simulator"
FAST: dict[str, Any] = {"simulator": {"speed_factor": 20.0}}
BY_THRESHOLD: dict[str, Any] = {"rule": "threshold"}
"""Section `slaving` for tests that tell azimuths to half a degree."""


@dataclass
class Observatory:
    """A running server, and a client of it that is connected to the dome."""

    server: IndiServer
    client: WireClient
    home: Path

    def second_client(self) -> WireClient:
        return WireClient(self.server.port, self.client.device)


def write_config(home: Path, tree: dict[str, Any]) -> Path:
    """Write a configuration file."""
    path = home / "config.json"
    path.write_text(json.dumps(tree))
    return path
