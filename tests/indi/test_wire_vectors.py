"""Vectors keep their rules and look on the wire as INDI wants them."""

import pytest

from indi_dome_driver.indi.vectors import (
    LightElement,
    LightVector,
    NumberElement,
    NumberVector,
    Permission,
    Rule,
    State,
    SwitchElement,
    SwitchVector,
    TextElement,
    TextVector,
)

NOW = "2026-08-05T21:00:00"


def position() -> NumberVector:
    element = NumberElement("DOME_ABSOLUTE_POSITION", "Degrees", "%6.2f", 0, 360, 1.0, 12.5)
    return NumberVector("ABS_DOME_POSITION", "Absolute Position", "Main Control", [element], state=State.OK)


def motion(rule: Rule = Rule.AT_MOST_ONE) -> SwitchVector:
    switches = [SwitchElement("DOME_CW", "Dome CW"), SwitchElement("DOME_CCW", "Dome CCW")]
    return SwitchVector("DOME_MOTION", "Motion", "Main Control", switches, rule=rule)


def snooped() -> TextVector:
    return TextVector(
        "ACTIVE_DEVICES", "Snoop devices", "Options", [TextElement("ACTIVE_TELESCOPE", "Telescope", "A & B")]
    )


def lights() -> LightVector:
    return LightVector("SLAVING", "Slaving", "Abaque", [LightElement("DATA", "Mount data", State.ALERT)])


def test_number_definition() -> None:
    assert position().definition("Abaque Dome", NOW).decode() == (
        '<defNumberVector device="Abaque Dome" name="ABS_DOME_POSITION" label="Absolute Position" group="Main Control"'
        ' state="Ok" perm="rw" timeout="60" timestamp="2026-08-05T21:00:00">\n'
        '  <defNumber name="DOME_ABSOLUTE_POSITION" label="Degrees" format="%6.2f" min="0" max="360" step="1">12.5'
        "</defNumber>\n"
        "</defNumberVector>\n"
    )


def test_switch_definition() -> None:
    assert motion().definition("D", NOW, "[INFO] here").decode() == (
        '<defSwitchVector device="D" name="DOME_MOTION" label="Motion" group="Main Control" state="Idle" perm="rw"'
        ' rule="AtMostOne" timeout="60" timestamp="2026-08-05T21:00:00" message="[INFO] here">\n'
        '  <defSwitch name="DOME_CW" label="Dome CW">Off</defSwitch>\n'
        '  <defSwitch name="DOME_CCW" label="Dome CCW">Off</defSwitch>\n'
        "</defSwitchVector>\n"
    )


def test_text_definition() -> None:
    vector = TextVector(
        "DRIVER_INFO",
        "Driver",
        "Connection",
        [TextElement("DRIVER_NAME", "Name", "é")],
        permission=Permission.READ_ONLY,
    )
    assert vector.definition("D", NOW).decode() == (
        '<defTextVector device="D" name="DRIVER_INFO" label="Driver" group="Connection" state="Idle" perm="ro"'
        ' timeout="60" timestamp="2026-08-05T21:00:00">\n'
        '  <defText name="DRIVER_NAME" label="Name">é</defText>\n'
        "</defTextVector>\n"
    )


def test_light_definition_has_neither_permission_nor_timeout() -> None:
    assert lights().definition("D", NOW).decode() == (
        '<defLightVector device="D" name="SLAVING" label="Slaving" group="Abaque" state="Idle"'
        ' timestamp="2026-08-05T21:00:00">\n'
        '  <defLight name="DATA" label="Mount data">Alert</defLight>\n'
        "</defLightVector>\n"
    )


