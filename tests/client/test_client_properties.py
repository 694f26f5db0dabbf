from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.properties import (
    DeviceAppeared,
    DeviceRemoved,
    PropertyChanged,
    PropertyKind,
    PropertyRemoved,
    PropertySnapshot,
    Registry,
    Value,
    freeze_elements,
    parse_message,
)


def snapshot(
    device: str = "Dome", name: str = "P", elements: Mapping[str, Value] | None = None, **more: object
) -> PropertySnapshot:
    values = freeze_elements(elements if elements is not None else {"A": 1.0})
    options: dict[str, object] = {"kind": PropertyKind.NUMBER, "state": "Ok", "received_s": 0.0, **more}
    return PropertySnapshot(device=device, name=name, elements=values, **options)  # type: ignore[arg-type]


def test_the_latest_snapshot_wins() -> None:
    registry = Registry()
    for value in (1.0, 2.0):
        registry.apply(PropertyChanged(snapshot(elements={"A": value})))
    found = registry.snapshot("Dome", "P")
    assert found is not None
    assert found.number("A") == 2.0
    assert len(registry.properties("Dome")) == 1


def test_removals_are_known() -> None:
    registry = Registry()
    registry.apply(DeviceAppeared("Mount"))
    registry.apply(PropertyChanged(snapshot()))
    assert registry.devices() == ["Dome", "Mount"]
    registry.apply(PropertyRemoved("Dome", "P"))
    assert registry.snapshot("Dome", "P") is None
    assert registry.devices() == ["Dome", "Mount"]
    registry.apply(DeviceRemoved("Dome"))
    assert registry.devices() == ["Mount"]


@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("PQ"), st.sampled_from(["set", "del", "gone"]))))
def test_registry_agrees_with_a_plain_model(steps: list[tuple[str, str, str]]) -> None:
    registry, model = Registry(), dict[tuple[str, str], float]()
    for number, (device, name, action) in enumerate(steps):
        if action == "set":
            registry.apply(PropertyChanged(snapshot(device, name, {"A": float(number)})))
            model[device, name] = float(number)
        elif action == "del":
            registry.apply(PropertyRemoved(device, name))
            model.pop((device, name), None)
        else:
            registry.apply(DeviceRemoved(device))
            model = {key: value for key, value in model.items() if key[0] != device}
    for device in "AB":
        for name in "PQ":
            found = registry.snapshot(device, name)
            assert (found.number("A") if found else None) == model.get((device, name))


def test_a_snapshot_cannot_be_changed_afterwards() -> None:
    source: dict[str, Value] = {"A": 1.0}
    frozen = snapshot(elements=source)
    source["A"] = 2.0
    assert frozen.elements["A"] == 1.0
    with pytest.raises(TypeError):
        frozen.elements["A"] = 3.0  # type: ignore[index]


def test_element_access_respects_the_kind() -> None:
    mixed = snapshot(elements={"N": 1.0, "ON": True, "OFF": False, "T": "1"})
    assert mixed.number("N") == 1.0
    assert mixed.number("ON") is None
    assert mixed.number("T") is None
    assert mixed.is_on("ON")
    assert not mixed.is_on("OFF")
    assert not mixed.is_on("N")
    assert not mixed.is_on("missing")


@pytest.mark.parametrize(
    ("line", "level", "text"),
    [
        ("2026-11-22T23:38:56: [ERROR] Please unpark. ", "ERROR", "Please unpark."),
        ("[WARNING] low", "WARNING", "low"),
        ("2026-11-22T23:38:31: Shutter is closing... ", "INFO", "Shutter is closing..."),
        ("note: nothing", "INFO", "note: nothing"),
        ("[not a level] x", "INFO", "[not a level] x"),
        ("", "INFO", ""),
    ],
)
def test_messages_are_split(line: str, level: str, text: str) -> None:
    message = parse_message("Dome", line, 5.0)
    assert (message.device, message.level, message.text, message.received_s) == ("Dome", level, text, 5.0)


@given(st.text())
def test_no_message_breaks_the_parser(line: str) -> None:
    assert parse_message(None, line, 0.0).device is None
