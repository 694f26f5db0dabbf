"""Which model suits a table, by how well each predicts what it has not seen."""

from collections.abc import Mapping
from dataclasses import dataclass

from astro.cross_validation import Predictor, Scheme, Validation
from astro.fit_report import FitFigures

WORTH_IT = 0.10
"""A further model must gain more than this share of the error; less is within the luck of one table."""
TABLE_GAIN = 0.15
"""By so much the table must beat the geometry before it is preferred: where nothing was measured it can only guess."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A model and the reason."""

    model: str
    """A word for `abaque.model` in the configuration."""
    reason: str
    residual: str
    """Whether a smooth correction on top of the geometry would be worth it."""


def recommend(validations: Mapping[Scheme, Validation]) -> Recommendation:
    """Weigh the models.

    The geometry, unless the table predicts single points clearly better, and whole altitudes, too: then the dome does
    not behave as a sphere and an offset, and the table knows.

    Args:
        validations: the outcome of each scheme.

    Returns:
        What to use and why, with figures.
    """
    one_out = validations[Scheme.ONE_OUT].figures
    geometry, table = one_out[Predictor.GEOMETRY], one_out[Predictor.TABLE]
    residual = _residual_words(geometry, one_out[Predictor.SMOOTH])
    if geometry is None:
        return Recommendation("geometry", "too few points to leave any out; the fit itself is all there is", residual)
    told = f"the geometry predicts a point that it has not seen to {short_mm(geometry.lateral_rms_mm)} RMS at the slit"
    if table is None:
        return Recommendation("geometry", f"{told}; the table has no answer for some of them", residual)
    others = f"the table to {short_mm(table.lateral_rms_mm)}"
    reference = one_out[Predictor.REFERENCE]
    if reference is not None:
        others += f", the pier-blind reference lookup to {short_mm(reference.lateral_rms_mm)}"
    is_better = table.lateral_rms_mm < (1.0 - TABLE_GAIN) * geometry.lateral_rms_mm
    bands = validations[Scheme.BAND_OUT].figures if Scheme.BAND_OUT in validations else {}
    whole, hidden = bands.get(Predictor.GEOMETRY), bands.get(Predictor.TABLE)
    if is_better and whole is not None and hidden is not None and hidden.lateral_rms_mm < whole.lateral_rms_mm:
        reason = f"{told}, {others}: the dome does something that the geometry does not describe"
        return Recommendation("table", reason, residual)
    reason = f"{told}, {others}"
    if whole is not None and hidden is not None:
        pair = f"{short_mm(whole.lateral_rms_mm)} against {short_mm(hidden.lateral_rms_mm)}"
        reason += f". With a whole altitude hidden it is {pair}"
    return Recommendation("geometry", reason, residual)


def short_mm(value_mm: float) -> str:
    """Write a distance with the digits that mean something.

    Args:
        value_mm: millimetres.

    Returns:
        Such as ``23 mm`` or ``2.6 mm``.
    """
    return f"{value_mm:.0f} mm" if value_mm >= 10.0 else f"{value_mm:.1f} mm"


def _residual_words(geometry: FitFigures | None, smooth: FitFigures | None) -> str:
    if geometry is None or smooth is None:
        return "not judged: too few points"
    gain = 1.0 - smooth.lateral_rms_mm / geometry.lateral_rms_mm
    if gain > WORTH_IT:
        return (
            f"a smooth correction on top of the geometry would gain {100.0 * gain:.0f} %: the residuals are not mere "
            "scatter. Look at them (--plot): a dome out of round, a bent slit, a second session?"
        )
    change = (
        f"gains {100.0 * gain:.0f} %"
        if gain >= 0.005
        else f"costs {-100.0 * gain:.0f} %"
        if gain < -0.005
        else "gains nothing"
    )
    return f"a smooth correction on top of the geometry {change}: it does not earn its place, the residuals are scatter"
