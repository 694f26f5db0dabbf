"""A private server with the driver under test, in a HOME of its own."""

import asyncio
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from client.conform.mount import CommandedMount
from client.conform.mount_driver import SOCKET_VARIABLE
from client.conform.spoken import DirectDriver
from client.errors import ClientError

FOREIGN = ("INDICONFIG", "INDISKEL", "INDIPREFIX", "INDIDEV", "XDG_CONFIG_HOME")
"""Variables that would lead a driver to the person's own files."""
START_S = 15.0
GONE_S = 5.0
LAST_S = 0.7
"""For drivers to stop what they move when their server has ended."""


class CannotHost(ClientError):  # noqa: N818 - says what happened, like its siblings
    """The private server or the driver cannot be started."""


class PrivateHost:
    """Implements `bench.Host`: an indiserver with two drivers, the one under test and the tool's own mount."""

    def __init__(self, executable: str, env: Mapping[str, str], folder: Path) -> None:
        self.home = folder / "home"
        self.host = "127.0.0.1"
        self.port = _free_port()
        self.device = ""
        self.executable = executable
        self.mount: CommandedMount | None = None
        self._folder = folder
        inherited = {key: value for key, value in os.environ.items() if key not in FOREIGN}
        self._env = {**inherited, **env, SOCKET_VARIABLE: str(folder / "mount.socket")}
        self._fifo = folder / "fifo"
        self._mount_program = folder / "conform_mount"
        self._server: asyncio.subprocess.Process | None = None
        self._hand_made: list[DirectDriver] = []

    @property
    def log(self) -> str:
        """Give what server and drivers wrote to stderr."""
        path = self._folder / "indiserver.log"
        return path.read_text(errors="replace") if path.exists() else ""

    async def start(self) -> None:
        """Start the server with both drivers.

        Raises:
            CannotHost: it does not start; the text says why.
        """
        self.home.mkdir(exist_ok=True)
        if not self._fifo.exists():
            os.mkfifo(self._fifo)
        self._write_mount_program()
        await self._start_server()
        self.mount = CommandedMount(self._folder / "mount.socket", self._start_mount)
        await self.mount.wait_ready()

    async def restart(self, kill: bool) -> None:
        """Start the driver anew; wires are to be reopened afterwards.

        Args:
            kill: end it with SIGKILL, as indiserver's `stop` does; otherwise the server ends, and with it its input.
        """
        if kill:
            await self.tell(f"stop {self.executable}")
            await asyncio.sleep(0.2)
            await self.tell(f"start {self.executable}")
        else:
            await self._stop_server()
            await self._start_server()
            if self.mount is not None:
                await self.mount.wait_ready()

    def driver_pid(self) -> int | None:
        """Give the process of the driver under test, None where it does not run."""
        if self._server is None:
            return None
        children = Path(f"/proc/{self._server.pid}/task/{self._server.pid}/children").read_text().split()
        for child in children:
            # A script is run by its interpreter: its own name is an argument then.
            with suppress(OSError):
                if self.executable.encode() in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                    return int(child)
        return None

    async def tell(self, line: str) -> None:
        """Write a line to the server's FIFO."""

        def write() -> None:
            handle = os.open(self._fifo, os.O_WRONLY | os.O_NONBLOCK)
            try:
                os.write(handle, line.encode() + b"\n")
            finally:
                os.close(handle)

        try:
            await asyncio.to_thread(write)
        except OSError as error:
            raise CannotHost(f"the server's FIFO takes no command: {error.strerror}\n{self.log[-400:]}") from error

    async def speak_to_driver(
        self, *arguments: str, env: Mapping[str, str] | None = None, home: Path | None = None
    ) -> DirectDriver:
        """Start a second process of the driver by hand, on one socket pair.

        Args:
            arguments: of the executable.
            env: further environment variables.
            home: its HOME; an empty one of its own when None.
        """
        place = home or Path(tempfile.mkdtemp(dir=self._folder, prefix="home-"))
        driver = await DirectDriver.start(self.executable, arguments, {**self._env, **(env or {})}, place)
        self._hand_made.append(driver)
        return driver

    async def stop(self) -> None:
        """End everything that was started and delete the folder."""
        for driver in self._hand_made:
            await driver.stop()
        await self._stop_server()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _start_server(self) -> None:
        command = ["indiserver", "-v", "-r", "0", "-p", str(self.port), "-u", str(self._folder / "indi")]
        command += ["-f", str(self._fifo), self.executable, str(self._mount_program)]
        with (self._folder / "indiserver.log").open("ab") as log:
            self._server = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**self._env, "HOME": str(self.home)},
                start_new_session=True,  # Ctrl-C is for the tool, which stops the dome before it ends the server
            )
        for _ in range(round(START_S / 0.05)):
            if self._server.returncode is not None:
                raise CannotHost(f"indiserver ended at once:\n{self.log[-400:]}")
            with suppress(OSError), socket.create_connection((self.host, self.port), 0.5):
                return
            await asyncio.sleep(0.05)
        raise CannotHost(f"indiserver accepts no connection after {START_S:g} s:\n{self.log[-400:]}")

    async def _stop_server(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        if server.returncode is None:
            server.terminate()
            try:
                await asyncio.wait_for(server.wait(), GONE_S)
            except TimeoutError:
                server.kill()
                await server.wait()
            await asyncio.sleep(LAST_S)
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)  # drivers that do not mind the end of their input

    async def _start_mount(self) -> None:
        await self.tell(f"start {self._mount_program}")

    def _write_mount_program(self) -> None:
        places = os.pathsep.join(str(each) for each in sys.path if each)
        text = f'#!/bin/sh\nPYTHONPATH="{places}" exec "{sys.executable}" -m client.conform.mount_driver\n'
        self._mount_program.write_text(text, encoding="utf-8")
        self._mount_program.chmod(0o755)


def program_of(executable: str) -> str:
    """Find the driver that is meant, and what is needed to start it.

    Args:
        executable: name or path.

    Returns:
        Its whole path.

    Raises:
        CannotHost: indiserver or the driver is not there, or cannot be started.
    """
    found = shutil.which(executable)
    if found is None:
        raise CannotHost(f"there is no program {executable!r} to test: give its name or its path with --driver.")
    if shutil.which("indiserver") is None:
        raise CannotHost("indiserver is not installed, which --driver needs (Debian: apt install indi-bin).")
    program = os.path.abspath(found)  # the folder that the tool was called from is not the server's
    if any(each.isspace() for each in program):
        raise CannotHost(f"{program!r}: indiserver takes no driver whose path has a blank in it; link it elsewhere.")
    return program


async def start_host(executable: str, env: Mapping[str, str]) -> PrivateHost:
    """Start a private server with a driver on it.

    Args:
        executable: of the driver, name or path.
        env: further environment variables for it.

    Raises:
        CannotHost: indiserver or the driver is not there, or does not start.
    """
    program = await asyncio.to_thread(program_of, executable)
    host = PrivateHost(program, env, Path(tempfile.mkdtemp(prefix="conform-")))
    try:
        await host.start()
    except BaseException:
        await host.stop()
        raise
    return host


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
