"""A real indiserver for tests: own port, own HOME, bounded life, ended by its process id."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

READY_S = 10.0
_PR_SET_PDEATHSIG = 1


def missing_program(*programs: str) -> str | None:
    """Name the first program that is not on the PATH, or None."""
    return next((program for program in ("indiserver", *programs) if shutil.which(program) is None), None)


def free_port() -> int:
    """Let the kernel choose a port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition, timeout_s: float = 10.0, what: str = "a condition") -> None:  # type: ignore[no-untyped-def]
    """Poll a condition that no event announces; fails loudly instead of hanging."""
    end_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end_s:
            raise TimeoutError(f"waited {timeout_s:g} s for {what}")
        time.sleep(0.01)


class IndiServer:
    """Context manager around `indiserver -p PORT drivers...`."""

    def __init__(
        self,
        *drivers: str,
        port: int | None = None,
        home: Path | None = None,
        env: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
        max_life_s: float = 120.0,
    ) -> None:
        """Prepare.

        Args:
            drivers: executables, by name or path.
            port: TCP port; free one when None.
            home: directory used as HOME, kept; a temporary one when None.
            env: further environment variables.
            arguments: further arguments of indiserver.
            max_life_s: it is killed after this, whatever the test does, seconds.
        """
        self.port = port if port is not None else free_port()
        self._drivers = drivers
        self._arguments = arguments
        self._own_home = home is None
        self.home = home if home is not None else Path(tempfile.mkdtemp(prefix="indi-home-"))
        self._env = {**os.environ, **(env or {}), "HOME": str(self.home)}
        self._max_life_s = max_life_s
        self._process: subprocess.Popen[bytes] | None = None
        self._timer: threading.Timer | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        path = self.home / "indiserver.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> Self:
        """Start and wait until the port accepts."""
        # Its local socket has one name per machine unless it is told otherwise: a second server would not start.
        local = f"/tmp/indi-test-{self.port}"
        command = ["indiserver", "-v", "-p", str(self.port), "-u", local, *self._arguments, *self._drivers]
        with (self.home / "indiserver.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home,
                start_new_session=True,  # a Ctrl-C on the test run must not reach it before the test's own end
                preexec_fn=_die_with_parent,
            )
        self._timer = threading.Timer(self._max_life_s, self.kill)
        self._timer.daemon = True
        self._timer.start()
        wait_until(self._ready, READY_S, "indiserver to accept connections")
        return self

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server's process."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End the server at once and wait for it; its drivers end when their input closes."""
        if self._timer is not None:
            self._timer.cancel()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(5)

    def _ready(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"indiserver ended with {self._process.returncode}:\n{self.log}")
        try:
            with socket.create_connection(("127.0.0.1", self.port), 0.5):
                return True
        except OSError:
            return False

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        if self._own_home:
            shutil.rmtree(self.home, ignore_errors=True)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
