"""Finding home, and the cables, through a real indiserver with INDI's own tools."""

from collections.abc import Callable

import pytest
from observatory import Observatory

pytestmark = pytest.mark.system
HOME, ABSOLUTE, MOTION, PARK = "HOME", "ABS_DOME_POSITION", "DOME_MOTION", "DOME_PARK"
LOST = {"simulator": {"speed_factor": 50.0, "start_azimuth_deg": 25.0, "start_lost": True}}


def test_a_lost_dome_finds_home_and_can_park(observatory: Callable[..., Observatory]) -> None:
    client = observatory(config=LOST).client
    assert client.of(ABSOLUTE)[-1].state == "Alert"
    client.wait_message("Find home (HOME)")
    sent = client.goto(10)
    client.wait_set(ABSOLUTE, "Alert", sent)
    sent = client.switch(HOME, "HOME_FIND")
    client.wait_set(HOME, "Busy", sent, on="HOME_FIND")
    client.wait_set(HOME, "Ok", sent)
    assert client.of(ABSOLUTE)[-1].state == "Ok"
    assert client.of(ABSOLUTE)[-1].number() == pytest.approx(45.0, abs=0.6)
    motions = [e.state for e in client.of(MOTION, sent)]
    assert motions[-1] == "Ok"
    assert client.of(MOTION, sent)[-1].at_s <= client.of(HOME, sent)[-1].at_s
    sent = client.switch(PARK, "PARK")
    client.wait_set(PARK, "Ok", sent, on="PARK")


def test_an_abort_ends_the_search(observatory: Callable[..., Observatory]) -> None:
    client = observatory(config={"simulator": {"speed_factor": 2.0, "start_azimuth_deg": 250.0}}).client
    sent = client.switch(HOME, "HOME_FIND")
    client.wait_set(MOTION, "Busy", sent)
    sent = client.switch("DOME_ABORT_MOTION", "ABORT")
    client.wait_set("DOME_ABORT_MOTION", "Ok", sent)
    client.wait_set(HOME, "Idle", sent)
    client.settle(0.5)
    assert client.of(MOTION)[-1].state == "Idle"
    assert client.of(HOME)[-1].on == []


def test_the_way_that_unwinds_is_told(observatory: Callable[..., Observatory]) -> None:
    client = observatory(config={"simulator": {"speed_factor": 50.0}, "dome": {"cable_turns": 0.5}}).client
    client.wait_message("cables are wound is not known")
    sent = client.switch("CABLE_WRAP_RESET", "RESET")
    client.wait_set("CABLE_WRAP", "Ok", sent)
    sent = client.goto(170)
    client.wait_set(ABSOLUTE, "Ok", sent)
    sent = client.goto(200)
    client.wait_set(MOTION, "Busy", sent, on="DOME_CCW")
    client.wait_message("the long way", sent)
    client.wait_set(ABSOLUTE, "Ok", sent)
    assert client.of(ABSOLUTE)[-1].number() == pytest.approx(200.0, abs=0.2)
