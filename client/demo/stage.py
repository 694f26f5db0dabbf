"""The processes of the demonstration: indiserver with the dome driver and the C++ telescope simulator."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from client.errors import ClientError
from indi_dome_driver.config import data_file

TELESCOPE = "indi_simulator_telescope"
READY_S = 10.0


class StageError(ClientError):
    """Something that the demonstration needs is missing or did not start."""


class Stage:
    """Starts the processes in a folder of their own and ends them; nothing of the user's INDI settings is touched.

    Args:
        port: TCP port of the server; 0 chooses a free one.
        speed_factor: how much faster than real time the simulated dome lives.
    """

    def __init__(self, port: int, speed_factor: float) -> None:
        self._wanted_port = port
        self._speed_factor = speed_factor
        self.port = port
        self.folder = Path(".")
        self.config = Path()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        driver = Path(sys.executable).parent / "indi_dome_driver"
        for program in ("indiserver", TELESCOPE):
            if shutil.which(program) is None:
                raise StageError(f"{program} is not installed: sudo apt-get install indi-bin")
        if not driver.exists():
            raise StageError(f"{driver} is not installed: run `make venv`")
        self.port = _usable_port(self._wanted_port)
        self.folder = Path(tempfile.mkdtemp(prefix="indi-dome-demo-"))
        self.config = self.folder / "config.json"
        tree = json.loads(data_file("config.json").read_text("utf-8"))
        tree["simulator"]["speed_factor"] = self._speed_factor
        tree["abaque"]["file"] = str(data_file(tree["abaque"]["file"]))
        self.config.write_text(json.dumps(tree, indent=2))
        # The name of the local socket is shared by the whole machine: a server that KStars started has the usual one.
        local = f"indi-dome-demo-{os.getpid()}"
        command = ["indiserver", "-r", "0", "-u", local, "-p", str(self.port), str(driver), TELESCOPE]
        environment = {**os.environ, "HOME": str(self.folder), "INDI_DOME_CONFIG": str(self.config)}
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env=environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is ours to handle, in order
            )
        try:
            self._wait_ready()
        except StageError:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()
        if kind is None or issubclass(kind, (KeyboardInterrupt, SystemExit)):
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def log(self) -> Path:
        """Name the file that holds what server and drivers said."""
        return self.folder / "server.log"

    def last_words(self, lines: int = 8) -> str:
        """Give the end of the log, for a diagnosis."""
        if self._process is None:
            return ""
        with suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def _wait_ready(self) -> None:
        assert self._process is not None  # noqa: S101 - called right after the start
        end_s = time.monotonic() + READY_S
        while time.monotonic() < end_s:
            if self._process.poll() is not None:
                raise StageError(f"indiserver ended at once:\n{self.last_words()}")
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.5):
                return
            time.sleep(0.05)
        raise StageError(f"indiserver does not accept connections on port {self.port}:\n{self.last_words()}")

    def _end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            # Its drivers see the end of their input, stop the dome and end by themselves.
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)


def _usable_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            raise StageError(
                f"port {port} is taken: another INDI server runs already (KStars starts one too). "
                f"End it (find it with `ss -ltnp 'sport = :{port}'`) or choose another with --port."
            ) from None
        return int(probe.getsockname()[1])
