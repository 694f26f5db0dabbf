"""What is written is what libindi's small parser can read."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indi_dome_driver.indi.encoder import element, number_text
from indi_dome_driver.indi.log_text import MAX_BYTES, Level, log_message
from indi_dome_driver.indi.message import Item
from indi_dome_driver.indi.requests import delete, message, snoop
from indi_dome_driver.indi.timestamp import timestamp

NOW = "2026-08-05T21:00:00"


def test_attributes_that_are_none_are_left_out() -> None:
    assert element("getProperties", {"version": "1.7", "device": None}) == b'<getProperties version="1.7"/>\n'


def test_members_stand_on_lines_of_their_own() -> None:
    items = [Item("oneNumber", {"name": "A"}, "1"), Item("oneNumber", {"name": "B"}, "2")]
    assert element("setNumberVector", {"name": "P"}, items) == (
        b'<setNumberVector name="P">\n'
        b'  <oneNumber name="A">1</oneNumber>\n'
        b'  <oneNumber name="B">2</oneNumber>\n'
        b"</setNumberVector>\n"
    )


def test_five_entities_and_raw_utf8() -> None:
    assert element("message", {"message": "<&>\"' é"}) == (
        '<message message="&lt;&amp;&gt;&quot;&apos; é"/>\n'.encode()
    )
    assert "<a>&lt;&amp;&gt;&quot;&apos; é</a>".encode() in element("message", {}, [Item("a", {}, "<&>\"' é")])


def test_line_breaks_in_attributes_become_blanks() -> None:
    assert element("message", {"message": "a\nb\tc\rd"}) == b'<message message="a b cd"/>\n'
    assert b"<a>a\nb</a>" in element("message", {}, [Item("a", {}, "a\nb")])


@given(st.text(st.characters(codec=None)))
def test_any_text_gives_well_formed_xml(text: str) -> None:
    root = ET.fromstring(element("message", {"message": text}, [Item("a", {}, text)]))
    assert root.get("message") is not None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (5, "5"),
        (360.0, "360"),
        (-12.5, "-12.5"),
        (0.1, "0.1"),
        (1941866.0, "1941866"),
        (1e-7, "1e-07"),
    ],
)
def test_numbers_are_written_in_full(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_are_none_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        number_text(value)


# --- timestamps -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unix_s", "text"),
    [
        (0.0, "1970-01-01T00:00:00"),
        (1.999999999, "1970-01-01T00:00:01"),
        (-0.5, "1969-12-31T23:59:59"),
        (1786309199.999, "2026-08-09T20:59:59"),
        (951782400.0, "2000-02-29T00:00:00"),
        (-62135596800.0, "0001-01-01T00:00:00"),
    ],
)
def test_timestamps_are_cut_to_seconds(unix_s: float, text: str) -> None:
    assert timestamp(unix_s) == text


@given(st.floats(-62135596800, 253402300799))
def test_timestamps_have_nineteen_characters(unix_s: float) -> None:
    assert len(timestamp(unix_s)) == 19


# --- messages for people ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", list(Level))
def test_log_messages_begin_with_their_level(level: Level) -> None:
    assert log_message(level, "Dome\nis parked.") == f"[{level.name}] Dome is parked."


@given(st.text())
def test_log_messages_fit(text: str) -> None:
    line = log_message(Level.WARNING, text)
    assert len(line.encode()) <= MAX_BYTES
    assert "\n" not in line
    assert line.startswith("[WARNING] ")


@pytest.mark.parametrize(("unit", "count"), [("x", 244), ("é", 122), ("🔭", 61)])
def test_log_messages_are_clipped_between_characters(unit: str, count: int) -> None:
    whole = log_message(Level.INFO, unit * ((MAX_BYTES - 7) // len(unit.encode())))
    assert not whole.endswith("…")
    clipped = log_message(Level.INFO, unit * 300)
    assert clipped == "[INFO] " + unit * count + "…"


# --- the rest of what a driver says -----------------------------------------------------------------------------------


def test_what_a_driver_sends_besides_vectors() -> None:
    assert message("Dome", NOW, Level.ERROR, "a < b") == (
        b'<message device="Dome" timestamp="2026-08-05T21:00:00" message="[ERROR] a &lt; b"/>\n'
    )
    assert delete("Dome", NOW, "DOME_MOTION") == (
        b'<delProperty device="Dome" name="DOME_MOTION" timestamp="2026-08-05T21:00:00"/>\n'
    )
    assert delete("Dome", NOW) == b'<delProperty device="Dome" timestamp="2026-08-05T21:00:00"/>\n'
    assert snoop("Mount & Co", "EQUATORIAL_EOD_COORD") == (
        b'<getProperties version="1.7" device="Mount &amp; Co" name="EQUATORIAL_EOD_COORD"/>\n'
    )
