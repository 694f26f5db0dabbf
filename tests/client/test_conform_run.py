"""`indi-dome conform` as a person runs it: on our driver, on the C++ simulator, and on a driver broken on purpose."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from indi_server import IndiServer, missing_program, wait_until
from observatory import DOME, DRIVER
from wire_client import WireClient

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(
        missing_program() is not None, reason="indiserver is not installed (Debian: apt install indi-bin)"
    ),
    pytest.mark.skipif(not DRIVER.exists(), reason="run `make venv`"),
]
TOOL = DRIVER.with_name("indi-dome")
BROKEN = Path(__file__).parents[1] / "support" / "broken_dome.py"


def run(*arguments: str, timeout_s: float = 200.0, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(TOOL), "conform", *arguments],
        env={**os.environ, "COLUMNS": "200", **env},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def report(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["complete"], done.stderr
    return told


def outcomes(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {each["number"]: each["outcome"] for each in report(done)["results"]}


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"simulator": {"speed_factor": 50.0}, "abaque": {"file": "", "model": "measurements"}}))
    return str(path)


def broken(folder: Path) -> Path:
    path = folder / "broken_dome"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{BROKEN}"\n')
    path.chmod(0o755)
    return path


def test_our_driver_passes_and_is_given_back(config: str) -> None:
    done = run("--driver", str(DRIVER), "--yes", "--json", "--only", "1,7,10,23,40,C6,43,47", INDI_DOME_CONFIG=config)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(outcomes(done).values()) == {"pass"}
    assert outcomes(done)["C8"] == "pass"


@pytest.mark.skipif(shutil.which("indi_simulator_dome") is None, reason="indi_simulator_dome is not installed")
def test_the_c_plus_plus_simulator_fails_where_it_is_known_to() -> None:
    done = run("--driver", "indi_simulator_dome", "--yes", "--json", "--only", "3,13,19,47")
    assert done.returncode == 1, done.stdout + done.stderr
    found = outcomes(done)
    assert (found["3"], found["19"]) == ("pass", "pass")
    assert (found["13"], found["47"]) == ("fail", "fail")
    seen = next(each["seen"] for each in report(done)["results"] if each["number"] == "13")
    assert "abc: no set* of ABS within 1 s" in seen


@pytest.mark.parametrize(
    ("fault", "only", "caught"),
    [
        ("", "10,13,19,20,43,47", set()),
        ("silent refusal", "13,43,47", {"13", "47"}),
        ("drives nonsense", "13,47", {"13"}),
        ("busy after abort", "19,43,47", {"19", "C8"}),  # nobody can give such a dome back
        ("ok before it arrives", "10,19", {"10"}),
        ("wordless", "13,43", {"13", "43"}),
    ],
)
def test_each_fault_built_into_a_driver_is_caught_and_nothing_else(
    tmp_path: Path, fault: str, only: str, caught: set[str]
) -> None:
    done = run("--driver", str(broken(tmp_path)), "--yes", "--json", "--only", only, BROKEN=fault)
    failed = {number for number, outcome in outcomes(done).items() if outcome == "fail"}
    assert failed == caught, done.stdout
    assert done.returncode == (1 if caught else 0)


def test_a_dome_that_turns_without_saying_so_is_stopped(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    done = run(
        "--driver",
        str(broken(tmp_path)),
        "--yes",
        "--json",
        "--only",
        "17",
        BROKEN="turns in silence",
        HEARD=str(heard),
    )
    assert outcomes(done)["17"] == "fail"
    lines = heard.read_text().splitlines()
    begun = next(
        place for place, line in enumerate(lines) if line.startswith("DOME_MOTION") and "'DOME_CW': 'On'" in line
    )
    assert any(line.startswith("DOME_ABORT_MOTION") for line in lines[begun:])
    assert lines[-1] == "the end, direction 0"


def test_somebody_elses_move_is_not_interrupted(config: str, tmp_path: Path) -> None:
    Path(config).write_text(json.dumps({"simulator": {"speed_factor": 2.0}}))
    with (
        IndiServer(str(DRIVER), home=tmp_path, env={"INDI_DOME_CONFIG": config}) as server,
        WireClient(server.port, DOME) as client,
    ):
        client.wait_definition("CONNECTION", timeout_s=15)
        client.switch("CONNECTION", "CONNECT")
        client.wait_definition("ABS_DOME_POSITION")
        client.goto(120)
        client.wait_set("ABS_DOME_POSITION", "Busy")
        done = run("--server", server.address, "--yes", "--only", "7")
        assert done.returncode == 1
        assert "is moving: the tool does not interrupt it" in done.stderr
        assert client.of("ABS_DOME_POSITION")[-1].state == "Busy"


def test_without_a_yes_nothing_moves(tmp_path: Path) -> None:
    done = run("--driver", str(broken(tmp_path)), "--only", "10")
    assert done.returncode == 2
    assert "It will be turned through full turns" in done.stderr
    assert "--yes" in done.stderr


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    assert run("--driver", "no_such_driver", "--yes").returncode != 0
    assert "there is no program 'no_such_driver'" in run("--driver", "no_such_driver", "--yes").stderr
    assert run("--only", "99", "--yes").returncode == 2
    assert run("--only", "", "--yes").returncode == 2
    listed = run("--list")
    assert listed.returncode == 0
    assert "SIGKILL" in listed.stdout or "killed while parking" in listed.stdout


def test_ctrl_c_stops_the_dome(config: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    slow = json.loads(Path(config).read_text()) | {"simulator": {"speed_factor": 5.0}}
    Path(config).write_text(json.dumps(slow))
    with (
        IndiServer(str(DRIVER), home=home, env={"INDI_DOME_CONFIG": config}) as server,
        WireClient(server.port, DOME) as client,
    ):
        client.wait_definition("CONNECTION", timeout_s=15)
        tool = subprocess.Popen(
            [str(TOOL), "conform", "--server", server.address, "--yes", "--only", "C1"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        try:
            client.wait_set("DOME_MOTION", "Busy", timeout_s=30)
            sent = time.monotonic()
            tool.send_signal(signal.SIGINT)
            client.wait_set("DOME_ABORT_MOTION", "Ok", timeout_s=5)
            wait_until(lambda: client.of("DOME_MOTION")[-1].state != "Busy", 5.0, "the dome to stand")
            assert tool.stderr is not None
            next(line for line in tool.stderr if "stopped at" in line)
            tool.send_signal(signal.SIGINT)  # pressed again, as people do
            _, errors = tool.communicate(timeout=20)
        finally:
            tool.kill()
        assert tool.returncode == 130, errors
        assert "interrupted" in errors
        assert time.monotonic() - sent < 25.0
        client.settle(1.0)
        assert client.of("DOME_MOTION")[-1].state != "Busy", "it is left where it stands"


@pytest.mark.soak
def test_the_whole_catalogue_passes_on_ours(config: str) -> None:
    lists = str(Path(__file__).parents[2] / "xml")
    arguments = ["--driver", str(DRIVER), "--yes", "--json", "--long", "--minutes", "1", "--driver-lists", lists]
    done = run(*arguments, timeout_s=1500.0, INDI_DOME_CONFIG=config)
    wrong = [each for each in report(done)["results"] if each["outcome"] == "fail"]
    assert wrong == []
    assert done.returncode == 0
