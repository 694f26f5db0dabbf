"""Draws the check of a table: its curves, its residuals, what each model predicts, and where they differ on the sky."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astro.abaque import Abaque
from astro.angles import difference_deg
from astro.cross_validation import Predictor, Scheme, Validation
from astro.fit_report import FitReport
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.recommend import short_mm
from client.abaque.sky_map import draw_error_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("png", "svg")
COLOURS = {
    Predictor.GEOMETRY: "#0b6e4f",
    Predictor.TABLE: "#3a6ea5",
    Predictor.PLAIN_TABLE: "#7fa8d1",
    Predictor.REFERENCE: "#c0392b",
    Predictor.BILINEAR: "#b58900",
    Predictor.SMOOTH: "#5fd3a5",
}
STYLE: Mapping[str, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "axes.axisbelow": True,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 110,
    "svg.hashsalt": "abaque",  # the same table gives the same file
    "svg.fonttype": "path",
}


class NoPlots(RuntimeError):  # noqa: N818 - named for what happened
    """It cannot be drawn; the text says what to do."""


def need_matplotlib() -> None:
    """Check that pictures can be drawn here.

    Raises:
        NoPlots: matplotlib is missing; says how to install it.
    """
    try:
        import matplotlib.figure  # noqa: F401 - only whether it is there
    except ImportError:
        raise NoPlots('drawing needs matplotlib: pip install "indi-abaque-dome[plots]", or leave --plot out') from None


def draw_check(
    folder: Path, abaque: Abaque, report: FitReport, validations: Mapping[Scheme, Validation], clearance_m: float
) -> list[Path]:
    """Draw every picture, each as PNG and as SVG.

    Args:
        folder: where to; made where it is missing.
        abaque: the table.
        report: its fit.
        validations: what each model predicts.
        clearance_m: free play of the beam in the slit to either side, metres.

    Returns:
        The files written.

    Raises:
        NoPlots: matplotlib is missing.
        OSError: the folder cannot be written.
    """
    need_matplotlib()
    import matplotlib
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    clearance_mm = 1000.0 * clearance_m
    drawings: dict[str, Callable[[Figure], None]] = {
        "curves": lambda figure: draw_curves(figure, report),
        "residuals": lambda figure: draw_residuals(figure, report, clearance_mm),
        "prediction": lambda figure: draw_prediction(figure, validations[Scheme.ONE_OUT], clearance_mm),
        "error-map": lambda figure: draw_error_map(figure, report, validations[Scheme.ONE_OUT], clearance_mm),
    }
    files = []
    style: Any = STYLE
    with matplotlib.rc_context(style):
        for name, draw in drawings.items():
            figure = Figure(figsize=(8.0, 3.9 if name == "error-map" else 4.6))
            draw(figure)
            figure.suptitle(f"{abaque.source}: {figure.get_suptitle()}", fontsize=10)
            for suffix in FORMATS:
                path = folder / f"{name}.{suffix}"
                figure.savefig(path, metadata={"Date": None} if suffix == "svg" else None)
                files.append(path)
    return files


def draw_curves(figure: "Figure", report: FitReport) -> None:
    """Draw the turn (dome minus telescope azimuth) over the telescope's azimuth: points measured, lines fitted.

    Args:
        figure: empty.
        report: the fit.
    """
    axes = figure.subplots()
    altitudes = sorted({each.point.altitude_deg for each in report.points})
    colours = _colours(altitudes)
    for side, altitude_deg in [(side, altitude) for side in (PierSide.WEST, PierSide.EAST) for altitude in altitudes]:
        here = [each for each in report.points if each.side is side and each.point.altitude_deg == altitude_deg]
        if not here:
            continue
        middle_deg = 180.0 - 90.0 * side.sign
        xs = [middle_deg + difference_deg(each.point.azimuth_deg, middle_deg) for each in here]
        grid = np.arange(min(xs), max(xs) + 0.5, 0.5)
        turns = _turns(report, altitude_deg, grid, side)
        axes.plot(grid, turns, color=colours[altitude_deg], lw=1.1)
        fitted = np.interp(xs, grid, turns)
        measured = [value + each.error_deg for value, each in zip(fitted, here, strict=True)]
        axes.plot(xs, measured, "o", ms=3.2, color=colours[altitude_deg])
    for altitude_deg in altitudes:
        axes.plot([], [], "o-", ms=3.2, lw=1.1, color=colours[altitude_deg], label=f"{altitude_deg:g}°")
    if len(altitudes) <= 16:
        axes.legend(title="altitude", loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    axes.axvline(180.0, color="0.4", lw=0.8, ls=":")
    axes.set_xticks(range(0, 361, 45))
    axes.set_xlabel("azimuth of the telescope (°); left the tube is west of the pier, right east")
    axes.set_ylabel("dome minus telescope (°)")
    figure.suptitle("points measured, lines fitted")


def _turns(report: FitReport, altitude_deg: float, azimuths_deg: Any, side: PierSide) -> Any:
    """Give dome minus telescope along a band, without jumps, and less than half a turn where the band culminates."""
    turns: list[float] = []
    for azimuth_deg in azimuths_deg:
        dome_deg = report.geometry.dome_azimuth(Pointing(altitude_deg, float(azimuth_deg)), side)
        turn_deg = difference_deg(dome_deg, float(azimuth_deg))
        turns.append(turns[-1] + difference_deg(turn_deg, turns[-1]) if turns else turn_deg)
    culmination_deg = 180.0 if report.geometry.latitude_deg >= 0.0 else 0.0
    nearest = min(range(len(turns)), key=lambda index: abs(difference_deg(azimuths_deg[index], culmination_deg)))
    return np.array(turns) - (turns[nearest] - difference_deg(turns[nearest], 0.0))


def draw_residuals(figure: "Figure", report: FitReport, clearance_mm: float) -> None:
    """Draw by how much each measurement lies beside the fitted geometry, at the slit.

    Args:
        figure: empty.
        report: the fit.
        clearance_mm: free play of the beam to either side.
    """
    axes = figure.subplots()
    altitudes = sorted({each.point.altitude_deg for each in report.points})
    colours = _colours(altitudes)
    for side, marker in ((PierSide.WEST, "o"), (PierSide.EAST, "^"), (PierSide.NONE, "s")):
        here = [each for each in report.points if each.side is side]
        for each in here:
            axes.plot(
                each.point.azimuth_deg,
                each.lateral_mm,
                marker,
                ms=4.0,
                color=colours[each.point.altitude_deg],
                mec="#c0392b" if not each.is_clean else "none",
                mew=1.2,
            )
        if here:
            axes.plot([], [], marker, ms=4.0, color="0.4", ls="none", label=f"tube {side.label}")
    for each in report.points:
        if not each.is_clean:
            axes.annotate(
                each.point.cell,
                (each.point.azimuth_deg, each.lateral_mm),
                (5, 4),
                textcoords="offset points",
                fontsize=8,
            )
    largest_mm = max(abs(each.lateral_mm) for each in report.points)
    if largest_mm > 0.35 * clearance_mm:
        for sign in (-1.0, 1.0):
            axes.axhline(sign * clearance_mm, color="#c0392b", lw=0.9, ls="--")
        axes.plot([], [], color="#c0392b", lw=0.9, ls="--", label="beam is cut beyond")
    rms_mm = report.figures.lateral_rms_mm
    axes.axhspan(-rms_mm, rms_mm, color="#0b6e4f", alpha=0.10, lw=0, label=f"± RMS ({rms_mm:.1f} mm)")
    _altitude_bar(figure, axes, altitudes)
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.14), ncols=4, frameon=False)
    axes.set_xticks(range(0, 361, 45))
    axes.set_xlabel("azimuth of the telescope (°)")
    axes.set_ylabel("measured beside fitted, at the slit (mm)")
    figure.suptitle("residuals of the fit")


def draw_prediction(figure: "Figure", validation: Validation, clearance_mm: float) -> None:
    """Draw, for each model, the share of points that it predicts to within a distance, each point unseen.

    Args:
        figure: empty.
        validation: the leave-one-out outcome.
        clearance_mm: free play of the beam to either side.
    """
    axes = figure.subplots()
    for predictor, points in validation.points.items():
        errors = sorted(abs(each.lateral_mm) for each in points if each.is_clean)
        figures = validation.figures[predictor]
        if not errors or figures is None:
            continue
        shares = 100.0 * np.arange(1, len(errors) + 1) / len(errors)
        axes.plot(
            np.maximum(errors, 0.5),
            shares,
            color=COLOURS[predictor],
            lw=2.2 if predictor in (Predictor.GEOMETRY, Predictor.TABLE) else 1.2,
            ls="--" if predictor in (Predictor.SMOOTH, Predictor.BILINEAR) else "-",
            label=f"{predictor.value}  ({short_mm(figures.lateral_rms_mm)} RMS)",
        )
    axes.axvline(clearance_mm, color="#c0392b", lw=0.9, ls=":")
    axes.annotate("beam is cut", (0.82 * clearance_mm, 60.0), color="#c0392b", fontsize=8, rotation=90)
    axes.set_xscale("log")
    axes.set_xlim(left=1.0)
    axes.set_xticks(
        [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], ["1", "2", "5", "10", "20", "50", "100", "200", "500", "1000"]
    )
    axes.set_ylim(0.0, 101.0)
    axes.set_xlabel("error at the slit (mm), each point predicted without having been seen")
    axes.set_ylabel("share of the points (%)")
    axes.legend(loc="lower right", framealpha=0.9, edgecolor="none")
    figure.suptitle("what each model predicts")


def _colours(altitudes: Sequence[float]) -> dict[float, Any]:
    from matplotlib import colormaps

    shades = colormaps["viridis"]
    low, high = altitudes[0], max(altitudes[-1], altitudes[0] + 1.0)
    return {altitude: shades(0.93 * (altitude - low) / (high - low)) for altitude in altitudes}


def _altitude_bar(figure: "Figure", axes: Any, altitudes: Sequence[float]) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    low, high = altitudes[0], max(altitudes[-1], altitudes[0] + 1.0)
    shades = ScalarMappable(Normalize(low, low + (high - low) / 0.93), "viridis")
    bar = figure.colorbar(shades, ax=axes, pad=0.02)
    bar.set_label("altitude (°)")
    bar.ax.set_ylim(low, high)
