"""`indi-dome conform` when its connection is cut in the middle of a check: the dome is stopped, the truth put back."""

import asyncio
import json
from pathlib import Path

import pytest
from indi_server import IndiServer, missing_program
from observatory import DOME, DRIVER
from wire_client import WireClient

from astro.angles import difference_deg
from client.conform.bench import Bench
from client.conform.catalogue import all_checks
from client.conform.check import Check, Outcome, Result
from client.conform.find import find_dome
from client.conform.runner import select
from client.conform.session import Outcomes, run_session
from client.conform.wire import Wire

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        missing_program() is not None, reason="indiserver is not installed (Debian: apt install indi-bin)"
    ),
    pytest.mark.skipif(not DRIVER.exists(), reason="run `make venv`"),
]


class Cable:
    """Relays a server's connections, and is cut once, right after a command that holds a word went through."""

    def __init__(self, port: int, word: bytes) -> None:
        self.cuts = 0
        self._port, self._word = port, word

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._port)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, word: bytes) -> None:
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
                if word and word in data and not self.cuts:
                    self.cuts += 1
                    break
            writer.close()
            server_writer.close()

        await asyncio.gather(
            pump(reader, server_writer, self._word), pump(server_reader, writer, b""), return_exceptions=True
        )


class Silent:
    def begins(self, check: Check, place: int, of: int) -> None: ...

    def ended(self, result: Result) -> None: ...


async def run_over_a_cable(port: int, number: str, word: bytes) -> tuple[Outcomes, int]:
    cable = Cable(port, word)
    relay = await asyncio.start_server(cable.carry, "127.0.0.1", 0)
    async with relay:
        wire = await Wire.open("127.0.0.1", relay.sockets[0].getsockname()[1])
        try:
            outcomes = Outcomes()
            bench = Bench(wire, await find_dome(wire, DOME))
            await run_session(bench, select(all_checks(), [number]), Silent(), outcomes, lambda text: None)
        finally:
            await wire.close()
    return outcomes, cable.cuts


@pytest.mark.parametrize(
    ("number", "word"), [("29", b'name="DOME_SYNC"'), ("10", b">40<"), ("17", b'<oneSwitch name="DOME_CW">On')]
)
async def test_after_a_cut_the_dome_stands_where_it_stood_and_knows_it(
    tmp_path: Path, number: str, word: bytes
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"simulator": {"speed_factor": 20.0}}))
    with (
        IndiServer(str(DRIVER), home=tmp_path, env={"INDI_DOME_CONFIG": str(config)}) as server,
        WireClient(server.port, DOME) as client,
    ):
        client.wait_definition("CONNECTION", timeout_s=15)
        client.switch("CONNECTION", "CONNECT")
        client.wait_definition("ABS_DOME_POSITION")
        client.goto(15)
        client.wait_set("ABS_DOME_POSITION", "Ok", client.sent[-1][0])
        outcomes, cuts = await run_over_a_cable(server.port, number, word)
        assert cuts == 1
        found = {each.check.number: each for each in outcomes.results}
        assert found[number].outcome is Outcome.FAIL
        assert "closed the connection" in found[number].seen
        assert (found["C8"].outcome, found["C8"].seen) == (Outcome.PASS, "everything as it was found")
        client.settle(1.0)
        assert client.of("DOME_MOTION")[-1].state != "Busy"
        assert abs(difference_deg(client.of("ABS_DOME_POSITION")[-1].number(), 15.0)) < 0.5
        truth = json.loads((tmp_path / ".indi" / f"{DOME}_simulator.json").read_text())["azimuth_deg"]
        assert abs(difference_deg(truth, 15.0)) < 0.5, "also where it really stands"
