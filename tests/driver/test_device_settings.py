"""Settings that a person changes: kept without being asked, in force after a restart, and never at the dome's cost."""

from pathlib import Path

import pytest
from device_rig import CONFIG_FOREIGN, DeviceRig, example_answer, new
from hypothesis import given, settings
from hypothesis import strategies as st

from indi_dome_driver.device.saved_config import SavedConfig
from indi_dome_driver.device.settings import SAVED

PARAMS, FILE, MODEL = "DOME_PARAMS", "ABAQUE_FILE", "ABAQUE_MODEL"


@pytest.fixture
def rig(tmp_path: Path) -> DeviceRig:
    return DeviceRig(tmp_path).connect()


def threshold(rig: DeviceRig) -> float:
    return rig.device.panel.number(PARAMS)["AUTOSYNC_THRESHOLD"]


def saved(rig: DeviceRig) -> list[str]:
    """Name what stands in the file."""
    return [each.name or "" for each in SavedConfig(rig.config_path, "Abaque Dome").load()]


def test_a_changed_setting_outlives_a_kill_without_being_saved(rig: DeviceRig) -> None:
    rig.number(PARAMS, AUTOSYNC_THRESHOLD=2.5)
    rig.switch("MOUNT_POLICY", "MOUNT_LOCKS")
    rig.command("Text", "ACTIVE_DEVICES", {"ACTIVE_TELESCOPE": "EQMod <1>"})
    assert set(saved(rig)) == {PARAMS, "MOUNT_POLICY", "ACTIVE_DEVICES"}
    rig.start()  # as after a kill
    assert rig.on("MOUNT_POLICY") == "MOUNT_LOCKS", "before anybody asks"
    assert rig.sent == []
    rig.connect()
    assert threshold(rig) == 2.5
    assert rig.device.panel.text("ACTIVE_DEVICES")["ACTIVE_TELESCOPE"] == "EQMod <1>"
    assert len(rig.told("Saved settings override the configuration file: DOME_PARAMS (")) == 1
    asked = {each.message.device for each in rig.sent if each.tag == "getProperties"}
    assert asked == {"EQMod <1>"}


def test_every_setting_finds_its_way_back(tmp_path: Path) -> None:
    rig = DeviceRig(tmp_path, answer=example_answer()).connect()
    table = tmp_path / "other.xlsx"
    table.touch()
    rig.number("Presets", **{"Preset 2": 22})
    rig.number("DOME_MEASUREMENTS", DM_DOME_RADIUS=1.5)
    rig.switch("DM_OTA_SIDE", "DM_OTA_SIDE_EAST")
    rig.switch("DOME_BACKLASH_TOGGLE", "INDI_ENABLED")
    rig.number("DOME_BACKLASH_STEPS", DOME_BACKLASH_VALUE=300)
    rig.number("HOME_POSITION", HOME_AZ=77)
    rig.number("CABLE_WRAP_LIMIT", CABLE_TURNS=1.5)
    rig.command("Text", FILE, {"FILE": str(table)})
    rig.switch(MODEL, "MODEL_TABLE")
    before = {name: rig.device.panel.vectors[name].values() for name in SAVED if name in rig.device.panel.vectors}
    rig.start()
    rig.connect()
    assert {name: rig.device.panel.vectors[name].values() for name in before} == before
    assert rig.loader.asked[-1][0].path == table
    session = rig.device.session
    assert session is not None
    assert session.dome.home_azimuth_deg == 77
    assert rig.device.caught == []


def test_only_what_was_changed_is_written_and_the_rest_of_the_file_stays(rig: DeviceRig) -> None:
    rig.config_path.write_bytes(CONFIG_FOREIGN)
    rig.start()
    rig.connect()
    rig.number(PARAMS, AUTOSYNC_THRESHOLD=4)
    assert saved(rig) == ["CONNECTION_MODE", "Presets", PARAMS]
    file = SavedConfig(rig.config_path, "Abaque Dome")
    assert [item.text for item in file.load()[1].items] == ["11", "12", "13"]
    assert not file.default_path.exists(), "a default is made by Save and Load only"


def test_the_disk_is_left_alone_while_the_dome_turns(rig: DeviceRig) -> None:
    rig.goto(90)
    rig.live(0.5)
    assert rig.moving
    rig.number(PARAMS, AUTOSYNC_THRESHOLD=3)
    rig.live(0.5)
    assert not rig.config_path.exists()
    rig.rest()
    rig.live(0.5)
    assert saved(rig) == [PARAMS]


@pytest.mark.parametrize("end", ["disconnect", "close"])
def test_a_change_in_mid_move_is_written_at_the_end_of_the_session(rig: DeviceRig, end: str) -> None:
    rig.goto(90)
    rig.live(0.5)
    rig.number(PARAMS, AUTOSYNC_THRESHOLD=3)
    if end == "disconnect":
        rig.switch("CONNECTION", "DISCONNECT")
    else:
        rig.device.close()
    assert saved(rig) == [PARAMS]


def test_the_same_value_again_and_a_refused_one_write_nothing(rig: DeviceRig) -> None:
    rig.number(PARAMS, AUTOSYNC_THRESHOLD=0.5)
    rig.number(PARAMS, AUTOSYNC_THRESHOLD=-1)
    rig.command("Text", FILE, {"FILE": "/no/such/table.xlsx"})
    rig.live(0.5)
    assert not rig.config_path.exists()


