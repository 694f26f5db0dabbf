"""The automatic choice of the model: right where the truth is known, in words with figures, carried in the document."""

import math
from dataclasses import replace

import pytest
from made_tables import MEASURED, TRUTH, edited, needs_measured, rms_to_truth_mm, table

from astro.abaque import Abaque, AbaquePoint
from astro.angles import normalise_deg
from astro.choose_model import ModelChoice, choose
from astro.dome_model import DomeModel
from astro.errors import ModelError
from astro.fit import fit
from astro.geometry import Slit
from astro.model_file import LoadedAbaque, to_json
from astro.pier import PierSide
from astro.pointing import Pointing


def loaded(abaque: Abaque) -> LoadedAbaque:
    return LoadedAbaque.from_json(to_json(fit(abaque, 44.15, 1.2), abaque))


def bent_deg(dome_deg: float, amplitude_deg: float) -> float:
    """Read a dome whose belt wheel runs out of true: three waves in a turn."""
    return normalise_deg(dome_deg + amplitude_deg * math.sin(3.0 * math.radians(dome_deg)))


class BentDome(DomeModel):
    """The truth behind a table that no geometry explains."""

    name = "bent"

    def dome_azimuth(self, pointing: Pointing, side: PierSide) -> float:
        return bent_deg(TRUTH.dome_azimuth(pointing, side), 8.0)

    def slit_radius_m(self, pointing: Pointing, side: PierSide) -> float:
        return TRUTH.slit_radius_m(pointing, side)


def bent_table(noise_mm: float) -> Abaque:
    def bend(point: AbaquePoint) -> AbaquePoint:
        return replace(point, dome_azimuth_deg=bent_deg(point.dome_azimuth_deg, 8.0))

    return edited(table(TRUTH, noise_mm), bend)


@needs_measured
def test_the_measured_table_is_a_geometry() -> None:
    choice = loaded(Abaque.load(MEASURED)).choice
    assert choice.model == "geometry"
    for words in ("geometry: 22.8 mm RMS at the slit over 273 points", "45 mm for 95 %", "21 mm of it scatter"):
        assert words in choice.reason


@pytest.mark.parametrize("noise_mm", [10.0, 20.0, 40.0])
def test_scatter_alone_never_leads_to_the_table(noise_mm: float) -> None:
    both = loaded(table(TRUTH, noise_mm))
    assert both.choice.model == "geometry"
    assert f"{noise_mm:.0f} mm of it scatter" in both.choice.reason
    assert rms_to_truth_mm(both.model("auto"), TRUTH) < 0.5 * rms_to_truth_mm(both.model("table"), TRUTH)


def test_a_dome_that_is_no_geometry_goes_by_its_table() -> None:
    both = loaded(bent_table(15.0))
    assert both.choice.model == "table"
    assert both.choice.reason.startswith("table: the geometry is off by ")
    assert both.model("auto") is both.table
    assert rms_to_truth_mm(both.model("table"), BentDome()) < rms_to_truth_mm(both.model("geometry"), BentDome())


def test_a_thin_table_is_not_interpolated() -> None:
    whole = bent_table(15.0)
    west = Abaque(tuple(point for point in whole.points if point.azimuth_deg <= 180.0), whole.source)
    for thin, words in ((west, "tube east"), (Abaque(whole.points[::9], whole.source), "altitudes have 3 points")):
        choice = choose(fit(thin, 44.15, 1.2))
        assert (choice.model, words in choice.reason) == ("geometry", True), choice


def test_each_kind_gives_its_model_and_says_why() -> None:
    abaque = table(TRUTH, 20.0)
    both = loaded(abaque)
    assert both.model("auto") is both.model("geometry") is both.geometry
    assert [both.model(kind).name for kind in ("table", "reference")] == ["table", "reference"]
    assert both.why("auto") == both.choice.reason == choose(fit(abaque, 44.15, 1.2)).reason
    assert both.why("table") == f"table: chosen by hand; the automatic choice is {both.choice.reason}"
    assert "no pier side" in both.why("reference")
    with pytest.raises(ModelError, match="choose auto, geometry, table or reference"):
        both.model("spline")


def test_a_table_without_a_grid_has_no_reference_lookup() -> None:
    whole = table(TRUTH, 20.0)
    sparse = loaded(Abaque(whole.points[::7], "sparse.xlsx"))
    with pytest.raises(ModelError, match=r"sparse\.xlsx do not form the grid .* choose auto, geometry or table"):
        sparse.model("reference")
    assert sparse.model("auto") is sparse.geometry


@pytest.mark.parametrize("choice", [None, {"model": "spline", "reason": ""}, {"model": "table"}, "geometry"])
def test_a_document_with_a_strange_choice_is_refused(choice: object) -> None:
    abaque = table(TRUTH)
    document = to_json(fit(abaque, 44.15, 1.2), abaque)
    document["choice"] = choice
    with pytest.raises(ModelError, match="no fitted table"):
        LoadedAbaque.from_json(document)


def test_all_models_give_azimuth_and_radius_at_once() -> None:
    both = loaded(table(TRUTH, 20.0))
    for kind in ("geometry", "table", "reference"):
        model = both.model(kind)
        for azimuth, side in ((100.0, PierSide.WEST), (200.0, PierSide.EAST)):
            pointing = Pointing(52.0, azimuth)
            expected = Slit(model.dome_azimuth(pointing, side), model.slit_radius_m(pointing, side))
            assert model.slit(pointing, side) == expected


def test_a_choice_is_plain_data() -> None:
    assert ModelChoice("table", "because") == ModelChoice(model="table", reason="because")
