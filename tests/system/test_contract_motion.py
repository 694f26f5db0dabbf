"""Checks 10-13, 15-20, 29 and 31 of the dome contract: every way to move and to stop the dome."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from observatory import Observatory
from wire_client import WireClient

from astro.angles import difference_deg

pytestmark = pytest.mark.system
ABSOLUTE, RELATIVE, MOTION, ABORT = "ABS_DOME_POSITION", "REL_DOME_POSITION", "DOME_MOTION", "DOME_ABORT_MOTION"


@pytest.fixture
def client(observatory: Callable[..., Observatory]) -> WireClient:
    return observatory().client


def arrive(client: WireClient, azimuth: float) -> None:
    """Go somewhere and wait until it is over."""
    sent = client.goto(azimuth)
    client.wait_set(ABSOLUTE, "Ok", sent)


def last_state(client: WireClient, name: str) -> str:
    return client.of(name)[-1].state


def test_10_goto_is_busy_reported_and_ends_ok(observatory: Callable[..., Observatory]) -> None:
    client = observatory(config={"simulator": {"speed_factor": 8.0}}).client
    sent = client.goto(40)
    busy = client.wait_set(MOTION, "Busy", sent, on="DOME_CW")
    done = client.wait_set(ABSOLUTE, "Ok", sent)
    assert done.number() == pytest.approx(40, abs=0.05)
    motions = [(e.state, e.on) for e in client.of(MOTION, sent)]
    assert motions == [("Busy", ["DOME_CW"]), ("Ok", [])]
    reports = [e.at_s for e in client.of(ABSOLUTE, sent)]
    gaps = [later - earlier for earlier, later in pairwise(reports)]
    assert max(gaps) <= 1.05, "at least one report a second"
    assert busy.at_s <= client.of(MOTION, sent)[-1].at_s <= done.at_s


def test_11_the_shorter_way_and_the_true_direction(client: WireClient) -> None:
    arrive(client, 10)
    sent = client.goto(350)
    client.wait_set(MOTION, "Busy", sent, on="DOME_CCW")
    client.wait_set(ABSOLUTE, "Ok", sent)
    track = [e.number() for e in client.of(ABSOLUTE, sent)]
    turns = [difference_deg(later, earlier) for earlier, later in pairwise(track)]
    assert all(turn < 0.05 for turn in turns), "counter-clockwise all the way"
    assert sum(turns) == pytest.approx(-20, abs=0.2)


def test_12_goto_where_the_dome_stands(client: WireClient) -> None:
    arrive(client, 20)
    sent = client.goto(20)
    client.wait_set(ABSOLUTE, "Ok", sent)
    client.settle(0.3)
    assert [e.state for e in client.of(ABSOLUTE, sent)] == ["Ok"]
    assert client.of(MOTION, sent) == []


@pytest.mark.parametrize("value", ["400", "-1", "nan", "abc", "inf", "1_0", "0x10", ""])
def test_13_nonsense_moves_nothing_and_is_answered(client: WireClient, value: str) -> None:
    sent = client.goto(value)
    answer = client.wait_set(ABSOLUTE, "Alert", sent)
    client.wait_message("[ERROR]", sent)
    client.settle(0.5)
    assert answer.number() == pytest.approx(0, abs=0.1)
    assert client.of(MOTION, sent) == []
    arrive(client, 3)


@pytest.mark.parametrize("text", ["12:30:00", "1.25e1", " 12 30 "])
def test_14_sexagesimal_and_exponents_are_understood(client: WireClient, text: str) -> None:
    sent = client.goto(text)
    assert client.wait_set(ABSOLUTE, "Ok", sent).number() == pytest.approx(12.5, abs=0.05)


def test_15_a_second_goto_retargets_the_first(client: WireClient) -> None:
    first = client.goto(170)
    client.wait_set(MOTION, "Busy", first)
    second = client.goto(300)
    done = client.wait_set(ABSOLUTE, "Ok", second)
    assert done.number() == pytest.approx(300, abs=0.05)
    assert {e.state for e in client.of(ABSOLUTE, first)[:-1]} == {"Busy"}
    directions = [e.on for e in client.of(MOTION, first) if e.state == "Busy"]
    assert directions[0] == ["DOME_CW"]
    assert directions[-1] == ["DOME_CCW"], "what is shown follows what the dome does"


def test_16_relative_turn(client: WireClient) -> None:
    sent = client.number(RELATIVE, DOME_RELATIVE_POSITION=-20)
    client.wait_set(RELATIVE, "Busy", sent)
    client.wait_set(MOTION, "Busy", sent, on="DOME_CCW")
    client.wait_set(RELATIVE, "Ok", sent)
    assert client.wait_set(ABSOLUTE, "Ok", sent).number() == pytest.approx(340, abs=0.05)
    assert last_state(client, MOTION) == "Ok"


def test_17_turning_until_stopped(client: WireClient) -> None:
    sent = client.switch(MOTION, "DOME_CW", off=("DOME_CCW",))
    client.wait_set(MOTION, "Busy", sent, on="DOME_CW")
    client.wait(lambda e: e.name == ABSOLUTE and e.number() > 5, sent, what="some travel")
    stop = client.switch(MOTION, off=("DOME_CW", "DOME_CCW"))
    ended = client.wait_set(MOTION, "Ok", stop)
    assert ended.on == []
    client.wait_set(ABSOLUTE, "Idle", stop)
    where = client.of(ABSOLUTE)[-1].number()
    client.settle(0.5)
    assert client.of(ABSOLUTE)[-1].number() == pytest.approx(where, abs=0.05), "it stands"


def test_18_stopping_a_dome_that_stands(client: WireClient) -> None:
    sent = client.switch(MOTION, off=("DOME_CW", "DOME_CCW"))
    assert client.wait_set(MOTION, since_s=sent).state in ("Ok", "Idle")


def test_19_abort_during_a_goto(client: WireClient) -> None:
    sent = client.goto(180)
    client.wait(lambda e: e.name == ABSOLUTE and e.number() > 10, sent, what="some travel")
    aborted = client.switch(ABORT, "ABORT")
    answer = client.wait_set(ABORT, "Ok", aborted, timeout_s=1)
    assert answer.on == []
    assert client.wait_set(MOTION, "Idle", aborted, timeout_s=1).on == []
    client.wait_set(ABSOLUTE, "Idle", aborted, timeout_s=1)
    client.settle(0.5)
    assert [e.state for e in client.of(MOTION, aborted)] == ["Idle"], "and it does not start again"


def test_20_abort_of_a_dome_that_stands_changes_nothing_else(client: WireClient) -> None:
    sent = client.switch(ABORT, "ABORT")
    client.wait_set(ABORT, "Ok", sent)
    client.settle(0.5)
    changed = {e.name for e in client.events if e.at_s >= sent and e.message.tag.startswith("set")}
    assert changed <= {ABORT, "ABAQUE_INFO", "ABAQUE_FILE", "SLAVING_STATUS", "SLAVING_REASON"}


def test_presets(client: WireClient) -> None:
    sent = client.number("Presets", **{"Preset 1": 15, "Preset 2": 30, "Preset 3": 45})
    client.wait_set("Presets", "Ok", sent)
    sent = client.switch("Goto", "Preset 2")
    done = client.wait_set("Goto", "Ok", sent)
    assert done.on == ["Preset 2"]
    assert client.of(ABSOLUTE)[-1].number() == pytest.approx(30, abs=0.05)


def test_29_sync_declares_the_azimuth_without_motion(client: WireClient) -> None:
    sent = client.number("DOME_SYNC", DOME_SYNC_VALUE=77)
    client.wait_set("DOME_SYNC", "Ok", sent)
    assert client.of(ABSOLUTE, sent)[-1].number() == pytest.approx(77, abs=0.05)
    client.settle(0.3)
    assert client.of(MOTION, sent) == []


def test_a_lost_dome_refuses_gotos_but_jogs_stops_and_learns_by_sync(observatory: Callable[..., Observatory]) -> None:
    client = observatory(config={"simulator": {"speed_factor": 20, "start_lost": True}}).client
    client.wait_message("azimuth of the dome is unknown")
    sent = client.goto(40)
    client.wait_set(ABSOLUTE, "Alert", sent)
    client.wait_message("DOME_SYNC", sent)
    sent = client.switch(MOTION, "DOME_CW")
    client.wait_set(MOTION, "Busy", sent)
    sent = client.switch(ABORT, "ABORT")
    client.wait_set(MOTION, "Idle", sent)
    client.settle(0.5)  # until the encoder has seen that the dome stands
    sent = client.number("DOME_SYNC", DOME_SYNC_VALUE=30)
    client.wait_set("DOME_SYNC", "Ok", sent)
    arrive(client, 40)


def test_31_slaving_with_neither_table_nor_measurements_warns_and_stays(
    observatory: Callable[..., Observatory],
) -> None:
    client = observatory(
        "indi_simulator_telescope", config={"simulator": {"speed_factor": 20}, "abaque": {"file": ""}}
    ).client
    mount = "Telescope Simulator"
    client.wait_definition("CONNECTION", device=mount)
    client.switch("CONNECTION", "CONNECT", device=mount)
    client.wait_definition("TELESCOPE_TRACK_STATE", device=mount)
    client.switch("TELESCOPE_PARK", "UNPARK", device=mount)
    client.switch("TELESCOPE_TRACK_STATE", "TRACK_ON", device=mount)
    client.wait(lambda e: e.message.device == mount and e.name == "EQUATORIAL_EOD_COORD" and e.state == "Ok")
    sent = client.switch("DOME_AUTOSYNC", "DOME_AUTOSYNC_ENABLE")
    client.wait_set("DOME_AUTOSYNC", "Ok", sent, on="DOME_AUTOSYNC_ENABLE")
    client.wait_message("[WARNING] Slaving keeps the dome where it is: there is neither a table", sent)
    client.settle(2.0)
    assert client.of(MOTION, sent) == []
