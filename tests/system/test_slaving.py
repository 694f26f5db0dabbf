"""Check 33 and its kin: the C++ telescope simulator slews, the slit follows; by the driver and by the client."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cpp_mount import SITE, TELESCOPE, of_mount, slew, wake_mount
from observatory import BY_THRESHOLD, DOME, FAST, MOUNT, Observatory
from wire_client import Event, WireClient

from astro.angles import difference_deg
from astro.geometry import Geometry
from astro.load_abaque import load
from astro.model_file import LoadedAbaque
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.sidereal import horizontal, hour_angle_deg
from indi_dome_driver.config import data_file

pytestmark = pytest.mark.system
CPP_DOME = "Dome Simulator"
EAST, WEST = (-3.0, 20.0), (2.0, 30.0)
"""Hour angle, hours, and declination, degrees, of a target on either side of the meridian."""


@pytest.fixture(scope="module")
def geometry() -> Geometry:
    return LoadedAbaque.from_json(load(str(data_file("Loi_coupole.xlsx")), SITE.latitude_deg, 1.2)).geometry


def wanted(client: WireClient, geometry: Geometry) -> float:
    """Compute where the slit belongs now, from the mount's last words alone."""
    position = [e for e in client.events if of_mount(e, "EQUATORIAL_EOD_COORD")][-1].values
    side = [e for e in client.events if of_mount(e, "TELESCOPE_PIER_SIDE")][-1].on
    hour_angle = hour_angle_deg(float(position["RA"]), SITE.longitude_deg, time.time())
    altitude, azimuth = horizontal(hour_angle, float(position["DEC"]), SITE.latitude_deg)
    return geometry.dome_azimuth(Pointing(altitude, azimuth), PierSide.WEST if side == ["PIER_WEST"] else PierSide.EAST)


def dome_rests(client: WireClient, since_s: float, device: str = DOME) -> float:
    """Wait until the dome stands, and give its azimuth."""

    def rests() -> bool:
        last: dict[str, Event] = {}
        for event in client.events:
            if event.message.device == device and event.name in ("DOME_MOTION", "ABS_DOME_POSITION"):
                last[event.name or ""] = event
        return len(last) == 2 and all(event.state != "Busy" for event in last.values())

    end_s = time.monotonic() + 60
    while not rests():
        assert time.monotonic() < end_s, "the dome does not come to rest"
        client.settle(0.1)
    return [e for e in client.events if e.message.device == device and e.name == "ABS_DOME_POSITION"][-1].number()


def test_33_the_driver_follows_slews_on_both_sides_of_the_pier(
    observatory: Callable[..., Observatory], geometry: Geometry
) -> None:
    client = observatory(TELESCOPE, config={**FAST, "slaving": BY_THRESHOLD}).client
    client.wait_message("Table Loi_coupole.xlsx")
    wake_mount(client)
    client.switch("DOME_AUTOSYNC", "DOME_AUTOSYNC_ENABLE")
    for target in (EAST, WEST):
        sent, arrived = slew(client, *target)
        busy = client.wait_set("DOME_MOTION", "Busy", sent)
        assert busy.at_s <= arrived.at_s, "the dome starts with the mount, not after it"
        client.settle(1.5)  # one period of the slaving: the present error is judged once more
        azimuth = dome_rests(client, sent)
        assert abs(difference_deg(azimuth, wanted(client, geometry))) <= 0.5
    client.wait(
        lambda e: e.name == "SLAVING_REASON" and e.values["SIDE_SOURCE"] == "mount" and e.values["SIDE"] == "east",
        arrived.at_s,
        what="the mount's own word on its side, some seconds after its arrival",
    )
    assert float(client.of("SLAVING_STATUS")[-1].values["CLEARANCE"]) > 100

    before = client.switch("DOME_ABORT_MOTION", "ABORT")
    client.wait_set("DOME_AUTOSYNC", "Ok", before, on="DOME_AUTOSYNC_DISABLE")
    client.wait_message("Slaving is switched off", before)


