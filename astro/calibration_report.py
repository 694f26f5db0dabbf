"""What a calibration has come to, as plain data and in words: readable without any numerical library."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from astro.errors import ModelError
from astro.geometry import Geometry

LEAST_POINTS = 5
"""Fewer say more about the usual dome than about this one."""
ENOUGH_POINTS = 15
_VERY_WELL_MM, _WELL_MM, _FAIRLY_MM = 11.0, 18.0, 35.0
_CARELESS_MM = 40.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A direction worth measuring."""

    altitude_deg: float
    azimuth_deg: float
    side: str
    """west, east or none."""
    words: str


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """The figures of a calibration."""

    count: int
    """Points that stand, those that contradict the others included."""
    rms_mm: float
    """Scatter of the points around the model, at the slit."""
    noise_mm: float
    """What one measurement is taken to scatter by, 1 sigma."""
    predicted_rms_mm: float
    """How far the model must be expected to be off, 1 sigma at the slit, root mean square over the sky."""
    worst_mm: float
    """The same in the direction where it is largest."""
    worst: str
    """That direction, in words."""
    verdict: str
    """How well the dome is determined, in a sentence."""
    residuals_mm: tuple[float, ...]
    """Measured minus model, at the slit, point by point; positive clockwise."""
    outliers: tuple[int, ...]
    """Places of the points that were left out."""
    findings: tuple[str, ...]
    """What a person should look at."""
    proposals: tuple[Proposal, ...]
    """The next most useful directions, best first."""
    geometry: Geometry

    def to_json(self) -> dict[str, Any]:
        """Write it as JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Args:
            document: it, or ``{"error": text}`` from the fitting process.

        Raises:
            ModelError: it carries an error, or is none of ours.
        """
        if "error" in document:
            raise ModelError(str(document["error"]))
        try:
            known = {name: document[name] for name in cls.__dataclass_fields__}
            known["geometry"] = Geometry(**document["geometry"])
            known["proposals"] = tuple(Proposal(**each) for each in document["proposals"])
            for name in ("residuals_mm", "outliers", "findings"):
                known[name] = tuple(document[name])
            return cls(**known)
        except (KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"this is no calibration ({type(error).__name__}: {error})") from error


def verdict(count: int, predicted_rms_mm: float, worst_mm: float, noise_mm: float) -> str:
    """Say how well a dome is determined.

    Args:
        count: points that stand.
        predicted_rms_mm: expected error of the model, over the sky.
        worst_mm: expected error in the worst direction.
        noise_mm: scatter of one measurement.

    Returns:
        A sentence.
    """
    if count == 0:
        return "nothing is measured yet; the model is that of a usual dome"
    if count < LEAST_POINTS:
        left = LEAST_POINTS - count
        return f"too few points to say: {left} more at least, {ENOUGH_POINTS} to 20 in all make a good model"
    expected = f"expect {predicted_rms_mm:.0f} mm over the sky, {worst_mm:.0f} mm at worst"
    if predicted_rms_mm <= _VERY_WELL_MM:
        text = f"very well determined ({expected}): more points change little"
    elif predicted_rms_mm <= _WELL_MM:
        text = f"well determined ({expected}): good enough to follow the telescope"
    elif predicted_rms_mm <= _FAIRLY_MM:
        text = f"fairly determined ({expected}): usable, a few more points make it good"
    else:
        text = f"poorly determined ({expected}): keep measuring, best in the directions proposed"
    if noise_mm > _CARELESS_MM:
        text += (
            f"; the points scatter by {noise_mm:.0f} mm: centre the slit with more care, or look for play in the drive"
        )
    return text


def listed(names: Sequence[str]) -> str:
    """Put names into a row: "a, b and c"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
