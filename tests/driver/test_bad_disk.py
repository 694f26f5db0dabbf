"""Disks that are full, read-only or dying, and files of strange content: nothing is lost, nothing false is believed."""

import errno
import fcntl
import json
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from device_rig import DOME, DeviceRig

from indi_dome_driver.device.message_log import MessageLog
from indi_dome_driver.device.saved_config import SavedConfig, SavedConfigError
from indi_dome_driver.durable import sweep
from indi_dome_driver.indi.log_text import Level
from indi_dome_driver.indi.vectors import NumberVector
from indi_dome_driver.main import clean_name
from indi_dome_driver.park_data import ParkDataError, ParkEntry, ParkFile
from indi_dome_driver.position_record import PositionFile

PARK, ABS, CONFIG = "DOME_PARK", "ABS_DOME_POSITION", "CONFIG_PROCESS"
OTHERS = '<device name="Mount"><parkstatus>true</parkstatus></device>'


@pytest.fixture
def rig(tmp_path: Path) -> DeviceRig:
    return DeviceRig(tmp_path).connect()


def reborn(rig: DeviceRig) -> None:
    rig.start()
    rig.connect()


def park(rig: DeviceRig) -> None:
    rig.switch(PARK, "PARK")
    rig.rest()
    rig.live(0.5)
    assert rig.on(PARK) == "PARK"


def entry(rig: DeviceRig) -> ParkEntry | None:
    return ParkFile(rig.park_path, DOME).load()


def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("indi_dome_driver.durable.tempfile.mkstemp", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)


# Parked, or not


def test_a_dome_of_unknown_place_is_not_parked_whatever_the_file_says(rig: DeviceRig) -> None:
    park(rig)
    rig.position_path.unlink()
    reborn(rig)
    assert (rig.on(PARK), rig.state(ABS)) == ("UNPARK", "Alert")
    assert rig.told("nobody knows where it stands: taken as not parked")
    assert entry(rig) == ParkEntry(False, 0.0)


def test_a_dome_that_was_pushed_off_its_park_position_is_unparked_on_disk_too(rig: DeviceRig) -> None:
    park(rig)
    rig.pins.push(2.5)
    rig.live(1.0)
    rig.start()
    rig.connect()
    assert rig.told("taken as not parked")
    assert entry(rig) == ParkEntry(False, 0.0)
    rig.goto(0)
    rig.rest()
    reborn(rig)
    assert rig.on(PARK) == "UNPARK", "it stands there, but nobody has parked it"


def test_an_unpark_that_could_not_be_written_is_written_later(rig: DeviceRig, monkeypatch: pytest.MonkeyPatch) -> None:
    park(rig)

    def full(self: ParkFile, entry: ParkEntry) -> None:
        raise ParkDataError("cannot write: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(ParkFile, "save", full)
        rig.switch(PARK, "UNPARK")
    assert rig.told("No space left on device; it is tried again")
    assert entry(rig) == ParkEntry(True, 0.0)
    rig.goto(20)
    rig.rest()
    assert entry(rig) == ParkEntry(False, 0.0)


# A card that has become read-only


def test_a_record_that_cannot_be_withdrawn_forbids_to_move(rig: DeviceRig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.goto(50)
    rig.rest()
    rig.live(0.5)
    before, pulses = rig.position_path.read_text(), rig.pins.pulses_sent
    with monkeypatch.context() as patch:
        read_only(patch)
        for command in (
            lambda: rig.goto(150),
            lambda: rig.switch("DOME_MOTION", "DOME_CW"),
            lambda: rig.switch("HOME", "HOME_FIND"),
            lambda: rig.switch(PARK, "PARK"),
        ):
            assert rig.told("can neither be written nor deleted (Read-only file system)", command())
            rig.live(0.5)
            assert rig.busy() == []
        assert rig.pins.pulses_sent == pulses
        assert rig.position_path.read_text() == before
        reborn(rig)
        assert rig.state(ABS) == "Alert", "it may be the record of another night"
        assert rig.told("its record cannot be exchanged (Read-only file system)")
    rig.number("DOME_SYNC", DOME_SYNC_VALUE=50)
    rig.goto(60)
    rig.rest()
    assert rig.error_deg(60) < 0.1


def test_a_negative_doubt_is_no_record(tmp_path: Path) -> None:
    path = tmp_path / "position.json"
    record = {"azimuth_deg": 1, "encoder_count": 1, "moving": False, "time_s": 0, "wound_doubt_deg": -720}
    path.write_text(json.dumps(record))
    assert PositionFile(path).load() is None


def test_what_a_kill_left_half_written_is_swept_away(tmp_path: Path) -> None:
    old, fresh, other = (tmp_path / name for name in (".indi_dome_driver.a", ".indi_dome_driver.b", "ParkData.xml.new"))
    for path in (old, fresh, other):
        path.touch()
    now_s = time.time()
    os.utime(old, (now_s - 61, now_s - 61))
    os.utime(other, (now_s - 61, now_s - 61))
    sweep(tmp_path, now_s)
    sweep(tmp_path / "nowhere", now_s)
    assert sorted(path.name for path in tmp_path.iterdir()) == [fresh.name, other.name]


# The log file


@pytest.fixture
def short_files() -> Iterator[int]:
    """Let no file grow beyond 20 000 bytes, as a full disk would."""
    import signal

    was, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, was[1]))
    yield 20_000
    resource.setrlimit(resource.RLIMIT_FSIZE, was)
    signal.signal(signal.SIGXFSZ, handler)


