"""DEBUG, DEBUG_LEVEL, LOGGING_LEVEL, LOG_OUTPUT: real filters, a real file, and no way to lose the dome over them."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from device_rig import DeviceRig

from indi_dome_driver.device import log_file

ADDED = ("DEBUG_LEVEL", "LOGGING_LEVEL", "LOG_OUTPUT")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[DeviceRig]:
    rig = DeviceRig(tmp_path).connect()
    yield rig
    rig.device.close()


def log(rig: DeviceRig) -> str:
    """Read all log files."""
    return "".join(path.read_text() for path in sorted(rig.folder.glob("logs/*/indi_dome_driver/*.log*")))


def test_debug_defines_the_levels_once_and_withdraws_them(rig: DeviceRig) -> None:
    sent = rig.switch("DEBUG", "ENABLE")
    assert [each.name for each in sent if each.tag.startswith("def")] == list(ADDED)
    assert rig.state("DEBUG") == "Ok"
    sent = rig.switch("DEBUG", "ENABLE")
    assert [each.name for each in sent] == ["DEBUG"], "KStars says everything twice"
    sent = rig.switch("DEBUG", "DISABLE")
    assert [each.name for each in sent if each.tag == "delProperty"] == list(ADDED)
    assert [each.name for each in rig.switch("DEBUG", "DISABLE")] == ["DEBUG"]


def test_debug_texts_come_with_the_level_and_tell_what_is_done(rig: DeviceRig) -> None:
    rig.switch("DEBUG", "ENABLE")
    rig.goto(5)
    rig.rest()
    assert not rig.told("[DEBUG]"), "enabled alone changes nothing, as with any INDI driver"
    rig.switch("DEBUG_LEVEL", "DBG_DEBUG")
    sent = rig.goto(10)
    assert rig.told("[DEBUG] command ABS_DOME_POSITION: DOME_ABSOLUTE_POSITION=10.0", sent)
    rig.rest()
    assert rig.told("[DEBUG] dome: ")
    rig.switch("DEBUG", "DISABLE")
    assert not rig.told("[DEBUG]", rig.goto(15))


def test_levels_are_filters(rig: DeviceRig) -> None:
    rig.switch("DEBUG", "ENABLE")
    rig.switch("DEBUG_LEVEL", "DBG_ERROR", off=("DBG_WARNING", "DBG_SESSION"))
    assert rig.texts(rig.switch("MOUNT_POLICY", "MOUNT_LOCKS")) == []
    assert rig.told("[ERROR]", rig.goto("nan"))
    sent = rig.switch("DEBUG_LEVEL", off=("DBG_ERROR",))
    assert [each.state for each in sent if each.name == "DEBUG_LEVEL"] == ["Idle"]
    sent = rig.goto("nan")
    assert rig.texts(sent) == []
    assert [each.state for each in sent] == ["Alert"], "answered all the same"
    rig.switch("DEBUG", "DISABLE")
    assert rig.told("[ERROR]", rig.goto("nan")), "switched off, everything is as at the start"


def test_the_file_gets_its_own_levels(rig: DeviceRig) -> None:
    rig.switch("DEBUG", "ENABLE")
    sent = rig.switch("LOG_OUTPUT", "FILE_DEBUG", off=("CLIENT_DEBUG",))
    assert rig.texts(sent) == [], "clients were switched off"
    rig.switch("LOGGING_LEVEL", "LOG_DEBUG", off=("LOG_SESSION",))
    rig.goto("nan")
    rig.switch("MOUNT_POLICY", "MOUNT_LOCKS")
    lines = log(rig).splitlines()
    assert any("Z ERROR   Refused: " in line for line in lines)
    assert any("Z DEBUG   command MOUNT_POLICY" in line for line in lines)
    assert not any("parks only when" in line for line in lines)
    assert all(line[:4].isdigit() and line[10] == "T" for line in lines)
    rig.switch("DEBUG", "DISABLE")
    size = len(log(rig))
    rig.goto("nan")
    assert len(log(rig)) == size


def test_the_file_is_named_to_the_person_and_to_its_day(rig: DeviceRig) -> None:
    rig.switch("DEBUG", "ENABLE")
    named = rig.told("[INFO] Session log file", rig.switch("LOG_OUTPUT", "FILE_DEBUG"))
    path = Path(named[0].removeprefix("[INFO] Session log file "))
    assert path.exists()
    assert path.parent.relative_to(rig.folder) == Path("logs/2026-09-21/indi_dome_driver")
    assert path.name.startswith("indi_dome_driver_")


def test_two_domes_take_a_file_each(tmp_path: Path) -> None:
    rigs = [DeviceRig(tmp_path).connect() for _ in range(2)]
    for rig in rigs:
        rig.switch("DEBUG", "ENABLE")
        rig.switch("LOG_OUTPUT", "FILE_DEBUG")
    for rig in rigs:
        rig.device.close()
    assert len(list(tmp_path.glob("logs/*/indi_dome_driver/*.log"))) == 2


def test_saved_logging_begins_with_the_driver(rig: DeviceRig) -> None:
    rig.switch("DEBUG", "ENABLE")
    rig.switch("LOGGING_LEVEL", "LOG_DEBUG")
    rig.switch("LOG_OUTPUT", "FILE_DEBUG")
    rig.switch("CONFIG_PROCESS", "CONFIG_SAVE")
    rig.device.close()
    rig.start()
    rig.wall_s += 60.0
    rig.connect()
    assert {"LOG_OUTPUT", "DEBUG_LEVEL"} <= {each.name for each in rig.sent if each.tag.startswith("def")}
    rig.switch("MOUNT_POLICY", "MOUNT_LOCKS")
    assert log(rig).count("command MOUNT_POLICY: MOUNT_IGNORED=False, MOUNT_LOCKS=True") == 1


def test_a_log_that_cannot_be_made_is_refused(rig: DeviceRig) -> None:
    (rig.folder / "logs").touch()
    rig.switch("DEBUG", "ENABLE")
    sent = rig.switch("LOG_OUTPUT", "FILE_DEBUG")
    assert [each.state for each in sent if each.name == "LOG_OUTPUT"] == ["Alert"]
    assert rig.told("[ERROR] There is no log file", sent)
    assert not rig.device.panel.switch("LOG_OUTPUT")["FILE_DEBUG"]
    assert rig.device.caught == []


def test_a_disk_that_fills_up_ends_the_log_and_not_the_dome(rig: DeviceRig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.switch("DEBUG", "ENABLE")
    rig.switch("LOG_OUTPUT", "FILE_DEBUG")

    def full(handler: logging.Handler, record: logging.LogRecord) -> None:
        try:
            raise OSError(28, "No space left on device")
        except OSError:
            handler.handleError(record)

    monkeypatch.setattr(log_file.LogFile, "emit", full)
    sent = rig.goto(5)
    assert rig.told("is given up: No space left on device", rig.sent)
    assert rig.state("LOG_OUTPUT") == "Alert"
    assert any(each.name == "ABS_DOME_POSITION" for each in sent)
    rig.rest()
    assert rig.error_deg(5) < 0.06
    assert rig.device.caught == []


def test_a_log_stays_small(rig: DeviceRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "MAX_BYTES", 2000)
    rig.switch("DEBUG", "ENABLE")
    rig.switch("LOG_OUTPUT", "FILE_DEBUG")
    for _ in range(300):
        rig.goto("nan")
    files = list(rig.folder.glob("logs/*/indi_dome_driver/*"))
    assert len(files) == 1 + log_file.OLDER_FILES
    assert all(path.stat().st_size <= 2000 for path in files)
