"""Where the abaque's file is sought."""

from pathlib import Path

import pytest

from indi_dome_driver.config import Config, ConfigError, data_file, resolve_abaque
from indi_dome_driver.config.tree import Abaque

DELIVERED = "config.json"  # any delivered file does for the search


def config_with(file: str) -> Config:
    return Config(abaque=Abaque(file=file))


def test_an_empty_name_means_no_table() -> None:
    assert resolve_abaque(config_with(""), None) is None


def test_a_relative_name_is_sought_beside_the_configuration_first(tmp_path: Path) -> None:
    source = tmp_path / "observatory.json"
    assert resolve_abaque(config_with(DELIVERED), source) == data_file(DELIVERED)
    (tmp_path / DELIVERED).touch()
    assert resolve_abaque(config_with(DELIVERED), source) == tmp_path / DELIVERED


def test_without_a_configuration_file_the_delivered_data_are_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / DELIVERED).touch()
    monkeypatch.chdir(tmp_path)  # where the program was started does not count
    assert resolve_abaque(config_with(DELIVERED), None) == data_file(DELIVERED)


def test_an_absolute_name_and_one_below_home_are_taken_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mine.xlsx"
    table.touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (str(table), "~/mine.xlsx"):
        assert resolve_abaque(config_with(name), Path("/etc/observatory.json")) == table


@pytest.mark.parametrize("name", ["none.xlsx", "/nowhere/none.xlsx", "x" * 300 + ".xlsx"])
def test_a_table_that_is_not_there_is_named_with_every_place_tried(tmp_path: Path, name: str) -> None:
    source = tmp_path / "observatory.json"
    with pytest.raises(ConfigError) as refusal:
        resolve_abaque(config_with(name), source)
    message = str(refusal.value)
    assert message.startswith(f"{source}: abaque.file = ")
    assert str(source.parent / name) in message
    assert ("share/indi_dome_driver/data" in message) is not name.startswith("/")
    assert refusal.value.key == "abaque.file"


def test_the_default_table_is_delivered() -> None:
    assert resolve_abaque(Config(), None) == data_file("Loi_coupole.xlsx")
