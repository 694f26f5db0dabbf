"""What the device keeps on disk: position record, park state, saved settings; and what damage does to each."""

import json
from pathlib import Path
from typing import Any

import pytest
from device_rig import DOME, MOUNT, DeviceRig, example_answer, new

from indi_dome_driver.hardware.seam import PulseTrain
from indi_dome_driver.hardware.simulated.backend import SimulatorSettings
from indi_dome_driver.hardware.simulated.board import SimulatedBoard
from indi_dome_driver.park_data import ParkEntry, ParkFile

PARK, ABSOLUTE, CONFIG = "DOME_PARK", "ABS_DOME_POSITION", "CONFIG_PROCESS"


@pytest.fixture
def rig(tmp_path: Path) -> DeviceRig:
    return DeviceRig(tmp_path).connect()


def record(rig: DeviceRig) -> dict[str, Any]:
    return dict(json.loads(rig.position_path.read_text()))


def test_the_record_says_moving_before_the_first_pulse(rig: DeviceRig, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    queue = SimulatedBoard.queue

    def watched(board: SimulatedBoard, train: PulseTrain, *, joins: bool = False) -> bool:
        seen.append(record(rig)["moving"])
        return queue(board, train, joins=joins)

    monkeypatch.setattr(SimulatedBoard, "queue", watched)
    assert record(rig)["moving"] is False
    for begin in (
        lambda: rig.goto(20),
        lambda: rig.switch("DOME_MOTION", "DOME_CCW"),
        lambda: rig.switch(PARK, "PARK"),
    ):
        begin()
        rig.live(0.5)
        if rig.on(PARK) != "PARK":
            rig.abort()
        rig.rest()
        rig.live(0.5)
        assert record(rig)["moving"] is False
        assert abs(record(rig)["azimuth_deg"] - rig.azimuth()) < 0.1
    assert seen
    assert all(seen)


def test_a_kill_in_mid_move_leaves_the_position_unknown_and_says_so(rig: DeviceRig) -> None:
    rig.goto(90)
    rig.live(1.0)
    rig.start()
    rig.connect()
    assert rig.state(ABSOLUTE) == "Alert"
    assert rig.told("[WARNING] The azimuth of the dome is unknown: the dome was moving")
    pulses = rig.pins.pulses_sent
    rig.live(1.0)
    assert rig.pins.pulses_sent == pulses, "no motion on its own"
    refused = rig.goto(10)
    assert [each.state for each in refused if each.name == ABSOLUTE] == ["Alert"]
    rig.number("DOME_SYNC", DOME_SYNC_VALUE=rig.true_deg)
    rig.goto(10)
    rig.rest()
    assert rig.error_deg(10) < 0.06


def test_a_kill_during_park_is_not_parked(rig: DeviceRig) -> None:
    rig.goto(60)
    rig.rest()
    rig.switch(PARK, "PARK")
    rig.live(1.0)
    rig.start()
    rig.connect()
    assert (rig.on(PARK), rig.state(PARK)) == ("UNPARK", "Ok")


@pytest.mark.parametrize("pushed_deg", [0.0, 2.0, -2.0, 3.5])
def test_a_record_at_rest_is_proven_by_the_encoder(rig: DeviceRig, pushed_deg: float) -> None:
    rig.goto(60)
    rig.rest()
    rig.live(0.5)
    rig.device.session = None  # killed: the dome is pushed while nobody looks
    rig.pins.push(pushed_deg)
    rig.wall_s += 5.0
    rig.start()
    rig.connect()
    assert rig.told("[INFO] Position: azimuth")
    assert abs(rig.azimuth() - (60.0 + pushed_deg)) < 0.1
    assert rig.error_deg(rig.azimuth()) < 0.05


def test_a_parked_dome_is_still_parked_after_a_restart_unless_it_was_moved(rig: DeviceRig) -> None:
    rig.switch(PARK, "PARK")
    rig.rest()
    rig.live(0.5)
    rig.start()
    rig.connect()
    assert rig.on(PARK) == "PARK"
    rig.device.session = None
    rig.pins.push(3.0)
    rig.wall_s += 5.0
    rig.start()
    rig.connect()
    assert rig.on(PARK) == "UNPARK"
    assert rig.told("taken as not parked")


def test_a_disconnect_in_mid_move_stops_the_pulses_and_keeps_the_position(rig: DeviceRig) -> None:
    rig.goto(90)
    rig.live(1.0)
    sent = rig.switch("CONNECTION", "DISCONNECT")
    assert [each.tag for each in sent][:2] == ["setSwitchVector", "delProperty"]
    pulses = rig.pins.pulses_sent
    rig.live(1.0)
    assert rig.pins.pulses_sent == pulses
    assert rig.device.period_s is None
    rig.switch("CONNECTION", "CONNECT")
    assert rig.state(ABSOLUTE) == "Ok"
    assert rig.error_deg(rig.azimuth()) < 0.05


def test_a_reconnection_before_the_dome_has_come_to_rest(rig: DeviceRig) -> None:
    rig.goto(90)
    rig.live(1.0)
    rig.switch("CONNECTION", "DISCONNECT")
    rig.switch("CONNECTION", "CONNECT")
    assert rig.state("CONNECTION") == "Ok"
    assert rig.opened == 2
    assert rig.device.caught == []


def test_an_unwritable_folder_is_warned_of_and_the_dome_still_works(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    rig = DeviceRig(tmp_path / "file" / "state").connect()
    rig.goto(20)
    rig.rest()
    rig.live(0.5)
    assert len(rig.told("[WARNING] The position cannot be saved")) == 1
    rig.switch(PARK, "PARK")
    rig.until(lambda: rig.on(PARK) == "PARK" and rig.state(PARK) == "Ok")
    assert rig.told("[ERROR] cannot")
    rig.switch(PARK, "UNPARK")
    rig.goto(20)
    rig.rest()
    assert rig.error_deg(20) < 0.06
    assert [each.state for each in rig.switch(CONFIG, "CONFIG_SAVE") if each.name == CONFIG] == ["Alert"]
    assert rig.device.caught == []


def test_a_simulated_dome_that_cannot_be_remembered_still_disconnects(tmp_path: Path) -> None:
    memory = tmp_path / "sim" / "memory.json"
    rig = DeviceRig(tmp_path, SimulatorSettings(speed_factor=20.0, memory_file=str(memory))).connect()
    (tmp_path / "sim").touch()  # a file where the folder should be
    rig.switch("CONNECTION", "DISCONNECT")
    rig.live(0.5)
    assert rig.told("not closed properly")
    assert PARK not in rig.device.panel.vectors
    rig.device.close()
    assert rig.device.caught == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"<parkdata><device name='Abaque Dome'>",
        b"<parkdata><device name='Abaque Dome'><parkstatus>perhaps</parkstatus></device></parkdata>",
        b"<?xml version='1.0' encoding='nobody-knows'?><parkdata/>",
        b"<?xml version='1.0' encoding='gbk'?><parkdata/>",
        b"\xff\xfe<\x00p\x00",
        b"<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;'>]><a>&c;</a>",
    ],
)
def test_a_damaged_park_file_is_not_parked_and_does_not_hinder(rig: DeviceRig, content: bytes) -> None:
    rig.park_path.write_bytes(content)
    rig.start()
    rig.connect()
    assert rig.state("CONNECTION") == "Ok"
    assert rig.on(PARK) == "UNPARK"
    rig.switch(PARK, "PARK")
    rig.rest()
    assert rig.state(PARK) == "Ok"
    rig.live(0.5)
    rig.start()
    rig.connect()
    assert rig.on(PARK) == "PARK"
    assert rig.device.caught == []


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100000,
        '{"azimuth_deg": 1e999, "encoder_count": 1, "moving": false, "time_s": 0}',
        '{"azimuth_deg": 10, "encoder_count": Infinity, "moving": false, "time_s": 0}',
        '{"azimuth_deg": 1' + "0" * 400 + ', "encoder_count": 0, "moving": false, "time_s": 0}',
    ],
)
def test_a_damaged_position_record_proves_nothing(rig: DeviceRig, text: str) -> None:
    rig.position_path.write_text(text)
    rig.start()
    rig.connect()
    assert rig.state("CONNECTION") == "Ok"
    assert rig.told("no position is on record")
    assert rig.device.caught == []


