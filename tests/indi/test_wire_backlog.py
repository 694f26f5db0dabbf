"""What waits for a slow peer stays bounded, whole, and ends with the latest word on everything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indi_dome_driver.indi.backlog import Backlog


def test_below_the_limit_everything_is_kept_in_order() -> None:
    backlog = Backlog(100)
    for data, key in ((b"a1 ", "a"), (b"note ", None), (b"a2 ", "a"), (b"b1 ", "b")):
        backlog.append(data, key)
    assert backlog.take(1000) == b"a1 note a2 b1 "
    assert backlog.take(1000) == b""


def test_beyond_the_limit_the_latest_of_each_key_is_kept() -> None:
    backlog = Backlog(10)
    for data, key in ((b"a1 ", "a"), (b"b1 ", "b"), (b"a2 ", "a"), (b"a3 ", "a"), (b"b2 ", "b"), (b"a4 ", "a")):
        backlog.append(data, key)
    assert backlog.take(1000) == b"b2 a4 "
    assert (backlog.replaced, backlog.dropped, backlog.size_bytes) == (4, 0, 0)


def test_beyond_the_limit_the_oldest_messages_go_first() -> None:
    backlog = Backlog(10)
    for number in range(10):
        backlog.append(b"m%d " % number)
    assert backlog.take(1000) == b"m7 m8 m9 "
    assert backlog.dropped == 7


def test_keyed_elements_outlive_the_limit() -> None:
    backlog = Backlog(5)
    for number in range(4):
        backlog.append(b"def%d " % number, f"def {number}")
        backlog.append(b"gone ")
    assert backlog.take(1000) == b"def0 def1 def2 def3 "


def test_only_whole_elements_are_taken() -> None:
    backlog = Backlog(100)
    backlog.append(b"x" * 30)
    backlog.append(b"y" * 30)
    assert backlog.take(1) == b"x" * 30
    assert backlog.size_bytes == 30


@pytest.mark.parametrize("limit", [40, 200])
@given(st.lists(st.one_of(st.sampled_from([*"abc", None]), st.integers(1, 60)), max_size=120))
def test_the_last_word_on_every_key_always_arrives(limit: int, steps: list[str | int | None]) -> None:
    backlog, latest, got = Backlog(limit), dict[str, bytes](), b""
    for number, step in enumerate(steps):
        if isinstance(step, int):
            got += backlog.take(step)
        else:
            data = b"%s%d;" % ((step or "note").encode(), number)
            backlog.append(data, step)
            if step:
                latest[step] = data
        assert backlog.size_bytes <= limit + 3 * 8
    got += backlog.take(1 << 20)
    assert backlog.size_bytes == 0
    elements = got.split(b";")[:-1]
    for key, data in latest.items():
        assert [each + b";" for each in elements if each.startswith(key.encode())][-1] == data
    numbers = [int(each.lstrip(b"abcnote")) for each in elements]
    assert numbers == sorted(numbers)


def test_a_flood_is_cheap() -> None:
    backlog = Backlog(10_000)
    for number in range(50_000):
        backlog.append(b"x" * 100, f"key {number % 20}")
        backlog.append(b"y" * 100)
    assert backlog.size_bytes <= 10_000
    assert backlog.replaced > 49_000
