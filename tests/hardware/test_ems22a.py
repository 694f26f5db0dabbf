import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indi_dome_driver.hardware.ems22a import BadFrame, FrameCheck, ImplausibleJump, TurnCounter, decode, encode
from indi_dome_driver.hardware.seam import HardwareError

GOLDEN = [
    (0b0000000000_1_0_0_0_0_1, 0),
    (0b0000000001_1_0_0_0_0_0, 1),
    (0b1000000000_1_0_0_0_0_0, 512),
    (0b1111111111_1_0_0_0_0_1, 1023),
    (0b1010101010_1_0_0_1_0_1, 682),
    (0b0101010101_1_0_0_0_1_1, 341),
]


@pytest.mark.parametrize(("word", "count"), GOLDEN)
def test_golden_frames_are_read(word: int, count: int) -> None:
    assert decode(word) == count


@pytest.mark.parametrize(("word", "count"), [row for row in GOLDEN if not row[0] & 0b110])
def test_golden_frames_are_built(word: int, count: int) -> None:
    assert encode(count) == word


@pytest.mark.parametrize("position", range(16))
@pytest.mark.parametrize("count", [0, 1, 2, 341, 512, 1023])
def test_a_flip_at_any_position_is_detected(count: int, position: int) -> None:
    with pytest.raises(BadFrame) as caught:
        decode(encode(count) ^ (1 << position))
    assert caught.value.check is FrameCheck.PARITY
    assert "parity" in str(caught.value)


@pytest.mark.parametrize(
    ("word", "check"),
    [
        (encode(77, ocf=False), FrameCheck.OCF),
        (encode(77, cof=True), FrameCheck.COF),
        (encode(77, lin=True), FrameCheck.LIN),
        (encode(77, inc=True, dec=True), FrameCheck.FIELD),
        (0x0000, FrameCheck.OCF),
        (0xFFFF, FrameCheck.COF),
        (0x10000, FrameCheck.RANGE),
        (-1, FrameCheck.RANGE),
    ],
)
def test_each_check_names_itself(word: int, check: FrameCheck) -> None:
    with pytest.raises(HardwareError, match=check.value) as caught:
        decode(word)
    assert isinstance(caught.value, BadFrame)
    assert caught.value.check is check


@given(st.integers(0, 1023), st.booleans(), st.booleans())
def test_frames_survive_the_round_trip(count: int, inc: bool, dec: bool) -> None:
    if not (inc and dec):
        assert decode(encode(count, inc=inc, dec=dec)) == count


@given(st.integers(-5000, 5000), st.lists(st.integers(-511, 511), max_size=60))
def test_the_counter_follows_any_walk(start: int, steps: list[int]) -> None:
    counter = TurnCounter()
    position = start
    counter.take(position % 1024, 511)
    for step in steps:
        position += step
        assert counter.take(position % 1024, 511) == position - start
    assert counter.count == position % 1024


def test_an_implausible_count_leaves_the_total_alone() -> None:
    counter = TurnCounter()
    counter.take(1000, 10)
    with pytest.raises(ImplausibleJump, match="1000 to 300"):
        counter.take(300, 50)
    assert counter.take(5, 50) == 29


def test_bad_words_never_shift_the_total_by_a_turn() -> None:
    chance = random.Random(7)
    counter = TurnCounter()
    position = missed = 0
    counter.take(0, 0)
    for _ in range(20_000):
        position += 2
        missed += 1
        count = position % 1024 if chance.random() > 0.05 else chance.randrange(1024)
        try:
            counter.take(count, 20 + 4 * missed)
        except ImplausibleJump:
            continue
        missed = 0
    counter.take(position % 1024, 511)
    assert counter.total == position
