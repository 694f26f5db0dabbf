"""The documented step that puts the driver into KStars' list: what it leaves behind, and that it can be undone."""

import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "tools" / "install_driver.sh"
ENTRY = Path("usr/share/indi/indi_dome_driver.xml")
COMMANDS = ("indi_dome_driver", "indi-dome")


@pytest.fixture
def venv_bin(tmp_path: Path) -> Path:
    folder = tmp_path / "a venv" / "bin"
    folder.mkdir(parents=True)
    for command in COMMANDS:
        (folder / command).write_text("#!/bin/sh\n")
        (folder / command).chmod(0o755)
    return folder


def script(what: str, root: Path, venv_bin: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DESTDIR": str(root), "FROM": str(venv_bin)}
    return subprocess.run([str(SCRIPT), what], env=env, capture_output=True, text=True, timeout=20)


def test_the_entry_is_a_plain_file_as_kstars_wants_it_and_the_commands_are_on_the_path(
    tmp_path: Path, venv_bin: Path
) -> None:
    root = tmp_path / "root"
    for _ in range(2):
        assert script("install", root, venv_bin).returncode == 0
    entry = root / ENTRY
    assert entry.is_file()
    assert not entry.is_symlink()
    group = ElementTree.parse(entry).getroot().find("devGroup")
    assert group is not None
    assert group.get("group") == "Domes"
    device = group.find("device")
    assert device is not None
    driver, version = device.find("driver"), device.find("version")
    assert driver is not None
    assert version is not None
    assert (device.get("label"), driver.get("name"), driver.text) == ("Abaque Dome", "Abaque Dome", "indi_dome_driver")
    assert float(version.text or "") > 0
    for command in COMMANDS:
        assert (root / "usr/local/bin" / command).resolve() == (venv_bin / command).resolve()


def test_it_can_be_undone_and_keeps_what_is_not_ours(tmp_path: Path, venv_bin: Path) -> None:
    root = tmp_path / "root"
    other = root / "usr/share/indi/drivers.xml"
    other.parent.mkdir(parents=True)
    other.write_text("<driversList/>")
    assert script("install", root, venv_bin).returncode == 0
    assert script("remove", root, venv_bin).returncode == 0
    assert [path for path in root.rglob("*") if not path.is_dir()] == [other]


def test_a_foreign_command_of_the_same_name_is_not_overwritten(tmp_path: Path, venv_bin: Path) -> None:
    foreign = tmp_path / "root/usr/local/bin/indi-dome"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("somebody's")
    done = script("install", tmp_path / "root", venv_bin)
    assert done.returncode == 1
    assert str(foreign) in done.stderr
    assert foreign.read_text() == "somebody's"


def test_without_the_environment_it_says_what_to_run_first(tmp_path: Path) -> None:
    done = script("install", tmp_path / "root", tmp_path / "nothing")
    assert done.returncode == 1
    assert "make venv" in done.stderr
