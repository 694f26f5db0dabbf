"""Which file counts, how it is read, and what becomes of text that is no configuration."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indi_dome_driver.config import Config, ConfigError, data_file, load_config, user_config_file
from indi_dome_driver.config.parse import parse_config

SOURCE = Path("observatory.json")


def write(file: Path, name: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"device_name": name}), encoding="utf-8")
    return file


def test_the_argument_comes_before_the_environment_before_the_users_before_the_delivered(tmp_path: Path) -> None:
    argument, named = write(tmp_path / "a.json", "argument"), write(tmp_path / "e.json", "environment")
    environ = {"HOME": str(tmp_path), "INDI_DOME_CONFIG": str(named)}
    users = write(user_config_file(environ), "user")

    assert load_config(argument, environ).config.device_name == "argument"
    assert load_config(argument, environ).source_path == argument
    assert load_config(None, environ).source_path == named
    del environ["INDI_DOME_CONFIG"]
    assert load_config(None, environ).source_path == users
    of_this_dome = write(user_config_file(environ, "North/Dome"), "of this dome")
    assert of_this_dome.name == "North%2FDome.json"
    assert load_config(None, environ).source_path == users
    assert load_config(None, {**environ, "INDIDEV": "South Dome"}).source_path == users
    assert load_config(None, {**environ, "INDIDEV": "North/Dome"}).source_path == of_this_dome
    users.unlink()
    loaded = load_config(None, environ)
    assert loaded.source_path == data_file("config.json")
    assert loaded.config == Config()


def test_an_empty_environment_variable_names_nothing(tmp_path: Path) -> None:
    loaded = load_config(None, {"HOME": str(tmp_path), "INDI_DOME_CONFIG": ""})
    assert loaded.source_path == data_file("config.json")


def test_the_users_file_follows_the_desktop_convention() -> None:
    below = Path("indi_dome_driver", "config.json")
    assert user_config_file({"HOME": "/home/ada"}) == Path("/home/ada/.config") / below
    assert user_config_file({"HOME": "/home/ada", "XDG_CONFIG_HOME": "/cfg"}) == Path("/cfg") / below
    assert user_config_file({"HOME": "/home/ada", "XDG_CONFIG_HOME": "relative"}) == Path("/home/ada/.config") / below


@pytest.mark.parametrize("by_environment", [False, True])
def test_a_missing_file_is_named_with_who_named_it(tmp_path: Path, by_environment: bool) -> None:
    missing = tmp_path / "nowhere.json"
    environ = {"INDI_DOME_CONFIG": str(missing)} if by_environment else {}
    with pytest.raises(ConfigError) as refusal:
        load_config(None if by_environment else missing, environ)
    assert str(missing) in str(refusal.value)
    assert ("INDI_DOME_CONFIG" if by_environment else "--config") in str(refusal.value)


def test_a_users_file_that_is_a_dangling_link_is_not_passed_over(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    users = user_config_file(environ)
    users.parent.mkdir(parents=True)
    users.symlink_to(tmp_path / "unplugged")
    with pytest.raises(ConfigError, match="user's own"):
        load_config(None, environ)


def test_a_folder_is_no_configuration_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read.*directory"):
        load_config(tmp_path, {})


def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)  # the tests may run as root, whom no mode stops
    with pytest.raises(ConfigError, match=r"cannot be read.*Permission denied"):
        load_config(tmp_path / "secret.json", {})


def test_a_name_with_nul_is_an_error() -> None:
    with pytest.raises(ConfigError, match="cannot be a file's name"):
        load_config(Path("a\0b"), {})


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "windows.json"
    file.write_bytes(b'\xef\xbb\xbf{"device_name": "Coupole"}\r\n')
    assert load_config(file, {}).config.device_name == "Coupole"


def test_a_partial_file_keeps_the_other_defaults() -> None:
    config = parse_config('{"site": {"latitude_deg": -33}}', SOURCE)
    assert config.site.latitude_deg == -33.0
    assert config.site.longitude_deg == Config().site.longitude_deg
    assert config.dome == Config().dome


def test_comments_may_stand_anywhere_and_hold_anything() -> None:
    text = """{"_": NaN, "_comment": ["x", {"latitude_deg": 999}], "_comment": 2,
               "site": {"_comment": null, "_why": {"deep": [1e999]}, "latitude_deg": 10}}"""
    assert parse_config(text, SOURCE).site.latitude_deg == 10


@pytest.mark.parametrize("text", ["[" * 100_000, '{"dome":' * 100_000, "[" * 900 + "]" * 900, '{"seed":' + "9" * 5000])
def test_monstrous_text_is_refused_like_any_other(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_config(text, SOURCE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=5) | st.sampled_from(["site", "latitude_deg", "dome", "client", "server", "_c"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(JSON.map(json.dumps) | st.text(max_size=40))
def test_whatever_stands_in_the_file_the_answer_is_a_tree_or_a_config_error(text: str) -> None:
    message = "observatory.json: it is a tree"
    try:
        parse_config(text, SOURCE)
    except ConfigError as error:
        message = str(error)
    assert message.startswith("observatory.json: ")
    message.encode()  # can be printed
