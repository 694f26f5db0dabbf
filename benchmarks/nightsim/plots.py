"""Pictures of a night: the dome among the azimuths that are good, for every policy."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from astro.angles import difference_deg
from benchmarks.nightsim.flip_bound import half_window_deg
from benchmarks.nightsim.mount import FlipPlan
from benchmarks.nightsim.sky import Array
from benchmarks.nightsim.study import Result

_FLIP_MIN = 15.0
_FRAME_DEG = 30.0
_COLOURS = {"ours": "tab:blue", "reference": "tab:red", "timer": "tab:purple", "indi": "tab:orange"}


def draw(results: Sequence[Result], clearance_m: float, folder: Path) -> list[Path]:
    """Draw one picture per target and flip.

    Args:
        results: of a study.
        clearance_m: free play of the beam, metres.
        folder: where the PNG files go; made if absent.

    Returns:
        The files.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    files = []
    nights: dict[tuple[str, FlipPlan], list[Result]] = {}
    for result in results:
        nights.setdefault((result.target.name, result.flip), []).append(result)
    for (name, flip), group in nights.items():
        figure, (whole, near, aside) = pyplot.subplots(3, 1, figsize=(9.0, 10.0), layout="constrained")
        _azimuths(whole, group, clearance_m, 60.0, "hours from the flip")
        _azimuths(near, group, clearance_m, 1.0, "minutes from the flip")
        _laterals(aside, group, clearance_m)
        figure.suptitle(f"{name}, night of {group[0].target.evening}: {flip.text()}")
        stem = re.sub(r"[^a-z0-9]+", "-", f"{name} late {flip.late_min:g} lasts {flip.lasts_s:g}".lower())
        files.append(folder / f"{stem}.png")
        figure.savefig(files[-1], dpi=110)
        pyplot.close(figure)
    return files


def _minutes(result: Result) -> Array:
    times_s, at = result.night.track.times_s, result.night.mount.flip_at
    minutes: Array = (times_s - times_s[0 if at is None else at]) / 60.0
    return minutes


def _azimuths(axes: Any, group: Sequence[Result], clearance_m: float, per_unit: float, unit: str) -> None:
    one = group[0].night
    minutes = _minutes(group[0])
    chosen = np.abs(minutes) <= _FLIP_MIN if per_unit == 1.0 else np.ones(len(minutes), dtype=bool)
    # Around the middle of the flip, or of the night, nothing jumps from 360 to 0.
    middle = float(one.beam.azimuth_deg[len(minutes) // 2])
    if one.bound is not None:
        middle = one.bound.before_deg + difference_deg(one.bound.after_deg, one.bound.before_deg) / 2.0

    def around(azimuth_deg: Any) -> Any:
        return middle + (azimuth_deg - middle + 180.0) % 360.0 - 180.0

    x, centre = minutes[chosen] / per_unit, around(one.beam.azimuth_deg[chosen])
    half = np.array([half_window_deg(float(radius), clearance_m) for radius in one.beam.radius_m[chosen]])
    broken = np.flatnonzero(np.abs(np.diff(centre)) > 20.0) + 1
    for piece in np.split(np.arange(len(x)), broken):
        label = "clear" if piece[0] == 0 else None
        axes.fill_between(
            x[piece],
            centre[piece] - np.minimum(half[piece], 180.0),
            centre[piece] + np.minimum(half[piece], 180.0),
            color="0.85",
            lw=0,
            label=label,
        )
    reach = [float(centre.min()), float(centre.max())]
    for result in group:
        dome = around(result.night.dome_deg[chosen])
        reach += [float(dome.min()), float(dome.max())]
        dome[1:][np.abs(np.diff(dome)) > 180.0] = np.nan
        axes.plot(x, dome, lw=1.0, color=_COLOURS.get(result.policy), label=result.policy)
    axes.set(xlabel=unit, ylabel="dome azimuth, degrees", ylim=(min(reach) - _FRAME_DEG, max(reach) + _FRAME_DEG))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value % 360.0:.0f}")
    axes.legend(loc="upper left", fontsize=8)


def _laterals(axes: Any, group: Sequence[Result], clearance_m: float) -> None:
    for result in group:
        night = result.night
        aside_mm = 1000.0 * night.beam.lateral_m(night.dome_deg)
        aside_mm[night.mount.slewing] = np.nan
        label = f"{result.policy}: {night.figures.blocked_s:.0f} s blocked, {night.figures.moves} moves"
        axes.plot(_minutes(result) / 60.0, aside_mm, lw=0.8, color=_COLOURS.get(result.policy), label=label)
    axes.axhline(1000.0 * clearance_m, color="0.4", ls="--", lw=0.8, label="the tube touches the edge")
    axes.set(
        xlabel="hours from the flip", ylabel="beam off the middle of the slit, mm", ylim=(0.0, 2500.0 * clearance_m)
    )
    axes.legend(loc="upper left", fontsize=8)
