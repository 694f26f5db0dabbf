"""The tree: its defaults, its words, and the delivered file that shows it."""

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from indi_dome_driver.config import Config, ConfigError, data_file
from indi_dome_driver.config.keys import all_keys, group_names
from indi_dome_driver.config.parse import parse_config

DELIVERED = data_file("config.json")
NUMBERS = [key.name for key in all_keys().values() if type(key.default) in (int, float) and " or " not in key.expected]


def flat(tree: dict[str, Any], prefix: str = "") -> dict[str, object]:
    values: dict[str, object] = {}
    for name, value in tree.items():
        if not name.startswith("_"):
            values |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return values


def nested(name: str, value: object) -> str:
    group, _, key = name.rpartition(".")
    return json.dumps({group: {key: value}} if group else {key: value})


def limits(name: str) -> inspect.IntType | inspect.FloatType:
    info: Any = inspect.type_info(Config)
    for part in name.split("."):
        info = next(field.type for field in info.fields if field.name == part)
    return info.type  # type: ignore[no-any-return]


def test_defaults_are_what_the_reference_observatory_has() -> None:
    config = Config()
    assert config.device_name == "Abaque Dome"
    assert config.hardware.backend == "simulator"
    motor = config.motor
    pulses = motor.steps_per_turn * motor.microsteps * motor.gear_ratio * motor.gear_correction
    assert round(pulses) == 1_941_866
    assert config.encoder.ring_mm / config.encoder.wheel_mm == pytest.approx(46.06)


def test_defaults_lie_within_their_own_limits() -> None:
    assert msgspec.convert(msgspec.to_builtins(Config()), Config, strict=True) == Config()


def test_every_key_is_described_and_every_unit_spelt_out() -> None:
    units = {"deg": "degrees", "m": "metres", "mm": "millimetres", "s": "seconds", "ms": "milliseconds"}
    units |= {"us": "microseconds", "s2": "per second squared", "counts": "counts"}
    for key in all_keys().values():
        assert key.description, key.name
        assert key.expected, key.name
        unit = units.get(key.name.rpartition("_")[2])
        assert unit is None or unit in key.description or "positive" in key.description, key.name


def test_delivered_file_equals_the_defaults_and_lists_every_key() -> None:
    text = DELIVERED.read_text(encoding="utf-8")
    assert parse_config(text, DELIVERED) == Config()
    delivered = flat(json.loads(text))
    assert list(delivered) == list(all_keys())
    assert delivered == {key.name: key.default for key in all_keys().values()}


def test_delivered_file_explains_every_group() -> None:
    tree = json.loads(DELIVERED.read_text(encoding="utf-8"))
    assert "_comment" in tree
    assert "_device_name" in tree
    assert [name for name in group_names() if not tree[name].get("_comment")] == []


def test_tree_cannot_be_changed_after_loading() -> None:
    with pytest.raises(AttributeError):
        Config().site.latitude_deg = 1.0  # type: ignore[misc]


@given(st.sampled_from(NUMBERS), st.data())
def test_number_is_taken_exactly_when_it_lies_within_its_limits(name: str, data: st.DataObject) -> None:
    kind = limits(name)
    whole = isinstance(kind, inspect.IntType)
    edges = [edge for edge in (kind.ge, kind.gt, kind.le, kind.lt) if edge is not None]
    nearby = [value for edge in edges for value in (edge, edge - 1, edge + 1)]
    anywhere = st.integers(-(10**12), 10**12) if whole else st.floats(allow_nan=False, allow_infinity=False)
    value = data.draw(st.sampled_from([int(v) if whole else float(v) for v in nearby]) | anywhere)
    inside = (
        (kind.ge is None or value >= kind.ge)
        and (kind.gt is None or value > kind.gt)
        and (kind.le is None or value <= kind.le)
        and (kind.lt is None or value < kind.lt)
    )
    if inside:
        assert flat(msgspec.to_builtins(parse_config(nested(name, value), DELIVERED)))[name] == value
    else:
        with pytest.raises(ConfigError, match=rf"{name} = .*expected {all_keys()[name].expected}"):
            parse_config(nested(name, value), DELIVERED)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_number_that_is_not_finite_is_refused_everywhere(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=f"{name} = .*not a finite number"):
        parse_config(nested(name, value), DELIVERED)