def test_updates() -> None:
    vector = position()
    vector.assign(DOME_ABSOLUTE_POSITION=1 / 3)
    vector.state = State.BUSY
    assert vector.update("D", NOW, "[INFO] going").decode() == (
        '<setNumberVector device="D" name="ABS_DOME_POSITION" state="Busy" timeout="60"'
        ' timestamp="2026-08-05T21:00:00" message="[INFO] going">\n'
        '  <oneNumber name="DOME_ABSOLUTE_POSITION">0.3333333333333333</oneNumber>\n'
        "</setNumberVector>\n"
    )
    assert b'<oneText name="ACTIVE_TELESCOPE">A &amp; B</oneText>' in snooped().update("D", NOW)
    assert lights().update("D", NOW).decode() == (
        '<setLightVector device="D" name="SLAVING" state="Idle" timestamp="2026-08-05T21:00:00">\n'
        '  <oneLight name="DATA">Alert</oneLight>\n'
        "</setLightVector>\n"
    )


def test_values_are_read_like_a_mapping() -> None:
    vector = position()
    assert vector["DOME_ABSOLUTE_POSITION"] == 12.5
    assert vector.values() == {"DOME_ABSOLUTE_POSITION": 12.5}
    assert "DOME_ABSOLUTE_POSITION" in vector
    assert list(motion()) == ["DOME_CW", "DOME_CCW"]
    with pytest.raises(KeyError):
        vector["NOTHING"]


def test_assign_changes_all_or_nothing() -> None:
    vector = motion(Rule.ANY_OF_MANY)
    with pytest.raises(KeyError, match="DOME_MOTION has no element 'DOME_UP', only DOME_CW, DOME_CCW"):
        vector.assign({"DOME_CW": True, "DOME_UP": True})
    with pytest.raises(TypeError, match="True or False"):
        vector.assign({"DOME_CW": True, "DOME_CCW": "Off"})  # type: ignore[dict-item]
    assert vector.values() == {"DOME_CW": False, "DOME_CCW": False}
    vector.assign({"DOME_CW": True}, DOME_CCW=True)
    assert vector.values() == {"DOME_CW": True, "DOME_CCW": True}


def test_values_that_could_not_be_sent_are_refused() -> None:
    with pytest.raises(ValueError, match="nan"):
        position().assign(DOME_ABSOLUTE_POSITION=float("nan"))
    with pytest.raises(TypeError, match="takes a str"):
        snooped().assign(ACTIVE_TELESCOPE=None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Green"):
        lights().assign(DATA="Green")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="inf"):
        NumberElement("A", "A", "%g", 0, 1, 0, float("inf"))


def test_select_leaves_exactly_one_on() -> None:
    vector = motion()
    vector.select("DOME_CW")
    vector.select("DOME_CCW")
    assert vector.values() == {"DOME_CW": False, "DOME_CCW": True}
    assert vector.selected == "DOME_CCW"
    vector.select(None)
    assert vector.selected is None
    with pytest.raises(KeyError, match="no element 'UP'"):
        vector.select("UP")


@pytest.mark.parametrize("rule", [Rule.ONE_OF_MANY, Rule.AT_MOST_ONE])
def test_two_switches_are_never_on_together(rule: Rule) -> None:
    vector = motion(rule)
    vector.select("DOME_CW")
    with pytest.raises(ValueError, match="one switch"):
        vector.assign(DOME_CCW=True)
    assert vector.selected == "DOME_CW"
    with pytest.raises(ValueError, match="one switch"):
        SwitchVector("A", "A", "G", [SwitchElement("X", "X", True), SwitchElement("Y", "Y", True)], rule=rule)


def test_elements_need_names_of_their_own() -> None:
    with pytest.raises(ValueError, match="needs elements"):
        TextVector("T", "T", "G", [TextElement("A", "A"), TextElement("A", "A")])
    with pytest.raises(ValueError, match="needs elements"):
        TextVector("T", "T", "G", [])


def test_equal_limits_mean_no_limits() -> None:
    assert NumberElement("A", "A", "%g", 0, 0, 0).allows(1e9)
    assert not NumberElement("A", "A", "%g", 0, 1, 0).allows(1.1)
