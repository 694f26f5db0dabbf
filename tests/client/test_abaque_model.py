"""The model that the client slaves by: every word of the configuration, and what is said when there is none."""

import asyncio
from pathlib import Path

import pytest

from client.abaque_model import NoModel, load_model, load_model_now

EXAMPLE = Path(__file__).parents[2] / "data" / "Loi_coupole.xlsx"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("auto", "geometry"),
        ("geometry", "geometry"),
        ("table", "table"),
        ("reference", "reference"),
        ("measurements", "geometry"),
    ],
)
def test_every_word_of_the_configuration_gives_a_model(kind: str, name: str) -> None:
    model, loaded = load_model_now(EXAMPLE, kind, 44.15, 1.2)
    assert model.name == name
    assert loaded.choice.model == "geometry"


def test_a_table_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match=r"the table .*gone\.xlsx cannot be used: there is no file"):
        asyncio.run(load_model(tmp_path / "gone.xlsx", "auto", 44.15, 1.2))
    with pytest.raises(NoModel, match="cannot be used: there is no model 'spline'"):
        load_model_now(EXAMPLE, "spline", 44.15, 1.2)
