"""The driver starts light: heavy libraries stay out of it, also while it works with a fitted table."""

import ast
import inspect
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from indi_server import wait_until
from observatory import DOME, DRIVER, write_config

import indi_dome_driver.main

NUMERICAL = ("numpy", "scipy", "astropy", "erfa", "openpyxl")
HARDWARE = ("lgpio", "spidev")
CLIENT = ("PyIndi", "typer", "rich")
LIMIT_MS = 60.0
"""CPU of `import indi_dome_driver` beyond the bare interpreter, as promised; it takes a few milliseconds."""
RUNS = 9


def loaded_by(code: str, names: tuple[str, ...]) -> list[str]:
    question = f"{code}\nimport sys\nprint(*[name for name in {names!r} if name in sys.modules])"
    return subprocess.run(
        [sys.executable, "-c", question], check=True, capture_output=True, text=True, timeout=30
    ).stdout.split()


def imports_of_serve() -> str:
    tree = ast.parse(textwrap.dedent(inspect.getsource(indi_dome_driver.main.serve)))
    found = [ast.unparse(each) for each in ast.walk(tree) if isinstance(each, ast.Import | ast.ImportFrom)]
    assert "import asyncio" in found
    assert any("device.device" in each for each in found), "serve() no longer shows what the driver is made of"
    return "\n".join(found)


def test_the_package_itself_loads_nothing_heavy() -> None:
    heavy = (*NUMERICAL, *HARDWARE, *CLIENT, "asyncio", "msgspec", "ssl")
    assert loaded_by("import indi_dome_driver", heavy) == []


def test_the_whole_driver_loads_no_numerical_library_and_no_hardware() -> None:
    web = ("http.client", "urllib.request", "zipfile")  # a tenth of the start each; some came in by the back door once
    code = f"import indi_dome_driver.main\n{imports_of_serve()}"
    assert loaded_by(code, (*NUMERICAL, *HARDWARE, *CLIENT, *web)) == []


def test_the_simulated_hardware_loads_no_real_one() -> None:
    code = "import indi_dome_driver.hardware.simulated.backend"
    assert loaded_by(code, (*NUMERICAL, *HARDWARE)) == []


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], socket.socket]]:
    if not DRIVER.exists():
        pytest.skip(f"{DRIVER} is not installed: run `make venv`")
    config = write_config(tmp_path, {"simulator": {"speed_factor": 20.0}})
    env = {**os.environ, "HOME": str(tmp_path), "INDI_DOME_CONFIG": str(config)}
    ours, theirs = socket.socketpair()
    ours.settimeout(0.1)
    process = subprocess.Popen([str(DRIVER)], stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=env)
    theirs.close()
    try:
        yield process, ours
    finally:
        ours.close()
        process.kill()
        process.wait(5)


def test_a_running_driver_with_a_fitted_table_maps_no_numerical_library(
    driver: tuple[subprocess.Popen[bytes], socket.socket],
) -> None:
    process, server = driver
    said = bytearray()

    def has_said(*words: bytes) -> bool:
        try:
            said.extend(server.recv(65536))
        except TimeoutError:
            return False
        return any(all(word in line for word in words) for line in said.split(b"Vector>"))

    server.sendall(b'<getProperties version="1.7"/>')
    server.sendall(
        f'<newSwitchVector device="{DOME}" name="CONNECTION">'
        '<oneSwitch name="CONNECT">On</oneSwitch></newSwitchVector>'.encode()
    )
    fitted = (b'<setTextVector device="%s" name="ABAQUE_INFO" state="Ok"' % DOME.encode(), b"SUMMARY")
    wait_until(lambda: has_said(*fitted), 30.0, "the table to be fitted")
    maps = Path(f"/proc/{process.pid}/maps").read_text().splitlines()
    libraries = {line.rpartition("site-packages/")[2] for line in maps if "site-packages/" in line}
    assert any("msgspec" in each for each in libraries), "the driver's own extension shows that this looks rightly"
    heavy = (*NUMERICAL, *HARDWARE, *CLIENT)
    assert {each for each in libraries if any(name in each for name in heavy)} == set()


def cpu_ms(code: str) -> float:
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", code], os.environ)
    _, status, usage = os.wait4(pid, 0)
    assert status == 0
    return (usage.ru_utime + usage.ru_stime) * 1000.0


def test_importing_the_package_costs_next_to_nothing() -> None:
    pairs = [(cpu_ms("pass"), cpu_ms("import indi_dome_driver")) for _ in range(RUNS)]
    beyond_ms = median(after - before for before, after in pairs)
    assert beyond_ms < LIMIT_MS
