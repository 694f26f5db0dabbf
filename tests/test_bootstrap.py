"""tools/bootstrap.sh on machines that lack something, played with stand-ins for apt-get, sudo and id."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ("sh", "dirname", "env", "mktemp", "rm", "tail", "cat")


class Machine:
    """A search path that holds the few tools the script needs, and stand-ins."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.calls = folder / "calls"
        self.bin.mkdir()
        self.calls.touch()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found is not None
            (self.bin / tool).symlink_to(found)

    def stand_in(self, name: str, script: str = "") -> None:
        """Put a program in place that notes its call and then does what the script says."""
        file = self.bin / name
        file.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.calls}"\n{script}\n', encoding="utf-8")
        file.chmod(0o755)

    def user(self, number: int) -> None:
        self.stand_in("id", f"echo {number}")

    def bootstrap(self, *parts: str) -> subprocess.CompletedProcess[str]:
        command = [str(ROOT / "tools" / "bootstrap.sh"), *parts]
        environ = {"PATH": str(self.bin), "TMPDIR": str(self.bin.parent)}
        return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=30)

    def apt_calls(self) -> list[str]:
        calls = self.calls.read_text(encoding="utf-8").splitlines()
        return [" ".join(call.split()[3:]) for call in calls if call.startswith("apt-get ")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


INSTALL = "install -y --no-install-recommends indi-bin"


def test_nothing_is_said_where_nothing_is_missing(machine: Machine) -> None:
    machine.stand_in("indiserver")
    done = machine.bootstrap("system")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_root_installs_and_says_what_and_why_first(machine: Machine) -> None:
    machine.user(0)
    machine.stand_in("apt-cache", "echo Package: indi-bin")
    machine.stand_in("apt-get", '[ "$DEBIAN_FRONTEND" = noninteractive ] && echo chatter')
    done = machine.bootstrap("system")
    assert done.returncode == 0, done.stderr
    assert machine.apt_calls() == [INSTALL]
    (line,) = done.stdout.splitlines()
    assert "apt-get install indi-bin" in line
    assert "indiserver is missing" in line


def test_package_list_is_fetched_only_where_it_does_not_know_the_package(machine: Machine) -> None:
    machine.user(0)
    machine.stand_in("apt-cache")
    machine.stand_in("apt-get")
    assert machine.bootstrap("system").returncode == 0
    assert machine.apt_calls() == ["update", INSTALL]


def test_old_package_list_is_fetched_and_the_install_repeated(machine: Machine) -> None:
    machine.user(0)
    machine.stand_in("apt-cache", "echo Package: indi-bin")
    updated = machine.calls.parent / "updated"
    machine.stand_in("apt-get", f'case "$*" in *update) : >"{updated}" ;; *) [ -e "{updated}" ] ;; esac')
    done = machine.bootstrap("system")
    assert done.returncode == 0, done.stderr
    assert machine.apt_calls() == [INSTALL, "update", INSTALL]


def test_failure_shows_the_end_of_the_log(machine: Machine) -> None:
    machine.user(0)
    machine.stand_in("apt-cache", "echo Package: indi-bin")
    machine.stand_in("apt-get", 'case "$*" in *update) ;; *) echo E: no space left; exit 100 ;; esac')
    done = machine.bootstrap("system")
    assert done.returncode == 1
    assert "E: no space left" in done.stderr
    assert "apt-get could not install indi-bin" in done.stderr


def test_sudo_that_asks_nothing_is_used(machine: Machine) -> None:
    machine.user(1000)
    machine.stand_in("sudo", 'shift; exec "$@"')
    machine.stand_in("true")
    machine.stand_in("apt-cache", "echo Package: indi-bin")
    machine.stand_in("apt-get")
    assert machine.bootstrap("system").returncode == 0
    assert machine.apt_calls() == [INSTALL]


@pytest.mark.parametrize("with_sudo", [False, True])
def test_without_root_the_one_command_is_told(machine: Machine, with_sudo: bool) -> None:
    machine.user(1000)
    machine.stand_in("apt-get")
    if with_sudo:
        machine.stand_in("sudo", "exit 1")
    done = machine.bootstrap("system")
    assert done.returncode == 1
    assert machine.apt_calls() == []
    assert "sudo apt-get update && sudo apt-get install -y --no-install-recommends indi-bin" in done.stderr


def test_other_systems_are_told_what_to_install(machine: Machine) -> None:
    machine.user(0)
    done = machine.bootstrap("system")
    assert done.returncode == 1
    assert "indi-bin" in done.stderr
    assert "no apt-get" in done.stderr


def test_python_of_the_wrong_version_is_refused(machine: Machine) -> None:
    machine.stand_in("python3.10", "exit 1")
    environ = {"PATH": f"{machine.bin}{os.pathsep}{os.environ['PATH']}", "PYTHON": "python3.10"}
    copy = machine.bin.parent / "checkout"
    for name in ("tools/bootstrap.sh", "requirements/dev.lock", "setup.cfg", "pyproject.toml"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    command = [str(copy / "tools/bootstrap.sh"), "venv"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert "PYTHON=python3.10 is not a Python from 3.11 to 3.13" in done.stderr
    assert not (copy / ".venv").exists()


def test_unknown_part_is_refused(machine: Machine) -> None:
    done = machine.bootstrap("everything")
    assert done.returncode == 1
    assert "unknown part 'everything'" in done.stderr
