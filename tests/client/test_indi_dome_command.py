"""The `indi-dome` command as a person runs it: a process, real servers, exit codes and words."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from indi_server import IndiServer, free_port, wait_until

ROOT = Path(__file__).parents[2]
Start = Callable[..., IndiServer]
DOME = "Dome Simulator"


def start_command(*arguments: str, server: str | None = None, dome: str | None = DOME) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from client.cli import run; run()", *arguments]
    command += ["--server", server] if server else []
    command += ["--dome", dome] if dome else []
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def run(
    *arguments: str, server: str | None = None, dome: str | None = DOME, within_s: float = 60.0
) -> tuple[int, str, str]:
    process = start_command(*arguments, server=server, dome=dome)
    try:
        out, err = process.communicate(timeout=within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return process.returncode, out, err


def azimuth_of(server: IndiServer) -> float:
    code, out, err = run("status", "--json", server=server.address)
    assert code == 0, err
    return float(json.loads(out)["azimuth_deg"])


@pytest.mark.system
class TestWithTheDomeSimulator:
    @pytest.fixture
    def server(self, start_indi_server: Start) -> IndiServer:
        return start_indi_server("indi_simulator_dome", "indi_simulator_telescope")

    def test_goto_park_refusal_unpark(self, server: IndiServer) -> None:
        address = server.address
        code, out, _ = run("status", server=address)
        assert (code, "connected: no" in out) == (0, True)

        code, out, err = run("goto", "20:30:00", server=address)
        assert (code, out.strip()) == (0, "Dome Simulator is at 20.5°"), err
        assert "to go" in err

        code, out, _ = run("status", "--json", server=address)
        found = json.loads(out)
        assert code == 0
        assert found["azimuth_deg"] == pytest.approx(20.5)
        assert (found["park"], found["moving"], found["slaving"]) == ("unparked", False, False)

        code, out, err = run("park", server=address)
        assert (code, out.strip()) == (0, "Dome Simulator is parked at 90.0°"), err
        assert run("park", server=address)[0] == 0, "parking again is no error"

        code, out, err = run("goto", "50", server=address)
        assert (code, out) == (1, "")
        assert "refused goto 50.0°: Please unpark" in err

        code, out, err = run("unpark", server=address)
        assert (code, out.strip()) == (0, "Dome Simulator is unparked at 90.0°"), err
        assert "park: unparked" in run("status", server=address)[1]

    def test_abort_in_a_goto(self, server: IndiServer) -> None:
        goto = start_command("goto", "180", server=server.address)
        assert goto.stderr is not None
        for line in goto.stderr:
            if "to go" in line:
                break
        code, out, err = run("abort", server=server.address)
        assert code == 0, err
        assert "is stopped at" in out
        _, rest = goto.communicate(timeout=10)
        assert goto.returncode == 1
        assert "stopped before goto 180.0° was complete" in rest
        assert azimuth_of(server) < 100.0

    def test_a_goto_in_a_goto_is_refused_by_this_driver_and_said_so(self, server: IndiServer) -> None:
        first = start_command("goto", "100", server=server.address)
        assert first.stderr is not None
        for line in first.stderr:
            if "to go" in line:
                break
        code, _, err = run("goto", "10", server=server.address)
        assert code == 1
        assert "Please stop dome before issuing" in err
        assert first.wait(30) == 0
        first.communicate()

    def test_an_interrupt_stops_the_dome(self, server: IndiServer) -> None:
        goto = start_command("goto", "180", server=server.address)
        assert goto.stderr is not None
        for line in goto.stderr:
            if "to go" in line:
                break
        goto.send_signal(signal.SIGINT)
        _, rest = goto.communicate(timeout=10)
        assert goto.returncode == 130
        assert "interrupted, the dome is stopped at" in rest
        _, out, _ = run("status", "--json", server=server.address)
        assert not json.loads(out)["moving"]

    def test_the_server_is_killed_in_a_goto(self, server: IndiServer) -> None:
        goto = start_command("goto", "180", server=server.address)
        assert goto.stderr is not None
        for line in goto.stderr:
            if "to go" in line:
                break
        server.kill()
        _, rest = goto.communicate(timeout=10)
        assert goto.returncode == 3
        assert "not connected to an INDI server" in rest

    def test_a_wrong_name_lists_the_devices(self, server: IndiServer) -> None:
        wait_until(lambda: run("status", server=server.address)[0] == 0, 10.0, "the drivers")
        code, _, err = run("goto", "10", server=server.address, dome="Coupole")
        assert code == 3
        assert 'no device named "Coupole". Present: "Dome Simulator", "Telescope Simulator"' in err

    def test_a_device_that_is_no_dome(self, server: IndiServer) -> None:
        code, _, err = run("goto", "10", server=server.address, dome="Telescope Simulator")
        assert code == 3
        assert '"Telescope Simulator" is not a dome. Domes present: "Dome Simulator"' in err
        assert "connecting" not in err

    def test_a_frozen_server(self, server: IndiServer) -> None:
        server.signal(signal.SIGSTOP)
        code, _, err = run("status", "--timeout", "1", server=server.address, within_s=10.0)
        server.signal(signal.SIGCONT)
        assert code == 3
        assert "accepts connections but said nothing for 1 s" in err

    def test_time_out(self, server: IndiServer) -> None:
        code, _, err = run("goto", "180", "--timeout", "2", server=server.address)
        assert code == 1
        assert "waited 2 s for the end of goto 180.0°; the dome may still be moving" in err

    def test_abort_without_hardware(self, server: IndiServer) -> None:
        code, _, err = run("abort", server=server.address)
        assert code == 1
        assert "not connected to its hardware" in err


def test_no_server() -> None:
    code, out, err = run("status", server=f"localhost:{free_port()}")
    assert (code, out) == (3, "")
    assert "Start one with `indiserver -v indi_dome_driver indi_simulator_telescope`" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["goto", "north"],
        ["goto", "361"],
        ["goto"],
        ["fly"],
        ["status", "--timeout", "0"],
        ["status", "--server", "a:b:c"],
        ["status", "--server", "localhost:99999"],
        ["status", "--server", ":7624"],
    ],
)
def test_wrong_usage(arguments: list[str]) -> None:
    code, out, err = run(*arguments, server=None if "--server" in arguments else "localhost:1")
    assert (code, out) == (2, "")
    assert "Usage" in err


def test_help_is_there_and_loads_no_library() -> None:
    code, out, _ = run("--help", dome=None)
    assert code == 0
    for word in ("status", "goto", "park", "unpark", "abort", "Examples"):
        assert word in out
    probe = "import sys, client.cli; client.cli.build_app(); print('PyIndi' in sys.modules, 'astropy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
