import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.azimuth import format_azimuth, parse_azimuth


@pytest.mark.parametrize(
    ("text", "azimuth_deg"),
    [
        ("0", 0.0),
        ("123.5", 123.5),
        ("123.5°", 123.5),
        (" 90 ", 90.0),
        (".5", 0.5),
        ("360", 0.0),
        ("12:30:00", 12.5),
        ("123:30", 123.5),
        ("359:59:59.9", 359.9999722),
    ],
)
def test_accepted(text: str, azimuth_deg: float) -> None:
    assert parse_azimuth(text) == pytest.approx(azimuth_deg, abs=1e-6)


@pytest.mark.parametrize(
    "text", ["", "north", "-10", "361", "12:60:00", "1:2:3:4", "nan", "inf", "1e2", "12,5", "9" * 400]
)
def test_rejected_with_the_text_and_the_remedy(text: str) -> None:
    with pytest.raises(ValueError, match=r"123\.5|from 0"):
        parse_azimuth(text)


@given(st.floats(0.0, 359.9999))
def test_decimal_and_sexagesimal_agree(azimuth_deg: float) -> None:
    minutes, seconds = divmod(azimuth_deg % 1.0 * 3600.0, 60.0)
    text = f"{int(azimuth_deg)}:{int(minutes):02d}:{min(seconds, 59.999999):09.6f}"
    assert parse_azimuth(text) == pytest.approx(parse_azimuth(f"{azimuth_deg:.9f}"), abs=1e-6)


def test_format() -> None:
    assert format_azimuth(None) == "unknown"
    assert format_azimuth(359.97) == "0.0°"
    assert format_azimuth(12.345) == "12.3°"
