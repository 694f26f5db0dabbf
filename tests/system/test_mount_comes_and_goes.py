"""A mount that appears late, dies in mid-slew, comes back, or is exchanged for another while the dome is slaved."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from indi_server import IndiServer, missing_program
from observatory import DOME, DRIVER, FAST, write_config
from wire_client import Event, WireClient

from astro.angles import difference_deg
from astro.sidereal import apparent_sidereal_time_deg

TELESCOPE = "indi_simulator_telescope"
pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(missing_program(TELESCOPE) is not None, reason="indi_simulator_telescope is not installed"),
]
LATITUDE_DEG, LONGITUDE_DEG = 44.15, 5.23
EAST, WEST = (-1.5, 60.0), (1.5, 60.0)
"""Hour angle, hours, and declination, degrees: on either side of the meridian, with short ways for the mount."""
STALE_S = 5.0
MOTION, REASON = "DOME_MOTION", "SLAVING_REASON"


class Place:
    """A server with our dome, slaved, whose mounts come and go by its FIFO."""

    def __init__(self, server: IndiServer, fifo: Path) -> None:
        self.fifo = fifo
        self.client = WireClient(server.port, DOME)
        self.client.wait_definition("CONNECTION", timeout_s=15)
        self.client.switch("CONNECTION", "CONNECT")
        self.client.wait_message("Table Loi_coupole.xlsx", timeout_s=20)
        self.client.switch("DOME_AUTOSYNC", "DOME_AUTOSYNC_ENABLE")

    def say(self, line: str) -> None:
        with self.fifo.open("w") as fifo:
            fifo.write(line + "\n")

    def mount(self, name: str) -> None:
        """Start a mount, connect it, and have it track at our site."""
        at_s = time.monotonic()
        self.say(f'start {TELESCOPE} -n "{name}"')
        self.client.wait_definition("CONNECTION", at_s, device=name)
        self.client.switch("CONNECTION", "CONNECT", device=name)
        self.client.wait_definition("TELESCOPE_PIER_SIDE", at_s, device=name)
        self.client.number("GEOGRAPHIC_COORD", device=name, LAT=LATITUDE_DEG, LONG=LONGITUDE_DEG, ELEV=200)
        self.client.switch("TELESCOPE_PARK", "UNPARK", device=name)
        self.client.switch("TELESCOPE_TRACK_STATE", "TRACK_ON", device=name)
        self.wait_mount(name, "Ok", at_s)

    def kill_mount(self, name: str) -> float:
        """Have the server kill the mount's driver."""
        at_s = time.monotonic()
        self.say(f'stop {TELESCOPE} -n "{name}"')
        self.client.wait(
            lambda event: event.message.tag == "delProperty" and event.message.device == name, at_s, 10, "its end"
        )
        return at_s

    def slew(self, name: str, hour_angle_h: float, dec_deg: float) -> float:
        """Begin to slew a mount."""
        lst_h = (apparent_sidereal_time_deg(time.time()) + LONGITUDE_DEG) / 15.0
        at_s = self.client.number("EQUATORIAL_EOD_COORD", device=name, RA=(lst_h - hour_angle_h) % 24.0, DEC=dec_deg)
        self.wait_mount(name, "Busy", at_s)
        return at_s

    def wait_mount(self, name: str, state: str, since_s: float) -> None:
        def fits(event: Event) -> bool:
            return (event.message.device, event.name, event.state) == (name, "EQUATORIAL_EOD_COORD", state)

        self.client.wait(fits, since_s, 60.0, f"{name} {state}")

    def wait_reason(self, words: str, since_s: float, timeout_s: float = 20.0) -> None:
        self.client.wait(
            lambda event: event.name == REASON and words in event.values["REASON"], since_s, timeout_s, words
        )

    def turns(self, since_s: float) -> None:
        self.client.wait_set(MOTION, "Busy", since_s, 20.0)

    def azimuth(self) -> float:
        return self.client.of("ABS_DOME_POSITION")[-1].number()


@pytest.fixture
def place(start_indi_server: Callable[..., IndiServer], tmp_path: Path) -> Iterator[Place]:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    config = {**FAST, "slaving": {"mount": "First Mount", "stale_after_s": STALE_S}}
    environment = {"INDI_DOME_CONFIG": str(write_config(tmp_path, config))}
    place = Place(start_indi_server(str(DRIVER), home=tmp_path, env=environment, arguments=("-f", str(fifo))), fifo)
    with place.client:
        yield place
        assert place.client.unanswered() == []


def test_a_mount_may_come_late_die_in_mid_slew_and_come_back(place: Place) -> None:
    client = place.client
    place.wait_reason("the mount has not reported a position yet", 0.0)
    place.mount("First Mount")
    sent = place.slew("First Mount", *EAST)
    place.turns(sent)
    place.wait_mount("First Mount", "Ok", sent)
    place.wait_reason("within", sent)
    east = place.azimuth()

    sent = place.slew("First Mount", *WEST)
    place.turns(sent)
    died = place.kill_mount("First Mount")
    place.wait_reason("mount data are", died)  # the server does not tell drivers that another one has died
    client.settle(2.0)
    assert client.of(MOTION)[-1].state != "Busy", "nothing turns on behalf of a dead mount"
    client.wait_message("Slaving keeps the dome where it is: mount data are", died)
    assert client.of("DOME_AUTOSYNC")[-1].on == ["DOME_AUTOSYNC_ENABLE"]

    again = time.monotonic()
    place.mount("First Mount")
    sent = place.slew("First Mount", *EAST)
    place.wait_mount("First Mount", "Ok", sent)
    place.wait_reason("within", again, 30.0)
    client.settle(1.5)
    assert abs(difference_deg(place.azimuth(), east)) < 1.5


def test_the_mount_is_exchanged_while_the_dome_is_slaved(place: Place) -> None:
    client = place.client
    place.mount("First Mount")
    place.mount("Second Mount")
    first = place.slew("First Mount", *EAST)
    place.turns(first)
    second = place.slew("Second Mount", *WEST)
    for name, sent in (("First Mount", first), ("Second Mount", second)):
        place.wait_mount(name, "Ok", sent)
    place.wait_reason("within", first, 30.0)
    client.settle(1.5)
    at_first = place.azimuth()

    changed = client.command("Text", "ACTIVE_DEVICES", {"ACTIVE_TELESCOPE": "Second Mount"})
    client.wait_set("ACTIVE_DEVICES", "Ok", changed)
    place.turns(changed)
    place.wait_reason("within", changed, 30.0)
    client.settle(1.0)
    at_second = place.azimuth()
    assert abs(difference_deg(at_first, at_second)) > 30.0

    sent = place.slew("First Mount", -2.0, 55.0)
    place.wait_mount("First Mount", "Ok", sent)
    client.settle(1.5)
    assert not [event for event in client.of(MOTION, sent) if event.state == "Busy"], "the old mount is not followed"

    changed = client.command("Text", "ACTIVE_DEVICES", {"ACTIVE_TELESCOPE": "No Such Mount"})
    place.wait_reason("the mount has not reported a position yet", changed)
    client.settle(1.0)
    assert not [event for event in client.of(MOTION, changed) if event.state == "Busy"]
