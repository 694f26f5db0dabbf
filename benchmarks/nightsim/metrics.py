"""What a night came to: blocked seconds, moves, how well the slit was centred."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.nightsim.beam import Beam
from benchmarks.nightsim.dome import Log
from benchmarks.nightsim.flip_bound import FlipBound
from benchmarks.nightsim.observatory import Opening
from benchmarks.nightsim.sky import Array

FLIP_S = 300.0
"""Up to this long before and after a flip, what happens counts as its doing."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One target, one night, one policy."""

    observed_s: float
    """Time in which the mount could expose, seconds."""
    bound_s: float | None
    """Least blocked time that the flip allows, seconds; None where there was no flip."""
    blocked_s: float
    """Time in which a ray was cut although the mount could expose, seconds."""
    at_flip_s: float
    """Of that, within five minutes of the flip (of its beginning or end)."""
    outside_s: float
    """The rest."""
    clear_percent: float
    moves: int
    travel_deg: float
    lateral_median_mm: float
    """Off the middle of the slit, five minutes around a flip left out, millimetres."""
    lateral_p95_mm: float

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        return asdict(self)


def measure(
    beam: Beam,
    dome_deg: Array,
    opening: Opening,
    step_s: float,
    slewing: npt.NDArray[np.bool_],
    flip_at: int | None,
    bound: FlipBound | None,
    log: Log,
) -> Figures:
    """Judge a night.

    Args:
        beam: the rays, with the tube on the side where the mount held it.
        dome_deg: where the dome was, degrees, shape (n,).
        opening: slit and tube.
        step_s: seconds per value.
        slewing: when the mount flipped, shape (n,).
        flip_at: index at which it began; None without a flip.
        bound: least loss of that flip.
        log: moves and travel.

    Returns:
        The figures.
    """
    exposing = ~slewing
    blocked = beam.is_cut(dome_deg, opening) & exposing
    near = np.zeros(len(dome_deg), dtype=np.bool_)
    if flip_at is not None:
        reach = round(FLIP_S / step_s)
        near[max(0, flip_at - reach) : flip_at + int(slewing.sum()) + reach + 1] = True
    lateral_mm = 1000.0 * beam.lateral_m(dome_deg)[exposing & ~near]
    observed_s = float(exposing.sum()) * step_s
    blocked_s = float(blocked.sum()) * step_s
    at_flip_s = float((blocked & near).sum()) * step_s
    return Figures(
        observed_s=observed_s,
        bound_s=None if bound is None else bound.blocked_s,
        blocked_s=blocked_s,
        at_flip_s=at_flip_s,
        outside_s=blocked_s - at_flip_s,
        clear_percent=100.0 * (1.0 - blocked_s / observed_s),
        moves=log.moves,
        travel_deg=log.travel_deg,
        lateral_median_mm=float(np.median(lateral_mm)),
        lateral_p95_mm=float(np.percentile(lateral_mm, 95.0)),
    )
