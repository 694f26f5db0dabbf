"""A record of what happened on the STEP line, as a logic analyser would keep it."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from indi_dome_driver.hardware.seam import HardwareError
from indi_dome_driver.hardware.simulated.pulses import TrainRecord

COLUMNS = (
    "start_s",
    "end_s",
    "direction",
    "rate_hz",
    "pulses_sent",
    "pulses_queued",
    "last_pulse_s",
    "last_pulse_wall_s",
)


class TraceFile:
    """Write one CSV line per train, complete as soon as the train has ended."""

    def __init__(self, path: str, wall_s: Callable[[float], float]) -> None:
        """Create the file.

        Args:
            path: where; an old file is replaced.
            wall_s: turns the simulator's seconds into those of the wall clock, so that another process can compare.

        Raises:
            HardwareError: the file cannot be written.
        """
        try:
            self._file: TextIO = Path(path).open("w", encoding="utf-8", newline="")  # noqa: SIM115 (closed by close)
        except OSError as error:
            raise HardwareError(f"simulator.trace_file: cannot write {path}: {error.strerror}") from error
        self._wall_s = wall_s
        self._rows = csv.writer(self._file)
        self._rows.writerow(COLUMNS)
        self._file.flush()

    def note(self, record: TrainRecord) -> None:
        """Append a train."""
        if self._file.closed:
            return
        self._rows.writerow(
            (
                f"{record.start_s:.6f}",
                f"{record.end_s:.6f}",
                record.direction,
                f"{record.rate_hz:.3f}",
                record.pulses_sent,
                record.pulses_queued,
                f"{record.last_pulse_s:.6f}",
                f"{self._wall_s(record.last_pulse_s):.6f}",
            )
        )
        self._file.flush()

    def close(self) -> None:
        """Close the file; later trains are not kept."""
        self._file.close()
