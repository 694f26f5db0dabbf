"""The locks fit setup.cfg, hold hashes, and name neither an index nor dbus-python."""

import configparser
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
SUPPORTED = ("3.11", "3.12", "3.13")


def wanted(*extras: str) -> list[Requirement]:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = setup["options"]["install_requires"].split("\n")
    for extra in extras:
        lines += setup["options.extras_require"][extra].split("\n")
    return [Requirement(line) for line in lines if line.strip()]


def pinned(lock: Path) -> dict[str, list[Requirement]]:
    pins: dict[str, list[Requirement]] = {}
    for line in re.findall(r"^[a-z].*?(?= \\$)", lock.read_text(encoding="utf-8"), re.MULTILINE):
        requirement = Requirement(line)
        pins.setdefault(requirement.name, []).append(requirement)
    return pins


def marker_environment(python: str, machine: str) -> dict[str, str]:
    linux = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": machine}
    return linux | {"python_version": python, "python_full_version": f"{python}.1", "implementation_name": "cpython"}


def test_there_is_a_lock_for_each_use() -> None:
    assert [lock.stem for lock in LOCKS] == ["dev", "pi", "runtime"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_lock_names_no_address_and_no_path(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "make lock" in text.splitlines()[1]
    assert not re.search(
        r"https?:|file:|--(extra-)?index-url|--find-links|^-e|@ |/home/|/tmp/|/root/", text, re.MULTILINE
    )


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_pin_has_its_hashes(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z].*?==.* \\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)", text, re.MULTILINE)
    assert len(pins) == sum(len(versions) for versions in pinned(lock).values()) > 10


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
@pytest.mark.parametrize("python", SUPPORTED)
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_lock_satisfies_the_setup_file_with_one_version_each(lock: Path, python: str, machine: str) -> None:
    environment = marker_environment(python, machine)
    pins = pinned(lock)
    extras = {"dev": ["dev"], "pi": ["pi"], "runtime": []}[lock.stem]
    for requirement in wanted(*extras):
        active = [pin for pin in pins[requirement.name] if not pin.marker or pin.marker.evaluate(environment)]
        assert len(active) == 1, requirement.name
        (version,) = active[0].specifier
        assert requirement.specifier.contains(version.version), requirement.name


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
@pytest.mark.parametrize("python", SUPPORTED)
def test_dbus_python_is_never_installed(lock: Path, python: str) -> None:
    for pin in pinned(lock).get("dbus-python", []):
        assert pin.marker is not None
        assert not pin.marker.evaluate(marker_environment(python, "x86_64"))


def test_the_locks_agree_with_each_other() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, pins in pinned(lock).items():
            versions.setdefault(name, set()).add(" | ".join(sorted(str(pin) for pin in pins)))
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
