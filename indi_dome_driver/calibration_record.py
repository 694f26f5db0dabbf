"""The record of a calibration on disk: a line for every entry, appended and on the disk before anybody is told.

Driver and command line write the same file, in turn. Nothing is ever erased: an undo is a line as well.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from astro.calibration import Calibration, CalibrationEvent, CalibrationPoint
from astro.calibration_lines import from_line, to_line
from indi_dome_driver.damaged_file import keep_aside
from indi_dome_driver.durable import exchange, sync_folder
from indi_dome_driver.file_lock import locked

MAX_BYTES = 16 * 1024 * 1024
_MOST_TABLES_A_DAY = 1000

Mark = tuple[int, int, int] | None
"""Tells one state of a record from another: file, size and time of writing; None where there is no file."""


class RecordError(Exception):
    """Report that a record or a table cannot be read or written; the message names it and the reason."""


class TableExistsError(RecordError):
    """Report that a file of that name is there already."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a record holds."""

    calibration: Calibration
    complaints: tuple[str, ...] = ()
    """Lines that could not be read, in words."""
    undone: CalibrationEvent | None = None
    """What an undo took back."""
    mark: Mark = None
    """Of the record as it was read or left; where the record has another, somebody has written meanwhile."""


class CalibrationRecord:
    """The record of one dome."""

    def __init__(self, path: Path) -> None:
        """Take a file, which need not exist.

        Args:
            path: of the record.
        """
        self.path = path

    @property
    def mark(self) -> Mark:
        """Tell the present state of the record from others, cheaply; None also where it cannot be looked at."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    def load(self) -> Recorded:
        """Read the record; changes nothing.

        Raises:
            RecordError: the file is there but cannot be read.
        """
        mark = self.mark  # before reading: what is written in between is then seen the next time
        events, complaints, _ = self._parsed(self._read())
        return Recorded(Calibration.of(events), tuple(complaints), mark=mark)

    def add(self, point: CalibrationPoint) -> Recorded:
        """Keep a point; it is on the disk when this returns.

        Args:
            point: the measurement.

        Raises:
            RecordError: it cannot be written; the record is as it was.
        """
        return self._append(CalibrationEvent("point", point.time_s, point))

    def undo(self, now_s: float, *, sync: bool = True) -> Recorded:
        """Take back the latest point or fresh start that stands; `undone` is None where there is none.

        Args:
            now_s: Unix seconds.
            sync: wait for the disk.

        Raises:
            RecordError: as for `add`.
        """
        return self._append(CalibrationEvent("undo", now_s), sync=sync)

    def start_afresh(self, now_s: float, *, sync: bool = True) -> Recorded:
        """Let the points until now no longer count; an undo brings them back.

        Args:
            now_s: Unix seconds.
            sync: wait for the disk.

        Raises:
            RecordError: as for `add`.
        """
        return self._append(CalibrationEvent("new", now_s), sync=sync)

    def save_table(self, content: bytes, now_s: float, *, sync: bool = True) -> Path:
        """Write a table beside the record, under a name of its own with the date in it.

        Args:
            content: the bytes of the .xlsx file.
            now_s: Unix seconds.
            sync: wait for the disk.

        Returns:
            The file; one that was there before is never touched.

        Raises:
            RecordError: it cannot be written.
        """
        day = datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m-%d")
        stem = f"{self.path.stem.removesuffix('_calibration')}_abaque_{day}"
        for number in range(1, _MOST_TABLES_A_DAY):
            path = self.path.with_name(f"{stem}.xlsx" if number == 1 else f"{stem}_{number}.xlsx")
            try:
                write_table(path, content, sync=sync)
            except TableExistsError:
                continue
            return path
        raise RecordError(f"{self.path.parent} holds {_MOST_TABLES_A_DAY} tables of {day} already: remove some")

    def _append(self, event: CalibrationEvent, *, sync: bool = True) -> Recorded:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with locked(self.path.with_name(self.path.name + ".lock")):
                content = self._read()
                events, complaints, whole = self._parsed(content)
                before = Calibration.of(events)
                undone = before.undoable if event.kind == "undo" else None
                if event.kind == "undo" and undone is None:
                    return Recorded(before, tuple(complaints), mark=self.mark)
                lead = self._mend(content, whole)
                self._write(lead + to_line(event).encode() + b"\n", sync=sync, new=not content)
                return Recorded(before.append(event), tuple(complaints), undone, self.mark)
        except OSError as error:
            raise RecordError(
                f"{self.path} cannot be written: {error.strerror or error}; nothing is recorded"
            ) from error

    def _mend(self, content: bytes, whole: int) -> bytes:
        """Clear away a last line that a crash cut short; returns what must precede the next line."""
        torn = content[whole:]
        if not torn:
            return b"" if not content or content.endswith(b"\n") else b"\n"
        try:
            keep_aside(self.path, torn)
        except OSError:
            return b"\n"  # then it stays where it is, as a line that cannot be read
        os.truncate(self.path, whole)
        return b""

    def _write(self, data: bytes, *, sync: bool, new: bool) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            size = os.fstat(handle).st_size
            try:
                written = os.write(handle, data)
                while written < len(data):
                    written += os.write(handle, data[written:])
                if sync:
                    os.fsync(handle)
            except OSError:
                os.ftruncate(handle, size)
                raise
        finally:
            os.close(handle)
        if sync and new:
            sync_folder(self.path.parent)

    def _read(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return b""
        except OSError as error:
            raise RecordError(f"{self.path} cannot be read: {error.strerror or error}") from error
        if len(content) > MAX_BYTES:
            raise RecordError(f"{self.path} is no calibration record: it is larger than {MAX_BYTES >> 20} MB")
        return content

    def _parsed(self, content: bytes) -> tuple[list[CalibrationEvent], list[str], int]:
        """Read the lines; the number says how many bytes are whole lines (a torn last one is beyond them)."""
        events, complaints = [], []
        lines = content.split(b"\n")
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                events.append(from_line(line.decode()))
            except ValueError as error:
                if number == len(lines):
                    complaints.append(
                        f"the last line of {self.path} was cut short by a crash; what there is of it will be kept in "
                        f"{self.path.name}.damaged"
                    )
                    return events, complaints, len(content) - len(line)
                complaints.append(f"line {number} of {self.path} cannot be read and does not count ({error})")
        return events, complaints, len(content)


def write_table(path: Path, content: bytes, *, force: bool = False, sync: bool = True) -> None:
    """Write a table; an existing file is only replaced when that is wanted.

    Args:
        path: of the table.
        content: all of it.
        force: replace what is there.
        sync: wait for the disk.

    Raises:
        TableExistsError: there is such a file.
        RecordError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not force:
            _claim(path)
        try:
            exchange(path, content, sync=sync)
        except OSError:
            if not force:
                path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RecordError(f"{path} cannot be written: {error.strerror or error}") from error


def _claim(path: Path) -> None:
    """Make an empty file, unless there is one: of two processes only one succeeds."""
    try:
        path.open("xb").close()
    except FileExistsError:
        raise TableExistsError(f"{path} exists already") from None