def test_settings_are_saved_loaded_defaulted_and_purged(rig: DeviceRig) -> None:
    def state_of(which: str) -> list[str]:
        return [each.state for each in rig.switch(CONFIG, which) if each.name == CONFIG]

    def threshold() -> float:
        return rig.device.panel.number("DOME_PARAMS")["AUTOSYNC_THRESHOLD"]

    assert state_of("CONFIG_LOAD") == ["Alert"], "nothing was saved yet"
    rig.number("DOME_PARAMS", AUTOSYNC_THRESHOLD=2)
    rig.number("Presets", **{"Preset 1": 111})
    rig.switch("DM_OTA_SIDE", "DM_OTA_SIDE_HA")
    rig.command("Text", "ACTIVE_DEVICES", {"ACTIVE_TELESCOPE": "A & <b>"})
    assert state_of("CONFIG_SAVE") == ["Ok"]
    rig.number("DOME_PARAMS", AUTOSYNC_THRESHOLD=3)
    assert state_of("CONFIG_SAVE") == ["Ok"]
    rig.start()
    rig.connect()
    assert threshold() == 3
    assert state_of("CONFIG_LOAD") == ["Ok"]
    assert threshold() == 3
    assert rig.device.panel.number("Presets")["Preset 1"] == 111
    assert rig.on("DM_OTA_SIDE") == "DM_OTA_SIDE_HA"
    assert rig.device.panel.text("ACTIVE_DEVICES")["ACTIVE_TELESCOPE"] == "A & <b>"
    assert state_of("CONFIG_DEFAULT") == ["Ok"]
    assert threshold() == 2
    assert state_of("CONFIG_PURGE") == ["Ok"]
    assert state_of("CONFIG_LOAD") == ["Alert"]
    assert state_of("CONFIG_PURGE") == ["Alert"]
    assert state_of("CONFIG_DEFAULT") == ["Ok"]
    assert rig.device.panel.switch(CONFIG).selected is None