@contextmanager
def follower(place: Observatory, dome: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run `indi-dome sync` as a user would."""
    command = [
        *(str(Path(sys.executable).parent / "indi-dome"), "sync", "--server", place.server.address),
        *("--mount", MOUNT, "--dome", dome, "--abaque", str(data_file("Loi_coupole.xlsx")), *options),
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "INDI_DOME_CONFIG": str(place.home / "config.json")},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)


def wait_line(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if words in line:
            return line
    raise AssertionError(f"{words!r} was not said:\n{''.join(seen)}")


def test_the_client_follows_with_the_c_plus_plus_dome(
    observatory: Callable[..., Observatory], geometry: Geometry
) -> None:
    config = {**FAST, "slaving": BY_THRESHOLD}
    place = observatory(TELESCOPE, "indi_simulator_dome", connect=False, config=config)
    client = place.client
    wake_mount(client)
    client.wait_definition("CONNECTION", device=CPP_DOME)
    with follower(place, CPP_DOME) as process:
        assert "mm RMS at the slit over 275 points" in wait_line(process, "model geometry: ")
        wait_line(process, "following")
        sent, arrived = slew(client, *EAST)
        busy = client.wait(
            lambda e: e.message.device == CPP_DOME and e.name == "DOME_MOTION" and e.state == "Busy", sent
        )
        assert busy.at_s <= arrived.at_s
        dome_rests(client, sent, CPP_DOME)
        client.settle(2.5)  # the client judges once a second; a last correction may follow
        azimuth = dome_rests(client, sent, CPP_DOME)
        assert abs(difference_deg(azimuth, wanted(client, geometry))) <= 0.5


def test_a_dome_that_knows_whole_degrees_only_is_left_alone_where_it_cannot_come_nearer(
    observatory: Callable[..., Observatory], tmp_path: Path
) -> None:
    heard, dome = tmp_path / "heard", tmp_path / "whole_degrees"
    support = Path(__file__).parents[1] / "support" / "broken_dome.py"
    dome.write_text(f"#!/bin/sh\nBROKEN='whole degrees' HEARD={heard} exec {sys.executable} {support}\n")
    dome.chmod(0o755)
    place = observatory(TELESCOPE, str(dome), connect=False)
    wake_mount(place.client)
    place.client.wait_definition("CONNECTION", device="Broken Dome")
    with follower(place, "Broken Dome", "--threshold", "0.1") as process:
        wait_line(process, "following")
        slew(place.client, *EAST)
        place.client.settle(8.0)
    gotos = [line for line in heard.read_text().splitlines() if line.startswith("ABS_DOME_POSITION")]
    assert 1 <= len(gotos) <= 4, gotos


def test_the_client_refuses_a_dome_that_slaves_itself(observatory: Callable[..., Observatory]) -> None:
    place = observatory(TELESCOPE)
    sent = place.client.switch("DOME_AUTOSYNC", "DOME_AUTOSYNC_ENABLE")
    place.client.wait_set("DOME_AUTOSYNC", "Ok", sent, on="DOME_AUTOSYNC_ENABLE")
    with follower(place, DOME) as process:
        assert "two masters" in wait_line(process, "two masters")
        assert process.wait(10) == 1


def test_the_client_names_the_devices_when_the_mount_is_unknown(observatory: Callable[..., Observatory]) -> None:
    place = observatory()
    with follower(place, DOME) as process:
        line = wait_line(process, "no device named")
        assert DOME in line
        assert process.wait(10) == 3


def test_a_frozen_mount_does_not_move_the_dome(observatory: Callable[..., Observatory]) -> None:
    place = observatory(TELESCOPE, config={**FAST, "slaving": {"stale_after_s": 3.0}})
    client = place.client
    client.wait_message("Table Loi_coupole.xlsx")
    wake_mount(client)
    client.switch("DOME_AUTOSYNC", "DOME_AUTOSYNC_ENABLE")
    client.wait(lambda e: e.name == "SLAVING_REASON" and "within" in e.values["REASON"], what="the dome to follow")
    mount = mount_process(place)
    os.kill(mount, signal.SIGSTOP)  # frozen: nothing tells anybody
    try:
        frozen = time.monotonic()
        client.wait_message("mount data are", frozen, timeout_s=10)
        client.wait(
            lambda e: e.name == "SLAVING_REASON" and e.values["REASON"].startswith("mount data are"),
            frozen,
            what="the reason in the panel",
        )
        client.settle(1.0)
        assert client.of("DOME_MOTION", frozen) == []
    finally:
        os.kill(mount, signal.SIGCONT)


def mount_process(place: Observatory) -> int:
    """Find the telescope simulator that this test's server started."""
    found = subprocess.run(["pgrep", "-P", str(place.server.pid), "-f", TELESCOPE], capture_output=True, text=True)
    return int(found.stdout.split()[0])


def test_a_person_who_aborts_ends_the_client(observatory: Callable[..., Observatory]) -> None:
    place = observatory(TELESCOPE, config={"simulator": {"speed_factor": 5.0}})
    client = place.client
    wake_mount(client)
    with follower(place, DOME) as process:
        wait_line(process, "following")
        sent, _ = slew(client, *EAST)
        client.wait_set("DOME_MOTION", "Busy", sent)
        aborted = client.switch("DOME_ABORT_MOTION", "ABORT")
        assert "took" in wait_line(process, "in hand")
        assert process.wait(10) == 1
        client.settle(2.0)
        assert [e.state for e in client.of("DOME_MOTION", aborted)] == ["Idle"], "and the dome stays stopped"


def test_an_interrupt_of_the_client_stops_the_move_that_is_its_own(observatory: Callable[..., Observatory]) -> None:
    place = observatory(TELESCOPE, config={"simulator": {"speed_factor": 2.0}})
    client = place.client
    wake_mount(client)
    with follower(place, DOME) as process:
        wait_line(process, "following")
        sent, _ = slew(client, *EAST)
        client.wait_set("DOME_MOTION", "Busy", sent)
        stopped = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        client.wait_set("DOME_MOTION", "Idle", stopped)
