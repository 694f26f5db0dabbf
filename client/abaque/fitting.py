"""Reads and fits a table: the one place where the commands do it."""

from pathlib import Path

from astro.abaque import Abaque
from astro.fit_report import FitReport
from client.abaque.site import Observatory


def fit_abaque(abaque: Abaque, place: Observatory) -> FitReport:
    """Fit the geometry of a dome to a table.

    Args:
        abaque: the table.
        place: latitude and radius.

    Returns:
        The report.

    Raises:
        ModelError: it does not look like a dome.
    """
    from astro.few_points import fit_table  # late: it brings numpy and scipy

    return fit_table(abaque, place.latitude_deg, place.radius_m)


def load_and_fit(path: Path, place: Observatory) -> tuple[Abaque, FitReport]:
    """Read a table and fit it.

    Args:
        path: the file.
        place: latitude and radius.

    Returns:
        The table and its fit.

    Raises:
        AbaqueError: it cannot be read.
        ModelError: it does not look like a dome.
    """
    abaque = Abaque.load(path)
    return abaque, fit_abaque(abaque, place)
