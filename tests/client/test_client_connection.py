"""The connection against a real indiserver; each scene in a process of its own, for the library may abort it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from indi_server import IndiServer, free_port

from client.connection import IndiConnection
from client.errors import NoServer, NotConnected, ServerSilent

pytestmark = pytest.mark.system
SUPPORT = Path(__file__).parents[1] / "support"
Start = Callable[..., IndiServer]
Scene = Callable[[str, IndiServer], dict[str, Any]]


@pytest.fixture
def chatty(start_indi_server: Start, tmp_path: Path) -> IndiServer:
    wrapper = tmp_path / "chatty"
    wrapper.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{SUPPORT / 'chatty_driver.py'}'\n")
    wrapper.chmod(0o755)
    return start_indi_server(str(wrapper))


def play(scene: str, server: IndiServer) -> dict[str, Any]:
    root = SUPPORT.parents[1]
    command = [sys.executable, str(SUPPORT / "client_scenarios.py"), scene, str(server.port), str(server.pid)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONPATH": str(root)}, check=False
    )
    assert done.returncode == 0, f"{scene} ended with {done.returncode}:\n{done.stderr}"
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_a_storm_of_updates_arrives_complete_and_in_order(chatty: IndiServer) -> None:
    result = play("storm", chatty)
    assert result["count"] == 8000
    assert result["ordered"]
    assert result["faults"], "the faulty subscriber was reported and kept nothing from the other"


def test_closing_while_updates_stream(chatty: IndiServer) -> None:
    assert play("close_in_storm", chatty)["threads"] <= 2


def test_odd_words_do_no_harm(chatty: IndiServer) -> None:
    result = play("odd_words", chatty)
    assert "that was odd" in result["messages"]
    assert "\ufffd" in result["text"]


def test_what_is_not_there_never_reaches_the_library(chatty: IndiServer) -> None:
    result = play("missing", chatty)
    assert len(result["refused"]) == result["cases"]
    assert "NOPE" in result["refused"][0]
    assert "not offered for writing" in result["refused"][3]


def test_switches_are_completed_by_their_rule(chatty: IndiServer) -> None:
    result = play("sending", chatty)
    assert result["answers"] == ["got CONNECTION CONNECT", "got MOST X Y", "got ANY X Y", "got NOTE T U"]
    assert result["most"] == {"X": False, "Y": True}
    assert result["any"] == {"X": True, "Y": True}
    assert result["note"] == {"T": "a<é>&b", "U": "kept"}
    assert result["lamp"] == {"L": "Busy"}


def test_a_frozen_server_is_bounded_by_the_time_out(chatty: IndiServer) -> None:
    result = play("frozen", chatty)
    assert result["error"][0] == "ServerSilent"
    assert result["seconds"] < 3.0


def test_a_server_that_freezes_later_is_noticed(chatty: IndiServer) -> None:
    result = play("freezes_later", chatty)
    assert result["alive"]
    assert "said nothing" in result["reason"]
    assert result["seconds"] < 4.0


def test_the_server_is_killed_in_a_goto(start_indi_server: Start) -> None:
    result = play("killed_in_goto", start_indi_server("indi_simulator_dome"))
    assert [result[key][0] for key in ("error", "after", "waiting")] == ["NotConnected"] * 3
    assert "goto 180.0°" in result["error"][1]
    assert result["reasons"] == 1


def test_a_driver_that_dies_is_announced_and_comes_back(chatty: IndiServer) -> None:
    assert {"DeviceRemoved", "DeviceAppeared", "PropertyChanged"} <= set(play("driver_dies", chatty)["events"])


def test_reconnecting_leaves_nothing_behind(chatty: IndiServer) -> None:
    result = play("many_reconnects", chatty)
    assert result["threads"] <= 0
    assert result["descriptors"] <= 0


async def test_no_server() -> None:
    port = free_port()
    with pytest.raises(NoServer, match=f"127.0.0.1:{port} .*indiserver -v indi_dome_driver"):
        await IndiConnection().connect("127.0.0.1", port, 2.0)


async def test_unknown_host() -> None:
    with pytest.raises(NoServer, match=r"no\.such\.host\.invalid"):
        await IndiConnection().connect("no.such.host.invalid", 7624, 5.0)


async def test_something_that_is_no_indi_server() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as mute,
        pytest.raises(ServerSilent, match=r"said nothing for 0\.5 s"),
    ):
        await IndiConnection().connect("127.0.0.1", mute.getsockname()[1], 0.5)


async def test_nothing_works_before_connecting() -> None:
    connection = IndiConnection()
    with pytest.raises(NotConnected):
        connection.send_number("Dome", "P", {"A": 1.0})
    with pytest.raises(NotConnected):
        await connection.wait_for("Dome", "P", lambda _: True, 1.0)
    await connection.close()
    await connection.close()
