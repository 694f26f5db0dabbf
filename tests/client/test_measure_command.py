"""`indi-dome abaque measure` as a person runs it: in a script, and at the telescope with cold fingers."""

import fcntl
import json
import os
import pty
import random
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from calibration_truth import by_chance, measured
from indi_server import IndiServer
from typer.testing import CliRunner
from wire_client import WireClient

from astro.abaque import Abaque
from client.cli import build_app
from indi_dome_driver.calibration_record import CalibrationRecord
from indi_dome_driver.config.paths import calibration_file

ROOT = Path(__file__).parents[2]
DOME, MOUNT = "Dome Simulator", "Telescope Simulator"


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CalibrationRecord:
    """Give the record of the configured dome in a home of its own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("INDI_DOME_CONFIG", "XDG_CONFIG_HOME", "INDIDEV"):
        monkeypatch.delenv(name, raising=False)
    return CalibrationRecord(calibration_file(os.environ, "Abaque Dome"))


def fill(record: CalibrationRecord, count: int) -> None:
    chance = random.Random(4)
    for number, direction in enumerate(by_chance(chance, count)):
        record.add(replace(measured(direction, chance), time_s=1.79e9 + 60.0 * number))


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(build_app(), ["abaque", "measure", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_the_record_is_listed_in_words_and_as_json(record: CalibrationRecord) -> None:
    code, out, _ = run("--list")
    assert (code, "nothing is measured yet" in out, "mm" in out) == (0, True, False)
    fill(record, 9)
    code, out, err = run("--list")
    assert (code, err) == (0, "")
    assert len([line for line in out.splitlines() if "west" in line or "east" in line]) >= 9
    assert "determined" in out
    code, out, _ = run("--list", "--json")
    found = json.loads(out)
    assert (code, len(found["points"]), found["calibration"]["count"]) == (0, 9, 9)
    assert found["record"] == str(record.path)


def test_a_remark_is_shown_as_it_was_written(record: CalibrationRecord) -> None:
    record.add(replace(measured(by_chance(random.Random(4), 1)[0], random.Random(4)), note="wind [/x] :star: [bold]"))
    code, out, _ = run("--list")
    assert (code, "wind [/x] :star: [bold]" in out) == (0, True)


def test_next_directions_are_named(record: CalibrationRecord) -> None:
    fill(record, 3)
    code, out, _ = run("--next", "4")
    assert (code, [line[:2] for line in out.splitlines()]) == (0, ["1.", "2.", "3.", "4."])
    assert all("altitude" in line and "tube" in line for line in out.splitlines())


def test_undo_and_a_fresh_start(record: CalibrationRecord) -> None:
    fill(record, 3)
    assert run("--undo")[0] == 0
    assert record.load().calibration.count == 2
    code, out, _ = run("--new", "--json")
    assert (code, json.loads(out)["count"]) == (0, 0)
    assert json.loads(run("--undo", "--json")[1])["count"] == 2
    for _ in range(2):
        run("--undo")
    code, _, err = run("--undo")
    assert (code, "nothing to undo" in err) == (1, True)


def test_saving_replaces_nothing_unless_told(record: CalibrationRecord, tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    code, _, err = run("--save", str(path))
    assert (code, "no point is recorded" in err, path.exists()) == (1, True, False)
    fill(record, 6)
    code, out, _ = run("--save", str(path))
    assert (code, "6 points are saved" in out, len(Abaque.load(path).points)) == (0, True, 6)
    before = path.read_bytes()
    code, _, err = run("--save", str(path))
    assert (code, "add --force" in err, path.read_bytes() == before) == (1, True, True)
    fill(record, 7)
    assert run("--save", str(path), "--force", "--json")[0] == 0
    assert path.read_bytes() != before


@pytest.mark.parametrize(
    "arguments", [("--record", "--list"), ("--save", "table.csv"), ("--next", "0"), (), ("--json",), ("--side", "up")]
)
def test_wrong_usage_is_two(record: CalibrationRecord, arguments: tuple[str, ...]) -> None:
    assert run(*arguments)[0] == 2


def test_without_a_server_it_is_three(record: CalibrationRecord) -> None:
    code, _, err = run("--record", "--server", "127.0.0.1:9")
    assert (code, "no INDI server" in err) == (3, True)
    assert not record.path.exists()


def test_a_torn_line_is_a_note(record: CalibrationRecord) -> None:
    fill(record, 2)
    with record.path.open("ab") as file:
        file.write(b'{"event": "poi')
    code, out, err = run("--list", "--json")
    assert (code, json.loads(out)["calibration"]["count"]) == (0, 2)
    assert "cut short by a crash" in err


class Terminal:
    """A terminal in which the command runs."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        self.master, slave = pty.openpty()
        rows, columns = int(environment["LINES"]), int(environment["COLUMNS"])
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        command = [sys.executable, "-c", "from client.cli import run; run()", "abaque", "measure", *arguments]
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment)
        os.close(slave)
        self.text = ""

    def until(self, words: str, limit_s: float = 20.0) -> None:
        end_s = time.monotonic() + limit_s
        while words not in self.text:
            assert time.monotonic() < end_s, f"{words!r} is not to be seen in:\n{self.text[-1500:]}"
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    self.text += os.read(self.master, 65536).decode(errors="replace")
                except OSError:  # the other end is closed
                    assert words in self.text, self.text[-1500:]

    def press(self, key: str, until: str) -> None:
        self.text = ""
        os.write(self.master, key.encode())
        self.until(until)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.mark.system
