"""DOME_MEASUREMENTS shows the fit and keeps what a person types; ABAQUE_INFO says which model is used and why."""

from pathlib import Path

import pytest
from device_rig import DeviceRig, example_answer

from astro.geometry import Geometry
from astro.model_file import LoadedAbaque
from indi_dome_driver.device.saved_config import SavedConfig

MEASURED, MODEL, ABOUT = "DOME_MEASUREMENTS", "ABAQUE_MODEL", "ABAQUE_INFO"
OWN = {"DM_DOME_RADIUS": 1.5, "DM_OTA_OFFSET": 0.3}


@pytest.fixture
def rig(tmp_path: Path) -> DeviceRig:
    return DeviceRig(tmp_path, answer=example_answer()).connect()


def fitted() -> dict[str, float]:
    geometry = LoadedAbaque.from_json(example_answer()).geometry
    return {
        "DM_DOME_RADIUS": 1.2,
        "DM_SHUTTER_WIDTH": 0.6,
        "DM_NORTH_DISPLACEMENT": round(geometry.north_m, 3),
        "DM_EAST_DISPLACEMENT": round(geometry.east_m, 3),
        "DM_UP_DISPLACEMENT": round(geometry.up_m, 3),
        "DM_OTA_OFFSET": round(geometry.tube_offset_m, 3),
    }


def shown(rig: DeviceRig) -> dict[str, float]:
    return rig.device.panel.number(MEASURED).values()


def saved(rig: DeviceRig) -> dict[str, float] | None:
    """Read what stands in the file of settings."""
    for each in SavedConfig(rig.config_path, "Abaque Dome").load():
        if each.name == MEASURED:
            return {item.attributes["name"]: float(item.text) for item in each.items}
    return None


def model(rig: DeviceRig) -> object:
    session = rig.device.session
    assert session is not None
    return session.models.model


def about(rig: DeviceRig, name: str) -> str:
    return rig.device.panel.text(ABOUT)[name]


def test_the_fit_is_shown_and_never_saved(rig: DeviceRig) -> None:
    assert shown(rig) == fitted()
    assert shown(rig)["DM_OTA_OFFSET"] == pytest.approx(0.40, abs=0.01)
    rig.switch("CONFIG_PROCESS", "CONFIG_SAVE")
    assert saved(rig) is None
    for _ in range(2):
        rig.switch("CONFIG_PROCESS", "CONFIG_LOAD")
        assert shown(rig) == fitted()
        rig.start()
        rig.loader.answer = None
        rig.connect()
        assert set(shown(rig).values()) == {0.0}, "nothing is known before the table is fitted"
        rig.loader.asked[-1][1](example_answer())
        assert shown(rig) == fitted()
    rig.switch("CONNECTION", "DISCONNECT")
    rig.live(3.0)
    rig.switch("CONNECTION", "CONNECT")
    assert set(shown(rig).values()) == {0.0}
    assert not rig.told("Saved settings override")


def test_what_is_shown_is_no_measurement_of_a_person(rig: DeviceRig) -> None:
    sent = rig.switch(MODEL, "MODEL_MEASUREMENTS")
    assert model(rig) is None
    assert rig.told("nothing is typed in", sent)
    assert about(rig, "MODEL") == "none"
    rig.slave()
    rig.points(40, 30)
    rig.live(3.0)
    assert rig.pins.pulses_sent == 0


def test_typed_values_are_kept_marked_and_used_when_asked_for(rig: DeviceRig) -> None:
    sent = rig.number(MEASURED, **OWN)
    assert rig.told("DOME_MEASUREMENTS are your own now", sent)
    assert shown(rig) == fitted() | OWN
    assert isinstance(model(rig), Geometry)
    assert about(rig, "MODEL") == "geometry (automatic)"
    rig.switch(MODEL, "MODEL_MEASUREMENTS")
    used = model(rig)
    assert isinstance(used, Geometry)
    assert (used.name, used.radius_m, used.tube_offset_m) == ("measurements", 1.5, 0.3)
    assert (about(rig, "MODEL"), about(rig, "REASON")) == ("measurements", "measurements typed in: chosen by hand")
    rig.start()
    rig.connect()
    assert shown(rig) == fitted() | OWN
    assert rig.told("DOME_MEASUREMENTS keeps what was typed in")
    assert model(rig) == used
    rig.switch("CONFIG_PROCESS", "CONFIG_LOAD")
    assert shown(rig) == fitted() | OWN


BACK = {
    "the shown values": fitted(),
    "as a client displays them": {name: round(value, 2) for name, value in fitted().items()},
}


@pytest.mark.parametrize("back", BACK)
def test_a_person_gives_the_property_back_to_the_table(rig: DeviceRig, back: str) -> None:
    rig.number(MEASURED, **OWN)
    assert saved(rig) == fitted() | OWN
    sent = rig.number(MEASURED, **BACK[back])
    assert [each.state for each in sent if each.name == MEASURED] == ["Ok"]
    assert shown(rig) == fitted()
    rig.live(0.5)
    assert saved(rig) == dict.fromkeys(fitted(), 0.0)
    rig.switch("CONFIG_PROCESS", "CONFIG_SAVE")
    assert saved(rig) is None
    rig.switch(MODEL, "MODEL_MEASUREMENTS")
    assert model(rig) is None


