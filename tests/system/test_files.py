"""The files of ~/.indi beside other drivers: two domes, INDI's telescope and dome, names and folders of all kinds."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from indi_server import IndiServer, wait_until
from observatory import DRIVER, FAST, Observatory, write_config
from wire_client import WireClient

from indi_dome_driver.config import user_config_file
from indi_dome_driver.park_data import ParkEntry, ParkFile

pytestmark = pytest.mark.system
PARK, PARAMS = "DOME_PARK", "DOME_PARAMS"


class HotStart:
    """An indiserver that starts drivers by name, as KStars does it: through its FIFO, with a label of their own."""

    def __init__(
        self, start: Callable[..., IndiServer], home: Path, stack: ExitStack, *, configured: bool = True
    ) -> None:
        fifo = home / "fifo"
        if not fifo.exists():
            os.mkfifo(fifo)
        environment = {"INDI_DOME_CONFIG": str(write_config(home, FAST)) if configured else "", "XDG_CONFIG_HOME": ""}
        self.server = start(home=home, env=environment, arguments=("-f", str(fifo)))
        self._stack = stack
        self._fifo = fifo

    def say(self, line: str) -> None:
        with self._fifo.open("w") as fifo:
            fifo.write(line + "\n")

    def stop(self, client: WireClient, driver: str = str(DRIVER)) -> None:
        """Have a driver stopped: the server does it by SIGKILL."""
        at_s = time.monotonic()
        self.say(f'stop {driver} -n "{client.device}"')
        client.wait(
            lambda event: event.message.tag == "delProperty" and event.message.device == client.device, at_s, 10.0
        )

    def dome(self, name: str, driver: str = str(DRIVER)) -> WireClient:
        self.say(f'start {driver} -n "{name}"')
        client = self._stack.enter_context(WireClient(self.server.port, name))
        client.wait_definition("CONNECTION", timeout_s=20)
        client.switch("CONNECTION", "CONNECT")
        client.wait_definition(PARK, timeout_s=20)
        return client


@pytest.fixture
def hot(start_indi_server: Callable[..., IndiServer], tmp_path: Path) -> Iterator[Callable[..., HotStart]]:
    with ExitStack() as stack:
        yield lambda configured=True: HotStart(start_indi_server, tmp_path, stack, configured=configured)


def files(home: Path, name: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / ".indi").glob(f"{name}_*")}


def parked(home: Path, name: str) -> ParkEntry | None:
    return ParkFile(home / ".indi" / "ParkData.xml", name).load()


def test_two_domes_under_one_server_do_not_disturb_each_other(hot: Callable[..., HotStart], tmp_path: Path) -> None:
    place = hot(configured=False)
    for name, park_deg in (("North Dome", 0.0), ("South Dome", 180.0)):
        own = user_config_file({"HOME": str(tmp_path)}, name)
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(json.dumps({**FAST, "dome": {"park_azimuth_deg": park_deg}}))
    north, south = place.dome("North Dome"), place.dome("South Dome")
    assert south.wait_definition("DOME_PARK_POSITION").number() == 180.0, "each has a configuration of its own"
    assert north.wait_definition("DOME_PARK_POSITION").number() == 0.0
    sent = north.switch(PARK, "PARK")
    north.wait_set(PARK, "Ok", sent, on="PARK")
    north.number(PARAMS, AUTOSYNC_THRESHOLD=2)
    sent = north.switch("CONFIG_PROCESS", "CONFIG_SAVE")
    north.wait_set("CONFIG_PROCESS", "Ok", sent)
    wait_until(lambda: not json.loads(files(tmp_path, "North Dome")["North Dome_position.json"])["moving"])
    before, entry = files(tmp_path, "North Dome"), parked(tmp_path, "North Dome")
    assert set(before) >= {"North Dome_config.xml", "North Dome_config.xml.default", "North Dome_position.json"}
    assert entry == ParkEntry(True, 0.0)

    sent = south.goto(40)
    south.wait_set("ABS_DOME_POSITION", "Ok", sent)
    south.number(PARAMS, AUTOSYNC_THRESHOLD=5)
    south.switch("CONFIG_PROCESS", "CONFIG_SAVE")
    sent = south.switch("DOME_PARK_OPTION", "PARK_CURRENT")
    south.wait_set("DOME_PARK_OPTION", None, sent)
    south.switch("DOME_PARK_OPTION", "PARK_WRITE_DATA")
    sent = south.switch(PARK, "PARK")
    south.wait_set(PARK, "Ok", sent, on="PARK")
    sent = south.switch(PARK, "UNPARK")
    south.wait_set(PARK, "Ok", sent, on="UNPARK")
    assert files(tmp_path, "North Dome") == before, "to the byte"
    assert parked(tmp_path, "North Dome") == entry
    south_entry = parked(tmp_path, "South Dome")
    assert south_entry is not None
    assert (south_entry.parked, round(south_entry.azimuth_deg)) == (False, 40)
    assert north.of("ABS_DOME_POSITION", sent) == []

    place.stop(south)
    assert files(tmp_path, "North Dome") == before
    again = place.dome("South Dome")
    assert again.wait_set(PARK, "Ok", on="UNPARK")
    assert again.wait_definition(PARAMS).number() == 5, "saved settings hold without being loaded"
    assert north.of(PARK)[-1].on == ["PARK"]


def test_our_entry_and_the_mounts_survive_each_other(observatory: Callable[..., Observatory], tmp_path: Path) -> None:
    if shutil.which("indi_simulator_telescope") is None:
        pytest.skip("indi_simulator_telescope is not installed (Debian: apt install indi-bin)")
    mount = "Telescope Simulator"

    def start() -> Observatory:
        place = observatory("indi_simulator_telescope")
        place.client.wait(lambda event: event.message.device == mount and event.name == "CONNECTION")
        place.client.switch("CONNECTION", "CONNECT", device=mount)
        place.client.wait(lambda event: event.message.device == mount and event.name == "TELESCOPE_PARK")
        return place

    def park_mount(place: Observatory) -> None:
        place.client.switch("TELESCOPE_PARK_OPTION", "PARK_CURRENT", device=mount)  # no long way to slew
        at_s = place.client.switch("TELESCOPE_PARK", "PARK", device=mount)
        place.client.wait(
            lambda event: (
                event.message.device == mount
                and event.name == "TELESCOPE_PARK"
                and event.state == "Ok"
                and event.on == ["PARK"]
            ),
            at_s,
            60.0,
            "the mount to park",
        )

    place = start()
    sent = place.client.switch(PARK, "PARK")
    place.client.wait_set(PARK, "Ok", sent, on="PARK")
    park_mount(place)
    theirs = ParkFile(tmp_path / ".indi" / "ParkData.xml", mount)
    wait_until(lambda: theirs.load() is not None)  # it says Ok before it writes
    entry = theirs.load()
    assert entry is not None
    assert entry.parked
    assert parked(tmp_path, place.client.device) == ParkEntry(True, 0.0), "the C++ mount wrote our entry anew"
    place.server.kill()

    place = start()
    assert place.client.wait_definition(PARK).on == ["PARK"]
    sent = place.client.switch(PARK, "UNPARK")
    place.client.wait_set(PARK, "Ok", sent, on="UNPARK")
    assert theirs.load() == entry
    place.server.kill()
    place = start()
    at_mount = [e for e in place.client.events if e.message.device == mount and e.name == "TELESCOPE_PARK"]
    assert at_mount[-1].on == ["PARK"], "the C++ mount reads what we wrote"


def test_a_c_plus_plus_dome_and_ours_read_each_others_settings(hot: Callable[..., HotStart], tmp_path: Path) -> None:
    if shutil.which("indi_simulator_dome") is None:
        pytest.skip("indi_simulator_dome is not installed (Debian: apt install indi-bin)")
    place = hot()
    theirs = place.dome("The Dome", "indi_simulator_dome")
    theirs.number(PARAMS, AUTOSYNC_THRESHOLD=7)
    theirs.number("Presets", **{"Preset 1": 71})
    sent = theirs.switch("CONFIG_PROCESS", "CONFIG_SAVE")
    theirs.wait_set("CONFIG_PROCESS", "Ok", sent)
    place.stop(theirs, "indi_simulator_dome")

    ours = place.dome("The Dome")
    assert ours.wait_definition(PARAMS).number() == 7
    sent = ours.switch("CONFIG_PROCESS", "CONFIG_LOAD")
    ours.wait_set("CONFIG_PROCESS", "Ok", sent)
    ours.number("Presets", **{"Preset 1": 72})
    sent = ours.switch("CONFIG_PROCESS", "CONFIG_SAVE")
    ours.wait_set("CONFIG_PROCESS", "Ok", sent)
    place.stop(ours)

    back = place.dome("The Dome", "indi_simulator_dome")
    sent = back.switch("CONFIG_PROCESS", "CONFIG_LOAD")
    back.wait_set("CONFIG_PROCESS", "Ok", sent)
    assert back.of("Presets", sent)[-1].number() == 72


@pytest.mark.parametrize("name", ["../../escaped/dome", "a/b", 'Kuppel Süd <1> & "2"', "d" * 300])
def test_a_name_of_any_kind_stays_in_its_folder(
    observatory: Callable[..., Observatory], tmp_path: Path, name: str
) -> None:
    place = observatory(device=name, env={"INDIDEV": name})
    sent = place.client.switch("CONFIG_PROCESS", "CONFIG_SAVE")
    place.client.wait_set("CONFIG_PROCESS", "Ok", sent)
    sent = place.client.switch(PARK, "PARK")
    place.client.wait_set(PARK, "Ok", sent, on="PARK")
    assert parked(tmp_path, name) == ParkEntry(True, 0.0)
    inside = {path.name for path in (tmp_path / ".indi").iterdir()}
    assert len([each for each in inside if each.endswith("_config.xml")]) == 1
    assert {path.name for path in tmp_path.iterdir()} == {".indi", "config.json", "indiserver.log"}
    assert not (tmp_path.parent.parent / "escaped").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to root and run the driver as another user")
def test_a_folder_of_roots_is_told_and_the_dome_works(observatory: Callable[..., Observatory], tmp_path: Path) -> None:
    (tmp_path / ".indi").mkdir(mode=0o755)
    wrapper = tmp_path / "as_nobody"
    # May read everything, wherever Python is installed, but write only what is its own.
    able = "--inh-caps=+dac_read_search --ambient-caps=+dac_read_search"
    wrapper.write_text(f'#!/bin/sh\nexec setpriv --reuid=65534 --clear-groups {able} "{DRIVER}"\n')
    wrapper.chmod(0o755)
    place = observatory(driver=str(wrapper))
    client = place.client
    client.wait_message("belongs to root")
    client.number(PARAMS, AUTOSYNC_THRESHOLD=2)
    client.wait_message("What you change will not outlast a restart")
    sent = client.switch("CONFIG_PROCESS", "CONFIG_SAVE")
    client.wait_set("CONFIG_PROCESS", "Alert", sent)
    sent = client.goto(10)
    client.wait_set("ABS_DOME_POSITION", "Ok", sent)
    assert list((tmp_path / ".indi").iterdir()) == []