def test_at_the_telescope_with_any_dome_and_any_mount(start_indi_server: Callable[..., IndiServer]) -> None:
    server = start_indi_server("indi_simulator_dome", "indi_simulator_telescope")
    environment = {**os.environ, "HOME": str(server.home), "PYTHONPATH": str(ROOT), "COLUMNS": "80", "LINES": "20"}
    environment |= {"TERM": "xterm", "NO_COLOR": "1"}
    environment.pop("INDI_DOME_CONFIG", None)
    there = ("--server", server.address, "--dome", DOME)
    record = CalibrationRecord(calibration_file(environment, DOME))

    def script(*arguments: str) -> tuple[int, str, str]:
        command = [sys.executable, "-c", "from client.cli import run; run()", "abaque", "measure", *arguments, *there]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    with WireClient(server.port, DOME) as client:
        client.wait_definition("CONNECTION")
        code, _, err = script("--record")
        assert (code, "is it connected" in err) == (1, True), err
        client.switch("CONNECTION", "CONNECT")
        client.switch("CONNECTION", "CONNECT", device=MOUNT)
        client.wait_definition("TELESCOPE_PIER_SIDE", device=MOUNT)
        client.wait_definition("ABS_DOME_POSITION")
        client.number("GEOGRAPHIC_COORD", device=MOUNT, LAT=44.15, LONG=5.23, ELEV=200)
        client.switch("TELESCOPE_PARK", "UNPARK", device=MOUNT)
        client.switch("TELESCOPE_TRACK_STATE", "TRACK_ON", device=MOUNT)
        code, out, err = script("--record", "--note", "first", "--json")
        assert code == 0, err
        assert json.loads(out)["recorded"]["note"] == "first"
        # The same place again at once would be a double click.
        client.wait_set("ABS_DOME_POSITION", "Ok", client.goto(10))
        terminal = Terminal(environment, *there)
        try:
            terminal.until("ready")
            terminal.press("\n", "point 2 recorded: altitude")
            # What cannot be read in the record is told once, not instead of every answer.
            with record.path.open("ab") as file:
                file.write(b"not a line of ours\n")
            terminal.until("does not count")
            terminal.press("u", "the last point is taken back: altitude")
            client.wait_set("ABS_DOME_POSITION", "Ok", client.goto(20))
            terminal.until("20.0°")
            terminal.press("\n", "point 2 recorded: altitude")
            terminal.press("n", "2. ")
            terminal.press("n", "UTC")
            terminal.press("u", "the last point is taken back: altitude")
            # What another shell does shows, and counts when saving.
            terminal.until("1 point, scatter")
            terminal.text = ""
            code, out, err = script("--record", "--note", "[/other]")
            assert code == 0, err
            terminal.until("2 points, scatter")
            code, out, err = script("--undo")
            assert code == 0, err
            terminal.press("s", "saved: ")
            client.goto(300)
            terminal.until("the dome is turning")
            terminal.press("\n", "nothing is recorded: the dome is turning")
            terminal.press("q", "are on record")
            assert terminal.process.wait(10) == 0
        finally:
            terminal.close()
    assert record.load().calibration.count == 1
    assert len(list(record.path.parent.glob("*_abaque_*.xlsx"))) == 1
