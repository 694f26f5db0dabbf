"""An hour (SOAK_MINUTES) of a busy night under a real indiserver: nothing grows, nothing stays unanswered."""

import os
import random
import re
import select
import socket
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median

import pytest
from indi_server import IndiServer, wait_until
from observatory import DOME, DRIVER, MOUNT, write_config
from wire_client import WireClient

from indi_dome_driver.indi.encoder import element

pytestmark = [pytest.mark.soak, pytest.mark.system]

MINUTES = float(os.environ.get("SOAK_MINUTES", "60"))
PERIOD_S = 0.1
MOUNT_LIFE_S = 60.0
WARM_UP_SHARE = 0.1
GROWTH_LIMIT_KIB = 1024
ANSWER_S = 1.0
CONFIG = {"simulator": {"speed_factor": 20.0}}


def memory_kib(pid: int, kind: str = "Anonymous") -> int:
    """Give a process' memory: what it allocated itself, or (Pss) with its share of what others use, too.

    The share grows when others that use the same libraries end, so only the first can tell a leak.
    """
    match = re.search(rf"^{kind}:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert match is not None
    return int(match.group(1))


def driver_pid(server_pid: int) -> int:
    """Find the driver among the server's children."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
            command = (path.parent / "cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if parent == server_pid and b"indi_dome_driver" in command:
            return int(path.parent.name)
    raise AssertionError("the driver does not run")


def command(client: WireClient, chance: random.Random) -> None:
    match chance.randrange(12):
        case 0 | 1 | 2:
            client.goto(round(chance.uniform(0, 359.9), 2))
        case 3:
            client.number("REL_DOME_POSITION", DOME_RELATIVE_POSITION=chance.choice([-5, 5, 40]))
        case 4:
            client.switch("DOME_MOTION", off=("DOME_CW", "DOME_CCW"))
        case 5:
            client.switch("DOME_ABORT_MOTION", "ABORT")
        case 6:
            client.switch("DOME_PARK", "PARK")
        case 7 | 8:
            client.switch("DOME_PARK", "UNPARK")
        case 9:
            client.number("DOME_PARAMS", AUTOSYNC_THRESHOLD=chance.choice([0.5, 1, 2]))
        case 10:
            client.switch("DOME_AUTOSYNC", "DOME_AUTOSYNC_ENABLE")
        case _:
            client.goto(chance.choice(["nan", 400, -1]))


def answer_times_s(client: WireClient) -> list[float]:
    """Give the time from every command to the next set* of its property; infinite when none came."""
    sets: dict[str, list[float]] = defaultdict(list)
    for event in list(client.events):
        if event.message.tag.startswith("set") and event.message.device == DOME and event.name:
            sets[event.name].append(event.at_s)
    times = []
    for at_s, name in client.sent:
        index = bisect_left(sets[name], at_s)
        times.append(sets[name][index] - at_s if index < len(sets[name]) else float("inf"))
    return times


class DeafClient:
    """A client that asks for everything and never reads a byte; one more whenever the server has had enough of it."""

    def __init__(self, port: int) -> None:
        self.dropped = 0
        self._port = port
        self._socket = self._connected()

    def _connected(self) -> socket.socket:
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", self._port))
        deaf.sendall(element("getProperties", {"version": "1.7"}))
        return deaf

    def renew(self) -> None:
        """Connect anew if the server closed the connection."""
        look = select.poll()
        look.register(self._socket, select.POLLRDHUP | select.POLLHUP)
        if look.poll(0):
            self.dropped += 1
            self._socket.close()
            self._socket = self._connected()

    def close(self) -> None:
        self._socket.close()


def test_a_busy_hour(start_indi_server: Callable[..., IndiServer], tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    server = start_indi_server(
        str(DRIVER),
        "indi_simulator_telescope",
        home=tmp_path,
        env={"INDI_DOME_CONFIG": str(write_config(tmp_path, CONFIG))},
        # Its own limit for what waits for a client, 128 MB, makes INDI 1.9.9's server slow for everybody.
        arguments=("-f", str(fifo), "-m", "10"),
        max_life_s=60.0 * MINUTES + 120.0,
    )
    chance = random.Random(1)
    with closing(DeafClient(server.port)) as deaf, WireClient(server.port, DOME) as client:
        client.wait_definition("CONNECTION")
        client.switch("CONNECTION", "CONNECT")
        client.wait_set("ABAQUE_INFO", "Ok", timeout_s=30)
        pid = driver_pid(server.pid)
        start_s = time.monotonic()
        end_s = start_s + 60.0 * MINUTES
        warm_s = start_s + 60.0 * MINUTES * WARM_UP_SHARE
        mount_s, mounts = start_s, 0
        first_kib, first_pss_kib, sizes = 0, 0, []
        while (now_s := time.monotonic()) < end_s:
            command(client, chance)
            if now_s >= mount_s:
                mount_s, mounts = now_s + min(MOUNT_LIFE_S, 6.0 * MINUTES), mounts + 1
                with fifo.open("w") as line:
                    line.write("stop indi_simulator_telescope\nstart indi_simulator_telescope\n")
                client.send(element("getProperties", {"version": "1.7", "device": MOUNT}))
                client.switch("CONNECTION", "CONNECT", device=MOUNT)
            if now_s >= warm_s:
                first_kib = first_kib or memory_kib(pid)
                first_pss_kib = first_pss_kib or memory_kib(pid, "Pss")
            if len(client.sent) % 100 == 0:
                deaf.renew()
                sizes.append(memory_kib(pid, "Pss"))
                assert driver_pid(server.pid) == pid, "the driver was started anew"
            client.settle(PERIOD_S)
        client.settle(ANSWER_S)
        growth_kib = memory_kib(pid) - first_kib
        pss_growth_kib = memory_kib(pid, "Pss") - first_pss_kib
        times = sorted(answer_times_s(client))
        wait_until(lambda: driver_pid(server.pid) == pid, 1.0, "the same driver")
    figures = (
        f"{MINUTES:g} min, {len(times)} commands, {mounts} mounts, {deaf.dropped + 1} deaf clients; answered after "
        f"{1e3 * median(times):.1f} ms (median), "
        f"{1e3 * times[int(0.99 * len(times))]:.1f} ms (p99), {1e3 * times[-1]:.1f} ms (max); "
        f"own memory {first_kib} KiB after {60 * MINUTES * WARM_UP_SHARE:.0f} s, then {growth_kib:+d} KiB; "
        f"PSS {first_pss_kib} {pss_growth_kib:+d} KiB, most {max(sizes)} KiB"
    )
    print(figures)
    assert times[-1] < ANSWER_S, figures
    assert growth_kib < GROWTH_LIMIT_KIB, figures
