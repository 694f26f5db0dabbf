"""Where a simulated dome stands while nobody simulates it."""

import json
import math
from pathlib import Path

from indi_dome_driver.hardware.seam import HardwareError


class RestingPlace:
    """Keep the azimuth of a simulated dome in a small file, as a real dome keeps it by standing there."""

    def __init__(self, path: str) -> None:
        """Name the file; it need not exist.

        Args:
            path: where.
        """
        self._path = Path(path)

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
        """Leave the dome here.

        Args:
            azimuth_deg: true azimuth, degrees, unbounded.

        Raises:
            HardwareError: the file cannot be written.
        """
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps({"azimuth_deg": azimuth_deg}) + "\n", encoding="utf-8")
            fresh.replace(self._path)
        except OSError as error:
            raise HardwareError(f"simulated dome: cannot write {self._path}: {error.strerror}") from error