@pytest.mark.parametrize("typed", [True, False])
def test_zeros_are_shown_as_zeros_until_a_table_is_read(rig: DeviceRig, typed: bool) -> None:
    if typed:
        rig.number(MEASURED, **OWN)
    sent = rig.number(MEASURED, **dict.fromkeys(fitted(), 0))
    assert [each.state for each in sent if each.name == MEASURED] == ["Ok"]
    assert set(shown(rig).values()) == {0.0}, "a client that puts back what it found finds it so"
    rig.switch(MODEL, "MODEL_MEASUREMENTS")
    assert model(rig) is None
    assert rig.told("DOME_MEASUREMENTS are all 0")
    rig.start()
    rig.connect()
    assert shown(rig) == fitted()


def test_a_table_that_was_edited_is_read_again(rig: DeviceRig, tmp_path: Path) -> None:
    table = tmp_path / "mine.xlsx"
    table.touch()
    rig.command("Text", "ABAQUE_FILE", {"FILE": str(table)})
    asked = len(rig.loader.asked)
    rig.command("Text", "ABAQUE_FILE", {"FILE": str(table)})
    assert len(rig.loader.asked) == asked, "a client that restores its settings disturbs nothing"
    table.write_bytes(b"edited")
    rig.command("Text", "ABAQUE_FILE", {"FILE": str(table)})
    assert len(rig.loader.asked) == asked + 1


def test_another_table_shows_its_own_fit_and_none_shows_nothing(rig: DeviceRig, tmp_path: Path) -> None:
    other = example_answer() | {"geometry": {**example_answer()["geometry"], "tube_offset_m": 0.55}}
    table = tmp_path / "other.xlsx"
    table.touch()
    rig.loader.answer = other
    rig.command("Text", "ABAQUE_FILE", {"FILE": str(table)})
    assert shown(rig) == fitted() | {"DM_OTA_OFFSET": 0.55}
    rig.command("Text", "ABAQUE_FILE", {"FILE": ""})
    assert set(shown(rig).values()) == {0.0}
    assert (model(rig), about(rig, "MODEL")) == (None, "none")


@pytest.mark.parametrize(
    ("lengths", "why"),
    [({"DM_UP_DISPLACEMENT": 3}, "it would be outside"), ({"DM_OTA_OFFSET": 4}, "leads out of a dome")],
    ids=["mount", "tube"],
)
def test_what_lies_outside_the_dome_is_refused(rig: DeviceRig, lengths: dict[str, float], why: str) -> None:
    before = shown(rig)
    sent = rig.number(MEASURED, DM_DOME_RADIUS=1, **lengths)
    assert [each.state for each in sent if each.name == MEASURED] == ["Alert"]
    assert rig.told(why, sent)
    assert shown(rig) == before
    assert rig.device.caught == []


def test_without_a_table_measurements_stand_in(tmp_path: Path) -> None:
    rig = DeviceRig(tmp_path, table=False).connect()
    assert about(rig, "REASON").startswith("there is neither a table")
    rig.number(MEASURED, **OWN)
    assert (about(rig, "MODEL"), about(rig, "REASON")) == ("measurements", "measurements typed in: there is no table")
    rig.switch(MODEL, "MODEL_MEASUREMENTS")
    rig.number(MEASURED, DM_DOME_RADIUS=0)
    assert model(rig) is None
    assert rig.told("DOME_MEASUREMENTS are all 0")


def test_the_automatic_choice_and_its_reason_are_shown(rig: DeviceRig) -> None:
    choice = LoadedAbaque.from_json(example_answer()).choice
    assert rig.on(MODEL) == "MODEL_AUTO"
    assert (about(rig, "MODEL"), about(rig, "REASON")) == ("geometry (automatic)", choice.reason)
    assert rig.told(f"Model: {choice.reason}")
    sent = rig.switch(MODEL, "MODEL_TABLE")
    assert [each.name for each in sent if each.name in (MODEL, ABOUT)] == [MODEL, ABOUT]
    assert about(rig, "MODEL") == "table (chosen by hand)"
    assert choice.reason in about(rig, "REASON")


def test_auto_follows_the_choice_in_the_document(tmp_path: Path) -> None:
    answer = example_answer() | {"choice": {"model": "table", "reason": "table: because"}}
    rig = DeviceRig(tmp_path, answer=answer).connect()
    assert (about(rig, "MODEL"), about(rig, "REASON")) == ("table (automatic)", "table: because")
    assert getattr(model(rig), "name", "") == "table"


def test_a_reference_lookup_that_cannot_be_is_refused(tmp_path: Path) -> None:
    sparse = example_answer() | {"nodes": example_answer()["nodes"][::7]}
    rig = DeviceRig(tmp_path, answer=sparse).connect()
    sent = rig.switch(MODEL, "MODEL_REFERENCE")
    assert [each.state for each in sent if each.name == MODEL] == ["Alert"]
    assert rig.told("do not form the grid", sent)
    assert rig.on(MODEL) == "MODEL_AUTO"
    whole = DeviceRig(tmp_path / "whole", answer=example_answer()).connect()
    whole.switch(MODEL, "MODEL_REFERENCE")
    assert about(whole, "MODEL") == "reference (chosen by hand)"
    assert getattr(model(whole), "name", "") == "reference"
