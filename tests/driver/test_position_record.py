"""The position record proves an azimuth, or admits that it cannot."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astro.angles import difference_deg
from indi_dome_driver.position_record import PositionFile, PositionRecord, prove

COUNTS_PER_DEG = 46.06 * 1024 / 360


def test_the_record_survives_the_disk(tmp_path: Path) -> None:
    file = PositionFile(tmp_path / "deep" / "dome.json")
    assert file.load() is None
    record = PositionRecord(123.456, 789, False, 1.79e9)
    file.save(record)
    assert file.load() == record


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"azimuth_deg": NaN, "encoder_count": 1, "moving": false, "time_s": 0}']
)
def test_a_damaged_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "dome.json").write_text(text)
    assert PositionFile(tmp_path / "dome.json").load() is None


def test_a_dome_that_was_moving_has_no_known_azimuth() -> None:
    proof = prove(PositionRecord(100.0, 5, True, 0.0), 5, 1024, COUNTS_PER_DEG)
    assert proof.azimuth_deg is None
    assert "moving" in proof.reason
    assert prove(None, 5, 1024, COUNTS_PER_DEG).azimuth_deg is None


@given(st.floats(0, 359.99), st.integers(0, 1023), st.floats(-3.8, 3.8))
def test_a_push_of_less_than_half_an_encoder_turn_is_seen(azimuth: float, count: int, push_deg: float) -> None:
    now = round(count + push_deg * COUNTS_PER_DEG) % 1024
    proof = prove(PositionRecord(azimuth, count, False, 0.0), now, 1024, COUNTS_PER_DEG)
    assert proof.azimuth_deg is not None
    assert abs(difference_deg(proof.azimuth_deg, azimuth + push_deg)) < 0.01
