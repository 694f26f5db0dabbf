"""Numbers as they come from clients."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indi_dome_driver.indi.encoder import number_text
from indi_dome_driver.indi.numbers import parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.5", 12.5),
        (" \n 12.5\n", 12.5),
        ("+12.5", 12.5),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("1.25e1", 12.5),
        ("-1E-07", -1e-7),
        ("0", 0.0),
        ("12:30:15", 12 + 30 / 60 + 15 / 3600),
        ("12 30 15", 12 + 30 / 60 + 15 / 3600),
        ("12;30;15", 12 + 30 / 60 + 15 / 3600),
        ("12: 30 :15.5", 12 + 30 / 60 + 15.5 / 3600),
        ("12:30", 12.5),
        ("12:30.6", 12.51),
        ("12:30:00", 12.5),
        ("-00:30", -0.5),
        ("-0:0:36", -0.01),
        ("+1:30", 1.5),
        ("-12:30:00", -12.5),
        ("359:59:60", 360.0),
        ("123:30:00", 123.5),
    ],
)
def test_numbers_that_are_understood(text: str, value: float) -> None:
    assert parse_number(text) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "Infinity",
        "1_000",
        "0x10",
        "1e400",
        "-1e999",
        "1,5",
        "--1",
        "+-1",
        "12:",
        ":30",
        "12:30:15:1",
        "12.5:30",
        "12:-30",
        "12:30.5:1",
        "1e2:30",
        "12:61",
        "12:30:60.1",
        "12h30",
        "e5",
        ".",
        "-",
        "١٢",
        "12\u00a030",
        "9" * 400,
        "1 2 3 4",
        "On",
        "12 : : 30",
        "1\x002",
    ],
)
def test_numbers_that_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|more than 60"):
        parse_number(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_written_reads_back_exactly(value: float) -> None:
    assert parse_number(number_text(value)) == value


@given(st.integers(-(10**18), 10**18))
def test_integers_read_back(value: int) -> None:
    assert parse_number(number_text(value)) == float(value)


@given(st.booleans(), st.integers(0, 999), st.integers(0, 59), st.integers(0, 59999), st.sampled_from([":", ";", " "]))
def test_sexagesimal_is_the_sum_of_its_parts(negative: bool, whole: int, minutes: int, ms: int, sep: str) -> None:
    text = f"{'-' if negative else ''}{whole:02d}{sep}{minutes:02d}{sep}{ms / 1000:06.3f}"
    value = (whole * 3_600_000 + minutes * 60_000 + ms) / 3_600_000
    assert parse_number(text) == pytest.approx(-value if negative else value, abs=1e-11)


@given(st.text(max_size=80))
def test_any_text_is_a_finite_number_or_a_value_error(text: str) -> None:
    try:
        value = parse_number(text)
    except ValueError:
        return
    assert math.isfinite(value)
