"""The real KStars as a client of our driver: what its dome object, which Ekos and its scheduler use, makes of us."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from indi_server import wait_until
from observatory import Observatory

PROGRAMS = ("kstars", "Xvfb", "dbus-daemon", "qdbus")
MISSING = [program for program in PROGRAMS if shutil.which(program) is None]

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]

UNPARKED, PARKED = "4", "1"
"""KStars' parkStatus."""


class KStars:
    """A KStars of its own: HOME, screen and message bus; questions go through its D-Bus interface."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        settings = home / ".config"
        settings.mkdir(parents=True)
        (settings / "kwalletrc").write_text("[Wallet]\nEnabled=false\n")
        (settings / "kstarsrc").write_text("[TipOfDay]\nRunOnStart=false\n")
        self._env = {
            **os.environ,
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(settings),
            "XDG_RUNTIME_DIR": str(home),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={home}/bus",
            "QT_QPA_PLATFORM": "xcb",
        }
        read, write = os.pipe()
        stack.callback(os.close, read)
        self._run(stack, "Xvfb", "-displayfd", str(write), "-nolisten", "tcp", pass_fds=(write,))
        os.close(write)
        self._env["DISPLAY"] = f":{os.read(read, 16).decode().strip()}"
        address = self._env["DBUS_SESSION_BUS_ADDRESS"]
        self._run(stack, "dbus-daemon", "--session", f"--address={address}", "--nofork", "--nopidfile")
        wait_until((home / "bus").exists, 5, "the message bus")
        self._run(stack, "kstars", "--paused")
        wait_until(lambda: "getDevices" in self.ask("/KStars/INDI"), 40, "KStars on the message bus")

    def _run(self, stack: ExitStack, *command: str, pass_fds: tuple[int, ...] = ()) -> None:
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, env=self._env, stdin=quiet, stdout=quiet, stderr=quiet, pass_fds=pass_fds)
        stack.callback(_end, process)

    def ask(self, *words: str) -> str:
        """Ask on the bus; empty while nobody answers."""
        command = ["qdbus", "org.kde.kstars", *words]
        return subprocess.run(command, env=self._env, capture_output=True, text=True, timeout=20).stdout.strip()

    def indi(self, method: str, *arguments: str) -> str:
        """Call KStars' INDI interface."""
        return self.ask("/KStars/INDI", f"org.kde.kstars.INDI.{method}", *arguments)

    def dome(self, member: str) -> str:
        """Read or call a member of KStars' first dome."""
        return self.ask("/KStars/INDI/Dome/1", f"org.kde.kstars.INDI.Dome.{member}")


def _end(process: subprocess.Popen[bytes]) -> None:
    # A killed Xvfb leaves its socket and lock behind: it is asked first.
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


@pytest.fixture
def kstars(tmp_path: Path) -> Iterator[KStars]:
    with ExitStack() as stack:
        yield KStars(tmp_path / "kstars", stack)


def test_kstars_knows_parks_turns_and_stops_the_dome(observatory: Callable[..., Observatory], kstars: KStars) -> None:
    place = observatory(connect=False)
    assert kstars.indi("connect", "localhost", str(place.server.port)) == "true"
    wait_until(lambda: "Abaque Dome" in kstars.indi("getDevices"), 10, "the dome among KStars' devices")
    # KStars must have its dome object before the dome's properties come: what it misses then it never learns.
    wait_until(lambda: kstars.dome("name") == "Abaque Dome", 10, "KStars' dome object")
    kstars.indi("setSwitch", "Abaque Dome", "CONNECTION", "CONNECT", "On")
    kstars.indi("sendProperty", "Abaque Dome", "CONNECTION")
    wait_until(lambda: kstars.dome("canPark") == "true", 10, "KStars to see that the dome can park")
    wait_until(lambda: kstars.dome("parkStatus") in (PARKED, UNPARKED), 5, "KStars to know whether it is parked")
    assert kstars.dome("canAbort") == "true"

    kstars.dome("unpark")
    wait_until(lambda: kstars.dome("parkStatus") == UNPARKED, 10, "unparked")
    kstars.dome("moveCW")
    wait_until(lambda: kstars.dome("isMoving") == "true", 10, "moving")
    kstars.dome("abort")
    wait_until(lambda: kstars.dome("isMoving") == "false", 10, "stopped")
    kstars.dome("park")
    wait_until(lambda: kstars.dome("parkStatus") == PARKED, 30, "parked")
    assert kstars.dome("isMoving") == "false"
    assert kstars.dome("isParked") == "true"
