"""Commands are checked in every way a client can get them wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indi_dome_driver.indi.command import CommandError, parse_command
from indi_dome_driver.indi.message import Item, Message
from indi_dome_driver.indi.vectors import (
    LightElement,
    LightVector,
    NumberElement,
    NumberVector,
    Permission,
    Rule,
    SwitchElement,
    SwitchVector,
    TextElement,
    TextVector,
)

POSITION = NumberVector("ABS", "Position", "G", [NumberElement("AZ", "Az", "%6.2f", 0, 360, 1)])
PARAMS = NumberVector("PARAMS", "Params", "G", [NumberElement(name, name, "%g", -10, 10, 1) for name in "XYZ"])
FREE = NumberVector("FREE", "Free", "G", [NumberElement("V", "V", "%g", 0, 0, 0)])
TEXT = TextVector("TEXT", "Text", "G", [TextElement("A", "A"), TextElement("B", "B")])
INFO = TextVector("INFO", "Info", "G", [TextElement("A", "A")], permission=Permission.READ_ONLY)
LIGHT = LightVector("LIGHT", "Light", "G", [LightElement("A", "A")])


def switches(rule: Rule, names: str = "ABC") -> SwitchVector:
    return SwitchVector("SW", "Switches", "G", [SwitchElement(name, name) for name in names], rule=rule)


def new(kind: str, *pairs: tuple[str, str]) -> Message:
    return Message(
        f"new{kind}Vector", {"device": "D"}, tuple(Item(f"one{kind}", {"name": name}, text) for name, text in pairs)
    )


def test_numbers() -> None:
    assert parse_command(new("Number", ("AZ", " 123:30:00\n")), POSITION) == {"AZ": 123.5}
    assert parse_command(new("Number", ("AZ", "360")), POSITION) == {"AZ": 360.0}
    assert parse_command(new("Number", ("Z", "1"), ("X", "-10")), PARAMS) == {"Z": 1.0, "X": -10.0}
    assert parse_command(new("Number", ("V", "-1e9")), FREE) == {"V": -1e9}


def test_texts() -> None:
    assert parse_command(new("Text", ("B", "  Mount 1 ")), TEXT) == {"B": "Mount 1"}
    assert parse_command(new("Text", ("A", ""), ("B", "<&>")), TEXT) == {"A": "", "B": "<&>"}


@pytest.mark.parametrize(
    ("message", "vector", "reason"),
    [
        (new("Switch", ("AZ", "On")), POSITION, "ABS takes a newNumberVector, not a newSwitchVector"),
        (Message("setNumberVector", {}, ()), POSITION, "ABS takes a newNumberVector, not a setNumberVector"),
        (new("Text", ("A", "x")), INFO, "INFO is read-only"),
        (new("Light", ("A", "Ok")), LIGHT, "LIGHT is read-only"),
        (new("Number", ("AZIMUTH", "1")), POSITION, "ABS has no element 'AZIMUTH'; it has AZ"),
        (new("Number", ("N" * 99, "1")), POSITION, f"ABS has no element '{'N' * 39}…'; it has AZ"),
        (new("Number"), POSITION, "ABS got no element; it has AZ"),
        (new("Number", ("X", "1"), ("X", "2")), PARAMS, "PARAMS: X was sent twice"),
        (new("Number", ("AZ", "abc")), POSITION, "ABS.AZ: 'abc' is not a number (write 12.5 or 12:30:00)"),
        (new("Number", ("AZ", "nan")), POSITION, "ABS.AZ: 'nan' is not a number (write 12.5 or 12:30:00)"),
        (new("Number", ("AZ", "inf")), POSITION, "ABS.AZ: 'inf' is not a number (write 12.5 or 12:30:00)"),
        (new("Number", ("AZ", "")), POSITION, "ABS.AZ: a number is missing"),
        (new("Number", ("AZ", "400")), POSITION, "ABS.AZ: 400 is outside 0 to 360"),
        (new("Number", ("AZ", "-1")), POSITION, "ABS.AZ: -1 is outside 0 to 360"),
        (new("Number", ("X", "1"), ("Y", "11")), PARAMS, "PARAMS.Y: 11 is outside -10 to 10"),
        (
            Message("newNumberVector", {}, (Item("oneNumber", {}, "1"),)),
            POSITION,
            "ABS got an element without a name; it has AZ",
        ),
        (
            Message("newNumberVector", {}, (Item("oneSwitch", {"name": "AZ"}, "On"),)),
            POSITION,
            "ABS takes oneNumber elements, not <oneSwitch>",
        ),
    ],
)
def test_refusals_say_what_is_wrong(
    message: Message, vector: NumberVector | TextVector | LightVector, reason: str
) -> None:
    with pytest.raises(CommandError) as refused:
        parse_command(message, vector)
    assert refused.value.reason == str(refused.value) == reason


@pytest.mark.parametrize("text", ["on", "ON", "1", "true", "", "One", "Off "[:2]])
def test_switches_take_on_and_off_only(text: str) -> None:
    with pytest.raises(CommandError, match="takes On or Off"):
        parse_command(new("Switch", ("A", text)), switches(Rule.ANY_OF_MANY))


@pytest.mark.parametrize(
    ("rule", "sent", "answer"),
    [
        (Rule.ONE_OF_MANY, {"B": "On"}, "B"),
        (Rule.ONE_OF_MANY, {"A": "Off", "B": " On ", "C": "Off"}, "B"),
        (Rule.ONE_OF_MANY, {"A": "Off", "C": "On"}, "C"),
        (Rule.AT_MOST_ONE, {"B": "On"}, "B"),
        (Rule.AT_MOST_ONE, {"A": "Off", "B": "Off", "C": "On"}, "C"),
        (Rule.AT_MOST_ONE, {"A": "Off"}, ""),
        (Rule.AT_MOST_ONE, {"A": "Off", "B": "Off", "C": "Off"}, ""),
    ],
)
def test_exclusive_switches_are_answered_completely(rule: Rule, sent: dict[str, str], answer: str) -> None:
    values = parse_command(new("Switch", *sent.items()), switches(rule))
    assert values == {name: name == answer for name in "ABC"}


@pytest.mark.parametrize(
    ("rule", "sent", "reason"),
    [
        (Rule.ONE_OF_MANY, {"A": "Off"}, "SW: one of A, B, C must be On"),
        (Rule.ONE_OF_MANY, {"A": "Off", "B": "Off", "C": "Off"}, "SW: one of A, B, C must be On"),
        (Rule.ONE_OF_MANY, {"A": "On", "C": "On"}, "SW: only one switch may be On, not A, C together"),
        (Rule.AT_MOST_ONE, {"A": "On", "B": "On"}, "SW: only one switch may be On, not A, B together"),
    ],
)
def test_broken_rules_are_refused(rule: Rule, sent: dict[str, str], reason: str) -> None:
    with pytest.raises(CommandError) as refused:
        parse_command(new("Switch", *sent.items()), switches(rule))
    assert refused.value.reason == reason


def test_free_switches_are_answered_as_sent() -> None:
    vector = switches(Rule.ANY_OF_MANY)
    assert parse_command(new("Switch", ("A", "On"), ("C", "Off")), vector) == {"A": True, "C": False}


@given(
    st.sampled_from(list(Rule)),
    st.dictionaries(st.sampled_from("ABCD"), st.sampled_from(["On", "Off", "on", ""]), max_size=4),
)
def test_an_accepted_command_always_fits_its_vector(rule: Rule, sent: dict[str, str]) -> None:
    vector = switches(rule)
    try:
        values = parse_command(new("Switch", *sent.items()), vector)
    except CommandError:
        return
    vector.assign(values)
    on = sum(vector.values().values())
    assert on == 1 if rule is Rule.ONE_OF_MANY else on <= (1 if rule is Rule.AT_MOST_ONE else 3)
    assert {name for name, text in sent.items() if text == "On"} == {name for name in vector if vector[name]}
