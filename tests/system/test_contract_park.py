"""Checks 21-26 of the dome contract, and what parking must never do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from observatory import DOME, Observatory
from wire_client import WireClient

from astro.angles import difference_deg
from indi_dome_driver.park_data import ParkEntry, ParkFile

pytestmark = pytest.mark.system
PARK, MOTION, ABSOLUTE, ABORT = "DOME_PARK", "DOME_MOTION", "ABS_DOME_POSITION", "DOME_ABORT_MOTION"
OTHER = "<parkdata>\n<device name='Telescope Simulator'><parkstatus>true</parkstatus></device>\n</parkdata>\n"


def away(client: WireClient, azimuth: float = 25.0) -> None:
    sent = client.goto(azimuth)
    client.wait_set(ABSOLUTE, "Ok", sent)


def park(client: WireClient) -> float:
    sent = client.switch(PARK, "PARK")
    client.wait_set(PARK, "Ok", sent, on="PARK")
    return sent


def entry(home: Path) -> ParkEntry | None:
    return ParkFile(home / ".indi" / "ParkData.xml", DOME).load()


@pytest.fixture
def place(observatory: Callable[..., Observatory]) -> Observatory:
    return observatory()


def test_21_22_park_moves_then_motion_ends_then_it_is_parked_and_written(
    observatory: Callable[..., Observatory], tmp_path: Path
) -> None:
    (tmp_path / ".indi").mkdir()
    (tmp_path / ".indi" / "ParkData.xml").write_text(OTHER)
    place = observatory()
    client = place.client
    away(client)
    sent = client.switch(PARK, "PARK")
    client.wait_set(PARK, "Busy", sent, on="PARK")
    client.wait_set(MOTION, "Busy", sent)
    parked = client.wait_set(PARK, "Ok", sent, on="PARK")
    assert abs(difference_deg(client.of(ABSOLUTE)[-1].number(), 0.0)) < 0.06
    client.settle(0.5)
    assert max(e.at_s for e in client.of(MOTION, sent)) <= parked.at_s
    states = [e.name for e in client.of(MOTION, sent) + client.of(PARK, sent)]
    assert states, "both were told"
    assert client.of(MOTION, sent)[-1].state == "Idle"
    assert entry(place.home) == ParkEntry(True, 0.0)
    assert "Telescope Simulator'><parkstatus>true" in (place.home / ".indi" / "ParkData.xml").read_text()


def test_23_a_parked_dome_refuses_to_move_and_says_so(place: Observatory) -> None:
    client = place.client
    park(client)
    for send, name, state in (
        (lambda: client.goto(40), ABSOLUTE, "Alert"),
        (lambda: client.number("REL_DOME_POSITION", DOME_RELATIVE_POSITION=5), "REL_DOME_POSITION", "Alert"),
        (lambda: client.switch("Goto", "Preset 1"), "Goto", "Alert"),
        (lambda: client.switch(MOTION, "DOME_CW"), MOTION, "Ok"),
    ):
        sent = send()
        assert client.wait_set(name, since_s=sent).state == state
        client.wait_message("[ERROR]", sent)
    client.settle(0.3)
    assert not [e for e in client.of(MOTION) if e.state == "Idle" and e.at_s > client.of(PARK)[-1].at_s]
    assert client.of(PARK)[-1].on == ["PARK"]


def test_24_redundant_commands_succeed_without_motion(place: Observatory) -> None:
    client = place.client
    sent = client.switch(PARK, "UNPARK")
    client.wait_set(PARK, "Ok", sent, on="UNPARK")
    away(client, 20)
    first = client.switch(PARK, "PARK")
    client.wait_set(PARK, "Busy", first)
    second = client.switch(PARK, "PARK")
    assert client.wait_set(PARK, since_s=second).on == ["PARK"]
    client.wait_set(PARK, "Ok", second, on="PARK")
    again = client.switch(PARK, "PARK")
    client.wait_set(PARK, "Ok", again, on="PARK")
    client.settle(0.3)
    assert client.of(MOTION, again) == []


def test_25_an_aborted_park_is_not_parked_and_can_be_repeated(place: Observatory) -> None:
    client = place.client
    away(client, 45)
    sent = client.switch(PARK, "PARK")
    client.wait_set(MOTION, "Busy", sent)
    aborted = client.switch(ABORT, "ABORT")
    client.wait_set(PARK, "Alert", aborted, on="UNPARK")
    client.wait_set(ABORT, "Ok", aborted)
    assert (entry(place.home) or ParkEntry(False, 0)).parked is False
    sent = client.switch(PARK, "UNPARK")
    client.wait_set(PARK, "Ok", sent, on="UNPARK")
    park(client)


def test_unpark_while_parking_gives_the_park_up(place: Observatory) -> None:
    client = place.client
    away(client, 45)
    sent = client.switch(PARK, "PARK")
    client.wait_set(MOTION, "Busy", sent)
    sent = client.switch(PARK, "UNPARK")
    client.wait_set(PARK, "Ok", sent, on="UNPARK")
    assert client.of(MOTION)[-1].state == "Ok"
    away(client, 50)


def test_a_goto_during_parking_is_refused_but_answered(place: Observatory) -> None:
    client = place.client
    away(client, 45)
    sent = client.switch(PARK, "PARK")
    client.wait_set(MOTION, "Busy", sent)
    sent = client.goto(200)
    assert client.wait_set(ABSOLUTE, since_s=sent).state == "Busy"
    client.wait_message("parking", sent)
    client.wait_set(PARK, "Ok", sent, on="PARK")


def test_park_during_a_goto_takes_it_over(place: Observatory) -> None:
    client = place.client
    sent = client.goto(60)
    client.wait_set(MOTION, "Busy", sent)
    client.wait(lambda e: e.name == ABSOLUTE and e.number() > 20, sent, what="some travel")
    sent = park(client)
    assert abs(difference_deg(client.of(ABSOLUTE)[-1].number(), 0.0)) < 0.06


def test_26_unpark_is_written_and_a_restart_restores_state_and_azimuth(
    observatory: Callable[..., Observatory],
) -> None:
    first = observatory()
    client = first.client
    away(client, 33)
    sent = client.switch("DOME_PARK_OPTION", "PARK_CURRENT")
    client.wait_set("DOME_PARK_OPTION", "Ok", sent)
    park(client)
    assert entry(first.home) == ParkEntry(True, pytest.approx(33, abs=0.05))
    first.server.kill()
    again = observatory(connect=False)
    again.client.switch("CONNECTION", "CONNECT")
    assert again.client.wait_definition("DOME_PARK").on == ["PARK"]
    position = again.client.wait_set(ABSOLUTE, "Ok")
    assert position.number() == pytest.approx(33, abs=0.1)
    sent = again.client.switch(PARK, "UNPARK")
    again.client.wait_set(PARK, "Ok", sent, on="UNPARK")
    assert entry(first.home) == ParkEntry(False, pytest.approx(33, abs=0.05))


def test_mount_policy_locks_the_dome_until_the_mount_is_parked(observatory: Callable[..., Observatory]) -> None:
    client = observatory().client
    sent = client.switch("MOUNT_POLICY", "MOUNT_LOCKS")
    client.wait_set("MOUNT_POLICY", "Ok", sent, on="MOUNT_LOCKS")
    sent = client.switch(PARK, "PARK")
    client.wait_set(PARK, "Alert", sent, on="UNPARK")
    client.wait_message("Park the mount first", sent)
