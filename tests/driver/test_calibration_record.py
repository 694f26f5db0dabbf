"""The record on disk: nothing recorded is lost, whatever cuts a write short."""

import errno
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from astro.calibration import CalibrationPoint
from astro.pier import PierSide
from indi_dome_driver.calibration_record import CalibrationRecord, RecordError, TableExistsError, write_table

POINT = CalibrationPoint(1.79e9, 45.0, 120.0, -40.0, 12.0, PierSide.WEST, "mount", 131.5, "à l'est")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def record(tmp_path: Path) -> CalibrationRecord:
    return CalibrationRecord(tmp_path / "deep" / "Dome_calibration.jsonl")


def numbered(number: int) -> CalibrationPoint:
    return replace(POINT, time_s=POINT.time_s + number, azimuth_deg=float(number))


def test_an_absent_record_is_empty_and_is_not_made_by_reading(record: CalibrationRecord) -> None:
    assert (record.load().calibration.count, record.load().complaints) == (0, ())
    assert not record.path.parent.exists()
    assert record.undo(1.0).undone is None
    assert not record.path.exists()


def test_points_undo_and_a_fresh_start_are_lines(record: CalibrationRecord) -> None:
    for number in range(3):
        record.add(numbered(number))
    undone = record.undo(1.0).undone
    assert undone is not None
    assert undone.point == numbered(2)
    record.start_afresh(2.0)
    recorded = record.add(numbered(7))
    assert [each.azimuth_deg for each in recorded.calibration.points] == [7.0]
    assert record.load().calibration == recorded.calibration
    assert len(record.path.read_bytes().splitlines()) == 6


def test_cut_at_any_byte_of_the_last_line_only_that_line_is_missing(record: CalibrationRecord) -> None:
    for number in range(3):
        record.add(numbered(number))
    whole = record.path.read_bytes()
    start = whole[:-1].rindex(b"\n") + 1
    damaged = record.path.with_name(record.path.name + ".damaged")
    for end in range(start, len(whole) + 1):
        record.path.write_bytes(whole[:end])
        damaged.unlink(missing_ok=True)
        kept = 3 if end >= len(whole) - 1 else 2
        torn = start < end < len(whole) - 1
        found = record.load()
        assert found.calibration.count == kept
        assert bool(found.complaints) == torn
        assert record.path.read_bytes() == whole[:end], "reading changes nothing"
        after = record.add(numbered(9))
        assert [each.azimuth_deg for each in after.calibration.points] == [*[0.0, 1.0, 2.0][:kept], 9.0]
        assert record.load().calibration == after.calibration
        assert record.load().complaints == ()
        assert damaged.exists() == torn
        if torn:
            assert damaged.read_bytes() == whole[start:end]


def test_a_line_damaged_in_the_middle_is_named_and_left_where_it_is(record: CalibrationRecord) -> None:
    for number in range(3):
        record.add(numbered(number))
    lines = record.path.read_bytes().splitlines(keepends=True)
    lines[1] = b"\xff" + lines[1][1:]
    record.path.write_bytes(b"".join(lines))
    found = record.add(numbered(5))
    assert [each.azimuth_deg for each in found.calibration.points] == [0.0, 2.0, 5.0]
    assert "line 2" in found.complaints[0]
    assert lines[1] in record.path.read_bytes()


WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
from test_calibration_record import numbered
from indi_dome_driver.calibration_record import CalibrationRecord
record = CalibrationRecord(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 10000):
    record.add(numbered(number))
    print(number, flush=True)
"""


def start_writer(record: CalibrationRecord, begin: int) -> subprocess.Popen[str]:
    script = WRITER.format(root=str(ROOT), tests=str(Path(__file__).parent))
    return subprocess.Popen(
        [sys.executable, "-c", script, str(record.path), str(begin)], stdout=subprocess.PIPE, text=True
    )


def told_until_killed(writer: subprocess.Popen[str], least: int) -> list[int]:
    """Let a writer tell so many numbers, kill it, and give all that it told."""
    assert writer.stdout is not None
    with writer:
        lines = [writer.stdout.readline() for _ in range(least)]
        writer.kill()
        lines += writer.stdout.readlines()
    return [int(line) for line in lines if line.endswith("\n")]


def numbers_on(record: CalibrationRecord) -> set[int]:
    return {round(each.time_s - POINT.time_s) for each in record.load().calibration.points}


def test_what_was_acknowledged_before_a_kill_is_there(record: CalibrationRecord) -> None:
    told: list[int] = []
    for begin in (0, 1000, 2000):
        told += told_until_killed(start_writer(record, begin), 25)
    assert len(told) >= 75
    assert set(told) <= numbers_on(record)
    assert len(numbers_on(record)) <= len(told) + 3, "at most one point a kill is there without having been told"


def test_two_writers_take_turns(record: CalibrationRecord) -> None:
    writers = [start_writer(record, begin) for begin in (0, 5000)]
    told = [number for writer in writers for number in told_until_killed(writer, 15)]
    assert set(told) <= numbers_on(record)
    assert len(record.load().complaints) <= 1


def test_a_full_disk_records_nothing_and_says_so(record: CalibrationRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    record.add(numbered(1))
    before = record.path.read_bytes()
    write = os.write

    def half(handle: int, data: bytes) -> int:
        if len(data) < 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, data[: len(data) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(RecordError, match="No space left on device; nothing is recorded"):
        record.add(numbered(2))
    assert record.path.read_bytes() == before


def test_a_table_never_replaces_another(record: CalibrationRecord, tmp_path: Path) -> None:
    noon_s = 1.79e9
    names = [record.save_table(content, noon_s).name for content in (b"one", b"two", b"three")]
    assert names == [
        "Dome_abaque_2026-09-21.xlsx",
        "Dome_abaque_2026-09-21_2.xlsx",
        "Dome_abaque_2026-09-21_3.xlsx",
    ]
    assert (record.path.parent / names[0]).read_bytes() == b"one"
    path = tmp_path / "mine.xlsx"
    write_table(path, b"mine")
    with pytest.raises(TableExistsError):
        write_table(path, b"other")
    assert path.read_bytes() == b"mine"
    write_table(path, b"other", force=True)
    assert path.read_bytes() == b"other"
    with pytest.raises(RecordError, match="cannot be written"):
        write_table(path / "below.xlsx", b"x")