def test_saving_without_a_connection_keeps_what_only_a_connection_shows(rig: DeviceRig) -> None:
    rig.number("DOME_PARAMS", AUTOSYNC_THRESHOLD=2)
    rig.switch(CONFIG, "CONFIG_SAVE")
    rig.switch("CONNECTION", "DISCONNECT")
    rig.number("POLLING_PERIOD", PERIOD_MS=500)
    rig.switch(CONFIG, "CONFIG_SAVE")
    rig.start()
    rig.connect()
    rig.switch(CONFIG, "CONFIG_LOAD")
    assert rig.device.panel.number("DOME_PARAMS")["AUTOSYNC_THRESHOLD"] == 2
    assert rig.device.panel.number("POLLING_PERIOD")["PERIOD_MS"] == 500


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<INDIDriver>",
        b"\x00\x01\x02",
        b"<?xml version='1.0' encoding='nobody-knows'?><INDIDriver/>",
        b"<?xml version='1.0' encoding='gbk'?><INDIDriver/>",
        b"<!DOCTYPE a [<!ENTITY b 'bbbb'>]><INDIDriver>&b;</INDIDriver>",
        b"<a>" * 100000,
        b" " * (1 << 21),
    ],
)
def test_a_damaged_config_file_is_answered_with_alert(rig: DeviceRig, content: bytes) -> None:
    rig.config_path.write_bytes(content)
    sent = rig.switch(CONFIG, "CONFIG_LOAD")
    assert [each.state for each in sent if each.name == CONFIG] == ["Alert"]
    assert rig.told("config.xml", sent)
    assert rig.device.caught == []


