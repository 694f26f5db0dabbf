"""Checks 1-6, 41 and 42 of the dome contract: start, definitions, end, several clients, bad input."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bare_driver import Bare, goto
from observatory import DOME, MOUNT, Observatory

pytestmark = pytest.mark.system

BEFORE_CONNECTION = [
    "CONNECTION",
    "DRIVER_INFO",
    "DEBUG",
    "SIMULATION",
    "CONFIG_PROCESS",
    "POLLING_PERIOD",
    "ACTIVE_DEVICES",
    "MOUNT_POLICY",
]
AFTER_CONNECTION = [
    "DOME_MOTION",
    "REL_DOME_POSITION",
    "ABS_DOME_POSITION",
    "DOME_ABORT_MOTION",
    "Presets",
    "Goto",
    "DOME_AUTOSYNC",
    "DM_OTA_SIDE",
    "DOME_PARAMS",
    "DOME_MEASUREMENTS",
    "DOME_SYNC",
    "DOME_PARK",
    "DOME_PARK_POSITION",
    "DOME_PARK_OPTION",
]


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Callable[..., Bare]]:
    started: list[Bare] = []

    def start(**env: str) -> Bare:
        started.append(Bare(tmp_path, **env))
        return started[-1]

    yield start
    for each in started:
        each.close()


def test_1_silent_until_asked(bare: Callable[..., Bare]) -> None:
    driver = bare()
    driver.say("\n")
    time.sleep(1.0)  # the check itself: a second of silence
    assert driver.listen() == []
    assert driver.process.poll() is None
    driver.say("<getProperties version='1.7'/>")
    driver.wait(lambda m: m.name == "CONNECTION", "an answer")


def test_2_first_definitions_and_snoop_registrations(bare: Callable[..., Bare]) -> None:
    driver = bare()
    driver.say("<getProperties version='1.7'/>")
    driver.wait(lambda m: m.tag == "getProperties" and m.name == "TELESCOPE_TRACK_STATE", "the last registration")
    messages = driver.messages
    assert [m.name for m in messages if m.tag.startswith("def")] == BEFORE_CONNECTION
    info = next(m for m in messages if m.name == "DRIVER_INFO")
    assert {i.name: i.text for i in info.items}["DRIVER_INTERFACE"] == "32"
    assert next(m for m in messages if m.name == "CONFIG_PROCESS").attributes["state"] == "Idle"
    registered = {m.name for m in messages if m.tag == "getProperties" and m.device == MOUNT}
    assert registered >= {
        "EQUATORIAL_EOD_COORD",
        "TARGET_EOD_COORD",
        "GEOGRAPHIC_COORD",
        "TELESCOPE_PIER_SIDE",
        "TELESCOPE_PARK",
        "TELESCOPE_TRACK_STATE",
    }
    assert not [m for m in messages if m.device != DOME and m.tag != "getProperties"], "foreign names only when asking"


def test_3_one_property_or_a_foreign_device_asked_for(bare: Callable[..., Bare]) -> None:
    driver = bare()
    driver.say(
        f"<getProperties version='1.7' device='{DOME}' name='CONNECTION'/>"
        f"<getProperties version='1.7' device='{DOME}' name='NOTHING'/>"
        "<getProperties version='1.7' device='Other'/>"
        f"<getProperties version='1.7' device='{DOME}' name='DEBUG'/>"
    )
    driver.wait(lambda m: m.name == "DEBUG", "the last answer")
    assert [m.name for m in driver.messages if m.tag.startswith("def")] == ["CONNECTION", "DEBUG"]


@pytest.mark.parametrize("ending", ["eof", "sigterm"])
def test_4_the_end_of_the_server_stops_the_dome_and_the_process(bare: Callable[..., Bare], ending: str) -> None:
    driver = bare()
    driver.connect()
    driver.say(goto(180))
    driver.wait(lambda m: m.name == "DOME_MOTION" and m.attributes.get("state") == "Busy", "motion")
    began = time.monotonic()
    if ending == "eof":
        assert driver.process.stdin is not None
        driver.process.stdin.close()
    else:
        driver.process.terminate()
    assert driver.process.wait(5) == 0
    assert time.monotonic() - began < 1.0
    assert driver.process.stderr is not None
    assert b"Traceback" not in driver.process.stderr.read()


def test_5_indidev_names_the_device_everywhere(observatory: Callable[..., Observatory]) -> None:
    place = observatory(device="My Dome", env={"INDIDEV": "My Dome"})
    place.client.switch("CONFIG_PROCESS", "CONFIG_SAVE")
    place.client.wait_set("CONFIG_PROCESS", "Ok")
    own = [e for e in place.client.events if e.message.device not in (MOUNT, None)]
    assert {e.message.device for e in own} == {"My Dome"}
    assert (place.home / ".indi" / "My Dome_config.xml").exists()


def test_indiconfig_names_the_file_of_saved_settings(observatory: Callable[..., Observatory], tmp_path: Path) -> None:
    chosen = tmp_path / "mine.xml"
    place = observatory(env={"INDICONFIG": str(chosen)})
    place.client.switch("CONFIG_PROCESS", "CONFIG_SAVE")
    place.client.wait_set("CONFIG_PROCESS", "Ok")
    assert b"<INDIDriver>" in chosen.read_bytes()


def test_6_everything_is_defined_at_once_after_connection(observatory: Callable[..., Observatory]) -> None:
    place = observatory(connect=False)
    client = place.client
    client.switch("CONNECTION", "CONNECT")
    connected = client.wait_set("CONNECTION", "Ok", on="CONNECT")
    last = client.wait_definition("SLAVING_REASON")
    assert last.at_s - connected.at_s < 0.25
    order = [e.name for e in client.events if e.message.tag.startswith("def") and e.at_s >= connected.at_s]
    assert [name for name in order if name in AFTER_CONNECTION] == AFTER_CONNECTION
    park = client.wait_definition("DOME_PARK")
    assert park.on == ["UNPARK"], "the true state from the first definition on"
    client.wait_message("[WARNING] The dome is SIMULATED")
    assert client.wait_definition("SIMULATION").on == ["ENABLE"]


def test_41_every_client_sees_every_change_and_a_late_one_the_present(
    observatory: Callable[..., Observatory],
) -> None:
    place = observatory()
    with place.second_client() as other:
        other.wait_definition("ABS_DOME_POSITION")
        sent = place.client.goto(90)
        other.wait_set("ABS_DOME_POSITION", "Busy", sent)
        with place.second_client() as late:
            assert late.wait_definition("ABS_DOME_POSITION").state == "Busy"
            assert late.wait_definition("DOME_MOTION").state == "Busy"
        other.wait_set("ABS_DOME_POSITION", "Ok", sent)


HOSTILE = {
    "mismatched tags": b"<newNumberVector device='x'><oneNumber></newNumberVector>",
    "unknown tag": b"<launchMissiles device='Abaque Dome'/>",
    "a megabyte of text": b"<newTextVector device='Abaque Dome' name='ABAQUE_FILE'><oneText name='FILE'>"
    + b"x" * 1_000_000
    + b"</oneText></newTextVector>",
    "entity bomb": b'<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    + b"<newTextVector device='Abaque Dome' name='ABAQUE_FILE'><oneText name='FILE'>&c;&c;</oneText></newTextVector>",
    "NUL and bad UTF-8": b"\x00\xff\xfe<\x00newSwitchVector \xc3\x28>",
    "truncated message": b"<newNumberVector device='Abaque Dome' name='ABS_DOME_POSITION'><oneNumber name='DOME_ABS",
    "50 MB element": b"<newTextVector device='Abaque Dome' name='ABAQUE_FILE'><oneText name='FILE'>"
    + b"y" * 50_000_000
    + b"</oneText></newTextVector>",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_42_hostile_input_on_stdin_is_survived_in_bounded_memory(bare: Callable[..., Bare], kind: str) -> None:
    driver = bare()
    driver.connect()
    before = peak_rss_kib(driver.process.pid)
    driver.say(HOSTILE[kind] + b"\n")
    driver.say(goto(5))
    driver.wait(lambda m: m.name == "ABS_DOME_POSITION" and m.attributes.get("state") == "Busy", "the next command")
    assert peak_rss_kib(driver.process.pid) - before < 12 * 1024


def test_42_a_command_that_arrives_byte_by_byte_is_obeyed(bare: Callable[..., Bare]) -> None:
    driver = bare()
    driver.connect()
    for byte in goto(5).encode():
        driver.say(bytes([byte]))
    driver.wait(lambda m: m.name == "ABS_DOME_POSITION" and m.attributes.get("state") == "Busy", "the command")


def peak_rss_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