def test_a_log_on_a_full_disk_is_given_up_once(tmp_path: Path, short_files: int) -> None:
    log, failures = MessageLog(tmp_path, "dome", lambda: 1e9), []
    log.on_failure = failures.append
    log.choose([], [Level.DEBUG])
    for _ in range(2 * short_files // 100):
        log.write(Level.DEBUG, "x" * 100)
    assert failures == ["File too large"]
    assert not log.wants_debug


# The settings file


def numbers(rig: DeviceRig) -> list[NumberVector]:
    return [rig.device.panel.number("DOME_PARAMS")]


def test_settings_that_cannot_be_read_are_not_written_over(rig: DeviceRig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.switch(CONFIG, "CONFIG_SAVE")
    before = rig.config_path.read_bytes()
    opened = Path.open

    def dying(self: Path, *args: object, **kwargs: object) -> object:
        if self == rig.config_path:
            raise OSError(errno.EIO, "Input/output error")
        return opened(self, *args, **kwargs)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", dying)
        rig.number("DOME_PARAMS", AUTOSYNC_THRESHOLD=3)
    assert rig.config_path.read_bytes() == before
    assert rig.told("Input/output error")


def test_damage_that_cannot_be_kept_is_not_written_over(rig: DeviceRig) -> None:
    rig.config_path.write_bytes(b"<INDIDriver><oops")
    for number in range(20):
        rig.config_path.with_name(f"config.xml.damaged{number or ''}").write_text(str(number))
    with pytest.raises(SavedConfigError, match="cannot be copied aside: 20 damaged versions"):
        SavedConfig(rig.config_path, DOME).save(numbers(rig))
    assert rig.config_path.read_bytes() == b"<INDIDriver><oops"


def test_a_name_that_no_device_can_have_is_refused(rig: DeviceRig) -> None:
    sent = rig.command("Text", "ACTIVE_DEVICES", {"ACTIVE_TELESCOPE": "m" * 64})
    assert [each.state for each in sent if each.name == "ACTIVE_DEVICES"] == ["Alert"]
    rig.command("Text", "ACTIVE_DEVICES", {"ACTIVE_TELESCOPE": "m" * 63})
    assert rig.state("ACTIVE_DEVICES") == "Ok"


def test_a_file_name_that_is_too_long_is_an_error_and_no_emergency(rig: DeviceRig, tmp_path: Path) -> None:
    with pytest.raises(SavedConfigError, match="File name too long"):
        SavedConfig(tmp_path / ("c" * 250), DOME).save(numbers(rig))


def test_purged_settings_are_gone_before_the_first_connection_too(tmp_path: Path) -> None:
    rig = DeviceRig(tmp_path).connect()
    rig.number("Presets", **{"Preset 1": 11})
    rig.live(0.5)
    rig.start()
    rig.switch(CONFIG, "CONFIG_PURGE")
    rig.connect()
    assert rig.device.panel.number("Presets")["Preset 1"] != 11


def test_only_commands_are_taken_over_from_an_old_file(rig: DeviceRig) -> None:
    rig.config_path.write_text(f'<INDIDriver xmlns:a="urn:a"><a:newNumberVector device="{DOME}"/></INDIDriver>')
    rig.switch(CONFIG, "CONFIG_SAVE")
    assert SavedConfig(rig.config_path, DOME).load()


def test_loading_saved_backlash_that_is_off_is_nothing_to_warn_of(rig: DeviceRig) -> None:
    rig.switch(CONFIG, "CONFIG_SAVE")
    assert not rig.told("Backlash steps not taken", rig.switch(CONFIG, "CONFIG_LOAD"))


# ParkData.xml


def test_a_lock_that_another_program_holds_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    file = ParkFile(tmp_path / "ParkData.xml", DOME)
    with (tmp_path / "ParkData.xml.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        begun_s = time.monotonic()
        with pytest.raises(ParkDataError, match="another program holds"):
            file.save(ParkEntry(True, 1.0))
        assert time.monotonic() - begun_s < 4.0
    file.save(ParkEntry(True, 1.0))
    assert file.load() == ParkEntry(True, 1.0)


def test_a_lock_file_that_may_not_be_written_serves_as_well(tmp_path: Path) -> None:
    lock = tmp_path / "ParkData.xml.lock"
    lock.touch(0o444)
    ParkFile(tmp_path / "ParkData.xml", DOME).save(ParkEntry(True, 1.0))
    assert lock.stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_a_file_in_another_encoding_is_left_alone(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "ParkData.xml"
    text = f'<?xml version="1.0" encoding="{encoding}"?><parkdata>{OTHERS}</parkdata>'.encode(encoding)
    path.write_bytes(text)
    with pytest.raises(ParkDataError, match=r"not .*in UTF-8"):
        ParkFile(path, DOME).save(ParkEntry(True, 1.0))
    assert path.read_bytes() == text


def test_a_linked_file_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.xml", tmp_path / "ParkData.xml"
    real.write_text(f"<parkdata>{OTHERS}</parkdata>")
    link.symlink_to(real)
    ParkFile(link, DOME).save(ParkEntry(True, 1.0))
    assert link.is_symlink()
    assert OTHERS in real.read_text()
    assert ParkFile(real, DOME).load() == ParkEntry(True, 1.0)


def test_a_name_of_control_characters_does_not_spoil_what_all_share(tmp_path: Path) -> None:
    name = clean_name("my\x01dome\n" + os.fsdecode(b"\xff"))
    file = ParkFile(tmp_path / "ParkData.xml", name)
    file.save(ParkEntry(True, 1.0))
    assert file.load() == ParkEntry(True, 1.0)
    assert clean_name('Kuppel Süd <1> & "2"') == 'Kuppel Süd <1> & "2"'