def test_a_config_file_commands_nothing_but_settings(rig: DeviceRig) -> None:
    rig.config_path.write_bytes(
        b"<INDIDriver>"
        + new("Number", ABSOLUTE, {"DOME_ABSOLUTE_POSITION": 90})
        + new("Switch", "DOME_MOTION", {"DOME_CW": "On"})
        + new("Switch", PARK, {"PARK": "On"})
        + new("Switch", CONFIG, {"CONFIG_LOAD": "On"})
        + new("Switch", "CONNECTION", {"DISCONNECT": "On"})
        + new("Number", "DOME_PARAMS", {"AUTOSYNC_THRESHOLD": "nan"})
        + new("Number", "Presets", {"Preset 9": 5})
        + new("Switch", "DEBUG", {"DISABLE": "On"}, device="Somebody Else")
        + new("Number", "Presets", {"Preset 2": 22})
        + b"</INDIDriver>"
    )
    rig.switch(CONFIG, "CONFIG_LOAD")
    rig.live(0.5)
    assert rig.pins.pulses_sent == 0
    assert rig.state("CONNECTION") == "Ok"
    assert rig.on(PARK) == "UNPARK"
    assert rig.device.panel.number("DOME_PARAMS")["AUTOSYNC_THRESHOLD"] == 0.5
    assert rig.device.panel.number("Presets")["Preset 2"] == 22
    assert rig.device.caught == []


def test_saved_slaving_does_not_start_by_itself(tmp_path: Path) -> None:
    rig = DeviceRig(tmp_path, answer=example_answer()).connect()
    rig.slave()
    rig.switch(CONFIG, "CONFIG_SAVE")
    rig.start()
    rig.connect()
    rig.points(30, 50)
    rig.switch(CONFIG, "CONFIG_LOAD")
    assert not rig.slaved
    assert rig.told("stays off")
    rig.live(3.0)
    assert rig.pins.pulses_sent == 0
    rig.switch(PARK, "UNPARK")
    rig.switch(CONFIG, "CONFIG_LOAD")
    assert rig.slaved


def test_changing_the_mount_listens_to_the_new_one_and_forgets_the_old(tmp_path: Path) -> None:
    rig = DeviceRig(tmp_path, answer=example_answer()).connect()
    rig.points(30, 50)
    sent = rig.command("Text", "ACTIVE_DEVICES", {"ACTIVE_TELESCOPE": "EQMod"})
    asked = [each.name for each in sent if each.tag == "getProperties" and each.message.device == "EQMod"]
    assert {"EQUATORIAL_EOD_COORD", "TARGET_EOD_COORD", "TELESCOPE_PARK", "TELESCOPE_PIER_SIDE"} <= set(asked)
    rig.slave()
    rig.points(30, 50)  # still the old mount
    rig.live(3.0)
    assert rig.pins.pulses_sent == 0
    for name in ("", DOME):
        sent = rig.command("Text", "ACTIVE_DEVICES", {"ACTIVE_TELESCOPE": name})
        assert not [each for each in sent if each.tag == "getProperties"]
    rig.command("Text", "ACTIVE_DEVICES", {"ACTIVE_TELESCOPE": MOUNT})
    rig.points(30, 50)
    rig.until(lambda: rig.moving)


def test_the_park_is_on_disk_before_a_client_sees_it_done(rig: DeviceRig, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, str]] = []
    save = ParkFile.save

    def watched(file: ParkFile, entry: ParkEntry) -> Path | None:
        seen.append((entry.parked, rig.state(PARK)))
        return save(file, entry)

    monkeypatch.setattr(ParkFile, "save", watched)
    rig.goto(10)
    rig.rest()
    rig.switch(PARK, "PARK")
    rig.rest()
    rig.live(0.5)
    assert (rig.on(PARK), rig.state(PARK)) == ("PARK", "Ok")
    assert seen == [(True, "Busy")]
