"""Where a simulated dome stands while nobody simulates it."""

import json
import math
import os
from pathlib import Path

from indi_dome_driver.hardware.seam import HardwareError

_LENGTH = 64
"""Bytes of the file, always."""


class RestingPlace:
    """Keep the azimuth of a simulated dome in a small file, as a real dome keeps it by standing there."""

    def __init__(self, path: str) -> None:
        """Name the file; it need not exist.

        Args:
            path: where.
        """
        self._path = Path(path)
        self._file = -1

    def recall(self) -> float | None:
        """Tell where the dome was left.

        Returns:
            The azimuth, degrees, unbounded; None if the dome was never left anywhere.

        Raises:
            HardwareError: the file is there but makes no sense.
        """
        try:
            azimuth_deg = float(json.loads(self._path.read_text(encoding="utf-8"))["azimuth_deg"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise HardwareError(f"simulated dome: cannot read {self._path} ({error}); delete it") from error
        if not math.isfinite(azimuth_deg):
            raise HardwareError(f"simulated dome: {self._path} holds {azimuth_deg} for an azimuth; delete it")
        return azimuth_deg

    def keep(self, azimuth_deg: float) -> None:
        """Leave the dome here; microseconds, so that it can be done as the dome turns.

        A process that is killed leaves what it wrote last: one write of a few bytes is never half done.

        Args:
            azimuth_deg: true azimuth, degrees, unbounded.

        Raises:
            HardwareError: the file cannot be written.
        """
        content = json.dumps({"azimuth_deg": azimuth_deg}).ljust(_LENGTH - 1).encode() + b"\n"
        try:
            if self._file < 0:
                self._file = self._begin(content)
            else:
                os.pwrite(self._file, content, 0)
        except OSError as error:
            raise HardwareError(f"simulated dome: cannot write {self._path}: {error.strerror}") from error

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _begin(self, content: bytes) -> int:
        """Exchange the file for one of fixed length, so that nobody ever finds it empty."""
        fresh = self._path.with_name(self._path.name + ".new")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            os.pwrite(file, content, 0)
            fresh.replace(self._path)
        except OSError:
            os.close(file)
            raise
        return file
