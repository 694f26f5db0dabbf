"""Draws the plan of a night: where the slit belongs, where the dome stands, and what is free beside the beam."""

from datetime import datetime
from pathlib import Path

from astro.angles import difference_deg
from astro.night_plan import NightPlan

SUFFIXES = (".png", ".svg", ".pdf")


class NoPlots(RuntimeError):  # noqa: N818 - named for what happened
    """It cannot be drawn; the text says what to do."""


def draw(path: Path, name: str, night: NightPlan, clearance_m: float) -> None:
    """Draw a plan into a file.

    Args:
        path: .png, .svg or .pdf.
        name: of the object.
        night: the plan.
        clearance_m: free play beside the beam, metres.

    Raises:
        NoPlots: matplotlib is missing, the suffix is none of ours, or the file cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise NoPlots(f"{path}: a picture's name ends with {', '.join(SUFFIXES)}")
    try:
        from matplotlib.dates import DateFormatter
        from matplotlib.figure import Figure
    except ImportError:
        raise NoPlots('drawing needs matplotlib: pip install "indi-abaque-dome[plots]"') from None
    times = [datetime.fromtimestamp(sample.unix_s) for sample in night.samples]
    slit: list[float] = []
    dome: list[float] = []
    for sample in night.samples:
        # Without jumps at north: each value the nearest turn to the one before.
        slit.append(slit[-1] + difference_deg(sample.slit_deg, slit[-1]) if slit else sample.slit_deg)
        dome.append(slit[-1] + difference_deg(sample.dome_deg, sample.slit_deg))
    figure = Figure(figsize=(9.0, 6.0), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    upper.plot(times, slit, color="0.6", lw=3.0, label="middle of the slit belongs here")
    upper.step(times, dome, where="post", color="C0", lw=1.2, label="dome")
    upper.set_ylabel("azimuth (°)")
    upper.set_title(f"{name}: {len(night.moves)} moves, {100 * night.clear_share:.2f} % clear")
    lower.plot(times, [1000.0 * max(sample.clearance_m, -clearance_m) for sample in night.samples], color="C0", lw=1.2)
    lower.axhspan(-1000.0 * clearance_m, 0.0, color="C3", alpha=0.15, lw=0)
    lower.set_ylim(-1000.0 * clearance_m, 1050.0 * clearance_m)
    lower.set_ylabel("free beside the beam (mm)")
    lower.xaxis.set_major_formatter(DateFormatter("%H:%M"))  # type: ignore[no-untyped-call]
    for flip in night.flips:
        for axis in (upper, lower):
            axis.axvline(datetime.fromtimestamp(flip.start_s), color="C1", ls="--", lw=1.0)
    upper.plot([], [], color="C1", ls="--", lw=1.0, label="flip")
    upper.plot([], [], color="C3", alpha=0.15, lw=6.0, label="below: the beam is cut")
    upper.legend()
    for axis in (upper, lower):
        axis.grid(color="0.9")
    try:
        figure.savefig(path)
    except OSError as error:
        raise NoPlots(f"{path} cannot be written: {error.strerror or error}") from error
