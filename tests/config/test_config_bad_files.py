"""Every file in bad/ is refused, with words that name the key, the value and what would be right."""

from pathlib import Path

import pytest

from indi_dome_driver.config import ConfigError, load_config

BAD = Path(__file__).parent / "bad"

EXPECTED_WORDS = {
    "azimuth_full_turn": ("home.azimuth_deg = 360", "from 0 to below 360", "degrees"),
    "backend_unknown": ('hardware.backend = "pi"', '"simulator"', "only choice"),
    "decimal_comma": ('dome.radius_m = "1,2"', "a number", "metres"),
    "empty": ("line 1", "not JSON"),
    "foreign_key": ("unknown key shutter", "known here", "slaving"),
    "fraction_for_whole": ("motor.microsteps = 4.5", "a whole number from 1 to 256"),
    "group_twice": ("dome", "twice"),
    "infinite": ("motor.gear_ratio", "not a finite number"),
    "key_in_wrong_group": ("site.park_azimuth_deg", "did you mean dome.park_azimuth_deg?"),
    "key_twice": ("dome.radius_m", "twice"),
    "key_without_unit": ("dome.radius", "did you mean dome.radius_m?"),
    "latin1": ("UTF-8", "byte 25"),
    "latitude_out_of_range": ("site.latitude_deg = 95", "from -90 to 90", "degrees, north positive"),
    "list_for_number": ("home.azimuth_deg = [45.0]", "a number"),
    "model_unknown": ('abaque.model = "spline"', '"geometry"', '"measurements"', '"table"'),
    "name_empty": ('device_name = ""', "1 to 63 characters"),
    "name_too_long": ("device_name", "1 to 63 characters"),
    "name_with_control": ("device_name", "control character"),
    "not_a_number": ("site.longitude_deg = NaN", "not a finite number", "from -180 to 180"),
    "not_an_object": ("the whole file", "braces"),
    "not_json": ("line 1, column", "not JSON"),
    "null_for_number": ("dome.radius_m = null", "a number"),
    "number_for_group": ("dome = 1.2", "group"),
    "number_for_switch": ("simulator.start_lost = 1", "true or false"),
    "server_port_too_high": ('client.server = "observatory:70000"', "port 1 to 65535"),
    "server_without_port": ('client.server = "observatory"', "HOST:PORT"),
    "sign_zero": ("encoder.sign = 0", "-1 or 1"),
    "slash_comment": ("line 2, column 3", "a comment is a key that begins with _"),
    "speed_factor_too_high": ("simulator.speed_factor = 1000", "from 0.1 to 100"),
    "text_for_number": ('dome.radius_m = "1.2"', "a number"),
    "true_for_number": ("motor.microsteps = true", "a whole number"),
    "unknown_group": ("unknown key simulation", "did you mean simulator?"),
    "unknown_key": ("site.lattitude_deg", "did you mean site.latitude_deg?"),
    "zero_radius": ("dome.radius_m = 0", "above 0.1"),
}


def test_every_bad_file_is_listed() -> None:
    assert {file.stem for file in BAD.glob("*.json")} == set(EXPECTED_WORDS)


@pytest.mark.parametrize("name", sorted(EXPECTED_WORDS))
def test_bad_file_is_refused_in_words_that_help(name: str) -> None:
    file = BAD / f"{name}.json"
    with pytest.raises(ConfigError) as refusal:
        load_config(file, {})
    message = str(refusal.value)
    assert message.startswith(f"{file}: ")
    assert refusal.value.source == file
    assert refusal.value.key in message
    for words in EXPECTED_WORDS[name]:
        assert words in message