def test_a_table_that_turns_out_to_be_none_is_not_kept(tmp_path: Path) -> None:
    rig = DeviceRig(tmp_path, table=False).connect()
    table = tmp_path / "other.xlsx"
    table.touch()
    rig.command("Text", FILE, {"FILE": str(table)})
    rig.live(1.0)
    assert not rig.config_path.exists(), "it is still being read"
    rig.loader.asked[-1][1]({"error": "no table"})
    rig.live(1.0)
    assert not rig.config_path.exists()
    assert rig.state(FILE) == "Alert"


def test_what_is_loaded_is_not_saved_again(rig: DeviceRig) -> None:
    rig.number(PARAMS, AUTOSYNC_THRESHOLD=2)
    rig.switch("CONFIG_PROCESS", "CONFIG_SAVE")
    rig.number(PARAMS, AUTOSYNC_THRESHOLD=3)
    written = rig.config_path.read_bytes()
    rig.switch("CONFIG_PROCESS", "CONFIG_DEFAULT")
    rig.live(0.5)
    assert threshold(rig) == 2
    assert rig.config_path.read_bytes() == written


def test_a_folder_that_cannot_be_written_is_warned_of_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    rig = DeviceRig(tmp_path / "file" / "state").connect()
    for value in (1, 2, 3):
        rig.number(PARAMS, AUTOSYNC_THRESHOLD=value)
    assert len(rig.told("[WARNING] What you change will not outlast a restart: cannot write")) == 1
    assert threshold(rig) == 3
    assert rig.device.caught == []


def test_a_damaged_file_is_told_of_and_kept_aside(rig: DeviceRig) -> None:
    rig.config_path.write_bytes(b"<INDIDriver><newNumberVector")
    rig.start()
    rig.connect()
    assert rig.told("[WARNING] Your saved settings are not in force:")
    rig.number(PARAMS, AUTOSYNC_THRESHOLD=2)
    assert rig.told("config.xml.damaged")
    assert rig.config_path.with_name("config.xml.damaged").read_bytes() == b"<INDIDriver><newNumberVector"
    assert saved(rig) == [PARAMS]


def test_nonsense_in_the_file_is_left_out_with_words_and_commands_nothing(rig: DeviceRig) -> None:
    rig.config_path.write_bytes(
        b"<INDIDriver>"
        + new("Number", PARAMS, {"AUTOSYNC_THRESHOLD": "nan"})
        + new("Switch", "CONNECTION", {"CONNECT": "On"})
        + new("Switch", "DOME_MOTION", {"DOME_CW": "On"})
        + new("Number", "CABLE_WRAP_LIMIT", {"CABLE_TURNS": "1e9"})
        + new("Switch", "DM_OTA_SIDE", {"DM_OTA_SIDE_EAST": "On", "DM_OTA_SIDE_WEST": "On"})
        + new("Switch", "DOME_AUTOSYNC", {"DOME_AUTOSYNC_ENABLE": "On"})
        + new("Number", "Presets", {"Preset 1": "5"})
        + b"</INDIDriver>"
    )
    rig.start()
    assert rig.opened == 1, "a file does not connect"
    rig.connect()
    rig.points(30, 50)
    rig.live(2.0)
    assert len(rig.told("[WARNING] A saved setting is left out")) == 3
    assert (threshold(rig), rig.slaved, rig.pins.pulses_sent) == (0.5, False, 0)
    assert rig.device.panel.number("Presets")["Preset 1"] == 5
    assert rig.device.caught == []


def test_saved_slaving_is_loaded_after_a_homing(tmp_path: Path) -> None:
    rig = DeviceRig(tmp_path, answer=example_answer()).connect()
    rig.slave()
    rig.switch("CONFIG_PROCESS", "CONFIG_SAVE")
    rig.start()
    rig.connect()
    rig.switch("CONFIG_PROCESS", "CONFIG_LOAD")
    assert not rig.slaved
    rig.switch("HOME", "HOME_FIND")
    rig.rest()
    rig.switch("CONFIG_PROCESS", "CONFIG_LOAD")
    assert rig.slaved


def test_the_default_copy_is_made_by_the_first_load(rig: DeviceRig) -> None:
    rig.number(PARAMS, AUTOSYNC_THRESHOLD=2)
    default = SavedConfig(rig.config_path, "Abaque Dome").default_path
    assert not default.exists()
    rig.switch("CONFIG_PROCESS", "CONFIG_LOAD")
    assert default.read_bytes() == rig.config_path.read_bytes()


def test_a_file_of_roots_is_named_with_its_remedy(tmp_path: Path) -> None:
    file = SavedConfig(tmp_path / "config.xml", "Abaque Dome")
    owner = tmp_path.stat().st_uid
    assert file.complaint(0) == ""
    assert ("sudo chown -R $USER" in file.complaint(1000)) == (owner == 0)


@given(st.binary(max_size=300))
@settings(max_examples=60)
def test_whatever_stands_in_the_file_the_driver_starts(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    rig = DeviceRig(tmp_path_factory.mktemp("any"))
    rig.config_path.write_bytes(b"<INDIDriver>" + content + b"</INDIDriver>")
    rig.start()
    rig.connect()
    assert rig.state("CONNECTION") == "Ok"
    assert rig.device.caught == []
