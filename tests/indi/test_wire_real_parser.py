"""What we write, read by the C++ parser of indiserver and its tools, and the other way round."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import indi_dome_driver

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("indiserver") is None, reason="indiserver is not installed (apt install indi-bin)"),
]

DRIVER = r"""#!{python}
import asyncio, sys
sys.path.insert(0, {root!r})
from indi_dome_driver.indi.command import parse_command
from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.transport import StreamTransport
from indi_dome_driver.indi.vectors import *

DEVICE, NOW = "Wire Test", "2026-08-05T21:00:00"
VECTORS = {{vector.name: vector for vector in (
    NumberVector("N", "Numbers", "Main", [
        NumberElement("THIRD", "A third", "%6.2f", 0, 360, 1, 1 / 3),
        NumberElement("TINY", "Tiny", "%g", 0, 0, 0, 1e-7),
        NumberElement("BIG", "Big", "%.f", 0, 0, 0, 1941866)], state=State.BUSY, timeout_s=12),
    SwitchVector("S", "Switches", "Main", [SwitchElement("CW", "Dome CW", True), SwitchElement("CCW", "Dome CCW")],
        rule=Rule.AT_MOST_ONE, state=State.OK),
    TextVector("T", "Texts <&>", "Main", [TextElement("A", "A", "é <&> \"it's\""), TextElement("E", "Empty", "")],
        permission=Permission.READ_ONLY),
    LightVector("L", "Lights", "Main", [LightElement("RED", "Red", State.ALERT)]),
)}}

async def main():
    ended, decoder = asyncio.Event(), Decoder()
    def on_data(data):
        for message in decoder.feed(data):
            if message.tag == "getProperties":
                for vector in VECTORS.values():
                    io.write(vector.definition(DEVICE, NOW), f"def {{vector.name}}")
            elif message.name in VECTORS:
                vector = VECTORS[message.name]
                vector.assign(parse_command(message, vector))
                vector.state = State.OK
                io.write(vector.update(DEVICE, NOW, "[INFO] <obeyed>"), f"set {{vector.name}}")
    io = StreamTransport(0, 1, on_data, lambda reason: ended.set())
    io.start()
    await ended.wait()

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run indiserver with the driver above; give the port once it listens."""
    folder = tmp_path_factory.mktemp("real_parser")
    driver = folder / "wire_test_driver"
    root = Path(indi_dome_driver.__file__).parents[1]
    driver.write_text(DRIVER.format(python=sys.executable, root=str(root)))
    driver.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            ["indiserver", "-p", str(number), "-r", "0", "-u", str(folder / "socket"), str(driver)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "HOME": str(folder)},
        )
        try:
            with connected(number) as client:
                client.sendall(b"<getProperties version='1.7' device='Wire Test'/>")
                read_until(client, b"</defLightVector>")
            yield number
        finally:
            server.terminate()
            server.wait(timeout=10)


def connected(port: int) -> socket.socket:
    """Connect as soon as the server listens."""
    give_up = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except ConnectionRefusedError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def getprop(port: int, *what: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["indi_getprop", "-p", str(port), "-t", "2", *what], capture_output=True, text=True, timeout=20, check=False
    )


def setprop(port: int, what: str) -> None:
    subprocess.run(["indi_setprop", "-p", str(port), what], capture_output=True, timeout=20, check=True)


def lines(port: int, what: str) -> dict[str, str]:
    answer = getprop(port, what)
    assert answer.returncode == 0, answer.stderr
    return dict(line.split("=", 1) for line in answer.stdout.splitlines())


def value(port: int, what: str) -> str:
    return next(iter(lines(port, what).values()))


def test_definitions_arrive_in_full(port: int) -> None:
    found = lines(port, "Wire Test.*.*")
    assert float(found["Wire Test.N.THIRD"]) == pytest.approx(1 / 3, abs=1e-15)
    assert float(found["Wire Test.N.TINY"]) == pytest.approx(1e-7, abs=1e-20)
    assert float(found["Wire Test.N.BIG"]) == 1941866
    assert (found["Wire Test.S.CW"], found["Wire Test.S.CCW"]) == ("On", "Off")
    assert found["Wire Test.T.A"] == 'é <&> "it\'s"'
    assert found["Wire Test.T.E"] == ""
    assert found["Wire Test.L.RED"] == "Alert"


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("S._STATE", "Ok"),
        ("T._LABEL", "Texts <&>"),
        ("T._PERM", "ro"),
        ("N._TO", "12"),
        ("N._TS", "2026-08-05T21:00:00"),
        ("N._GROUP", "Main"),
    ],
)
def test_attributes_arrive(port: int, what: str, expected: str) -> None:
    assert value(port, f"Wire Test.{what}") == expected


def test_commands_and_updates_make_the_round(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as watcher:
        watcher.sendall(b"<getProperties version='1.7' device='Wire Test'/>")
        read_until(watcher, b"</defLightVector>")
        setprop(port, "Wire Test.N.THIRD=12:30:00")
        update = read_until(watcher, b"</setNumberVector>")
        setprop(port, "Wire Test.S.CCW=On")
        update += read_until(watcher, b"</setSwitchVector>")
    assert b"[INFO] &lt;obeyed&gt;" in update
    assert float(value(port, "Wire Test.N.THIRD")) == 12.5
    assert value(port, "Wire Test.N._STATE") == "Ok"
    assert (value(port, "Wire Test.S.CW"), value(port, "Wire Test.S.CCW")) == ("Off", "On")


def read_until(watcher: socket.socket, end: bytes) -> bytes:
    data = b""
    while end not in data:
        chunk = watcher.recv(65536)
        assert chunk, "indiserver closed the connection"
        data += chunk
    return data
