"""`indi-dome plan` and the objects that it knows."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from client.cli import build_app
from client.sky_object import UnknownObject, find_object


def run(*arguments: str) -> Result:
    return CliRunner().invoke(build_app(), ["plan", *arguments], env={"INDI_DOME_CONFIG": "", "COLUMNS": "200"})


@pytest.mark.parametrize(
    ("text", "ra_deg", "dec_deg"),
    [
        ("m42", 83.8221, -5.3917),
        ("NGC4559", 188.99, 27.96),
        ("12h35m58s +27d57m36s", 188.9917, 27.96),
        ("12:35:58 -27:57:36", 188.9917, -27.96),
        ("5.5 10", 82.5, 10.0),
    ],
)
def test_names_and_places_are_understood(text: str, ra_deg: float, dec_deg: float) -> None:
    found = find_object(text)
    assert found.ra_deg == pytest.approx(ra_deg, abs=1e-3)
    assert found.dec_deg == pytest.approx(dec_deg, abs=1e-3)


@pytest.mark.parametrize("text", ["", "Betelgeux", "M 4x", "12h 99d 7", "0 91", "🔭"])
def test_anything_else_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(UnknownObject, match="12h35m58s"):
        find_object(text)


def test_a_night_as_json_and_as_a_table(tmp_path: Path) -> None:
    found = run("NGC 4559", "--date", "2027-03-01", "--json", "--lowest", "60")
    assert found.exit_code == 0, found.stderr
    night = json.loads(found.stdout)
    (flip,) = night["flips"]
    assert night["object"] == "NGC 4559"
    assert 0.0 < flip["blocked_s"] <= flip["bound_s"] + 5.0
    assert night["clear_share"] > 0.99
    assert len(night["moves"]) == night["move_count"] > 5
    assert night["moves"][0]["start"] < night["moves"][1]["start"]
    shown = run("NGC 4559", "--date", "2027-03-01", "--lowest", "60", "--plot", str(tmp_path / "night.svg"))
    assert "leans towards the other side" in shown.stdout
    assert "% of " in shown.stdout
    assert (tmp_path / "night.svg").read_text().startswith("<?xml")


def test_what_cannot_be_planned_says_why() -> None:
    for arguments, code, words in (
        (("M 42", "--date", "2027-06-25"), 1, "never above 15°"),
        (("Nonsense",), 2, "neither a known object"),
        (("M 42", "--date", "tomorrow"), 2, "tomorrow"),
        (("M 42", "--abaque", "/nowhere.xlsx"), 1, "/nowhere.xlsx"),
    ):
        found = run(*arguments)
        assert found.exit_code == code
        assert words in found.stderr
