"""What the benchmarks share: processes of their own HOME, a wire that knows when bytes came, figures and tables."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
DRIVER = str(Path(sys.executable).parent / "indi_dome_driver")
PEER = "indi_simulator_dome"
"""The C++ dome of Debian's indi-bin, measured in the same run wherever it has something to compare."""
OURS_NAME, PEER_NAME = "Abaque Dome", "Dome Simulator"
GET_PROPERTIES = b'<getProperties version="1.7"/>\n'

sys.path.insert(0, str(ROOT / "tests" / "support"))  # the server of the tests: own port, own local socket, own HOME
sys.path.insert(0, str(ROOT))

from indi_server import IndiServer, missing_program  # noqa: E402

__all__ = ["IndiServer", "missing_program"]


# Figures


def quantile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -int(-share * len(ordered) // 1) - 1))]


@dataclass(frozen=True)
class Row:
    """One line of a table: what was measured, in which unit, and all its values."""

    label: str
    values: Sequence[float]


def show(title: str, unit: str, rows: Sequence[Row], peer: int | None = None) -> None:
    """Print medians, spread and ratios.

    Args:
        title: what the rows have in common.
        unit: of every value.
        rows: the measurements; a single value stands alone.
        peer: index of the row whose median is 1 in the column of ratios; None for no such column.
    """
    width = max(34, *(len(row.label) for row in rows))
    ratio_head = "   ratio" if peer is not None else ""
    print(f"\n{title} [{unit}]")
    several = max(len(row.values) for row in rows) > 1
    heads = ("median", "min", "p99", "max", "n") if several else ("",)
    print(f"  {'':{width}} {' '.join(f'{head:>9}' for head in heads)}{ratio_head}")
    for row in rows:
        middle = median(row.values)
        figures = [middle, min(row.values), quantile(row.values, 0.99), max(row.values)] if several else [middle]
        text = " ".join(f"{figure:9.3f}" for figure in figures) + (f" {len(row.values):9d}" if several else "")
        ratio = f" {middle / median(rows[peer].values):7.2f}" if peer is not None else ""
        print(f"  {row.label:{width}} {text}{ratio}")
    sys.stdout.flush()


def time_calls(action: Callable[[], object], calls: int, repeats: int = 15) -> list[float]:
    """Time an action in batches.

    Returns:
        Microseconds for one call, a value per batch.
    """
    result = []
    for _ in range(repeats):
        start_ns = time.perf_counter_ns()
        for _ in range(calls):
            action()
        result.append((time.perf_counter_ns() - start_ns) / calls / 1000.0)
    return result


# Processes


@contextmanager
def workplace() -> Iterator[Path]:
    """Give a temporary folder for HOME, traces and byte code."""
    with tempfile.TemporaryDirectory(prefix="indi-bench-") as folder:
        yield Path(folder)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Give the environment of a process: HOME is temporary, and byte code is kept as in an installed program.

    The byte code goes to the folder too, so that nothing in the tree changes and a first, unmeasured run fills it.
    """
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "INDI", "XDG_CONFIG"))}
    return {**kept, "HOME": str(home), "PYTHONPYCACHEPREFIX": str(folder / "bytecode"), **more}


def child_cpu_ms(command: Sequence[str], env: Mapping[str, str]) -> float:
    """Run a program to its end and give its CPU time, user and system, milliseconds."""
    return child_times_ms(command, env)[0]


def child_times_ms(command: Sequence[str], env: Mapping[str, str]) -> tuple[float, float]:
    """Run a program to its end and give its CPU time, user and system, and the time that passed, milliseconds."""
    silent = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
    start_s = time.perf_counter()
    pid = os.posix_spawn(command[0], list(command), env, file_actions=silent)
    _, status, usage = os.wait4(pid, 0)
    passed_s = time.perf_counter() - start_s
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with status {status}")
    return (usage.ru_utime + usage.ru_stime) * 1000.0, passed_s * 1000.0


class Wire:
    """A socket to a driver or server, and the bytes that came."""

    def __init__(self, peer: socket.socket) -> None:
        self._socket = peer
        self.data = b""

    def send(self, text: str | bytes) -> float:
        """Send; returns the instant just before, monotonic seconds."""
        data = text.encode() if isinstance(text, str) else text
        before_s = time.monotonic()
        self._socket.sendall(data)
        return before_s

    def forget(self) -> None:
        """Drop what came so far, also what waits unread."""
        while self.receive(0.0) is not None:
            pass
        self.data = b""

    def receive(self, timeout_s: float) -> float | None:
        """Wait for bytes; returns when they were there, None if none came."""
        self._socket.settimeout(max(timeout_s, 0.0))
        try:
            chunk = self._socket.recv(1 << 16)
        except (TimeoutError, BlockingIOError):
            return None
        finally:
            self._socket.settimeout(None)
        now_s = time.monotonic()
        if not chunk:
            raise RuntimeError("the other side has closed the connection")
        self.data += chunk
        return now_s

    def until(self, pattern: str, timeout_s: float = 10.0) -> float:
        """Wait until what came since `forget` matches; returns when it did, monotonic seconds."""
        compiled = re.compile(pattern.encode(), re.DOTALL)
        end_s = time.monotonic() + timeout_s
        while True:
            at_s = self.receive(end_s - time.monotonic())
            if at_s is None:
                raise TimeoutError(f"waited {timeout_s:g} s for {pattern}; came: {self.data[-600:]!r}")
            if compiled.search(self.data):
                return at_s

    def definitions(self, quiet_s: float, timeout_s: float = 10.0) -> tuple[float, float]:
        """Wait for a burst of def*; it ends when none came for a while.

        Returns:
            When the first and the last were there, monotonic seconds.
        """
        self.data = b""
        first_s = last_s = None
        count = 0
        end_s = time.monotonic() + timeout_s
        while last_s is None or time.monotonic() < last_s + quiet_s:
            at_s = self.receive((end_s if last_s is None else last_s + quiet_s) - time.monotonic())
            if at_s is None and last_s is None:
                raise TimeoutError(f"no definition within {timeout_s:g} s")
            seen = len(re.findall(rb"<def\w+Vector\b", self.data))
            if at_s is not None and seen > count:
                count, last_s = seen, at_s
                first_s = first_s or at_s
        assert first_s is not None
        return first_s, last_s

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


class Bare:
    """A driver alone, started as indiserver does: one socket is its standard input and output."""

    def __init__(self, command: str, env: Mapping[str, str], first_words: bytes = GET_PROPERTIES) -> None:
        """Start it; `first_words` wait in the socket before the program exists."""
        ours, theirs = socket.socketpair()
        self.wire = Wire(ours)
        self.wire.send(first_words)
        self.started_s = time.monotonic()
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            [command], stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=subprocess.DEVNULL, env=dict(env)
        )
        theirs.close()

    @property
    def pid(self) -> int:
        """Process id."""
        return self.process.pid

    def __enter__(self) -> "Bare":
        return self

    def __exit__(self, *_: object) -> None:
        self.wire.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(3)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(5)


# Words of the protocol


def switch(device: str, name: str, element: str) -> str:
    """Write a newSwitchVector that turns one element on."""
    return (
        f'<newSwitchVector device="{device}" name="{name}">'
        f'<oneSwitch name="{element}">On</oneSwitch></newSwitchVector>\n'
    )


def number(device: str, name: str, element: str, value: float) -> str:
    """Write a newNumberVector of one element."""
    return (
        f'<newNumberVector device="{device}" name="{name}">'
        f'<oneNumber name="{element}">{value!r}</oneNumber></newNumberVector>\n'
    )


def connect(device: str) -> str:
    """Write the command that connects a device."""
    return switch(device, "CONNECTION", "CONNECT")


def answer(device: str, name: str, state: str = "") -> str:
    """Give the pattern of a set*Vector; drivers quote with either mark."""
    suffix = rf"""[^>]*\bstate=["']{state}["']""" if state else ""
    return rf"""<set\w+Vector\b[^>]*\bdevice=["']{device}["'][^>]*\bname=["']{name}["']{suffix}"""


def definition(device: str, name: str) -> str:
    """Give the pattern of a def*Vector."""
    return answer(device, name).replace("<set", "<def", 1)


def need_indi(*programs: str) -> None:
    """End the benchmark, saying so, where Debian's indi-bin is absent."""
    missing = missing_program(*programs)
    if missing is not None:
        print(f"left out: {missing} is not installed (Debian: apt install indi-bin)")
        sys.exit(0)
