"""Uncertainties of a fit: they foretell the scatter of fits, and say what cannot be told apart."""

import math
from statistics import stdev

import numpy as np
import pytest

from astro.fit import fit
from astro.fit_report import Uncertainty
from astro.fit_uncertainty import uncertainty
from astro.generate_table import AZIMUTHS_DEG, generate_table
from astro.geometry import Geometry

TRUTH = Geometry(1.2, 0.005, 0.070, -0.138, 0.410, 44.15, -0.9, -0.9)


def uncertainty_of(seed: int, azimuths_deg: tuple[float, ...] = AZIMUTHS_DEG) -> Uncertainty:
    table = generate_table(TRUTH, azimuths_deg=azimuths_deg, noise_mm=20.0, seed=seed, step_deg=None)
    found = fit(table, 44.15, 1.2).uncertainty
    assert found is not None
    return found


def test_sigmas_foretell_how_fits_of_other_nights_scatter() -> None:
    tables = [uncertainty_of(seed) for seed in range(16)]
    for index, name in enumerate(("east", "north", "up", "tube offset", "zero")):
        values = [each.parameters[index].value for each in tables]
        told = sum(each.parameters[index].sigma for each in tables) / len(tables)
        assert tables[0].parameters[index].name == name
        # The spread of 16 values is itself known to 18 %.
        assert 0.55 < stdev(values) / told < 1.6, name
        truth = (0.005, 0.070, -0.138, 0.410, -0.9)[index]
        assert abs(sum(values) / len(values) - truth) < 4.0 * told / math.sqrt(len(values)), name


def test_up_and_tube_offset_go_together() -> None:
    (pair,) = uncertainty_of(1).strong_pairs()
    assert [each.name for each in pair[:2]] == ["up", "tube offset"]
    assert pair[2] < -0.97
    matrix = np.array(uncertainty_of(1).correlations)
    assert np.allclose(matrix, matrix.T)
    assert np.allclose(np.diag(matrix), 1.0)


def test_more_points_are_worth_their_root() -> None:
    few = uncertainty_of(3, AZIMUTHS_DEG[::4])
    many = uncertainty_of(3)
    for index in range(5):
        ratio = few.parameters[index].sigma / many.parameters[index].sigma
        assert 1.2 < ratio < 4.0, "a quarter of the points: about twice the uncertainty"


def test_two_zeros_are_named_by_their_altitudes() -> None:
    truth = Geometry(1.2, 0.005, 0.070, -0.138, 0.410, 44.15, -0.9, -6.4, 70.0, 72.5)
    found = fit(generate_table(truth, noise_mm=15.0, seed=2), 44.15, 1.2).uncertainty
    assert found is not None
    assert [each.name for each in found.parameters[4:]] == ["zero up to 70°", "zero from 72.5°"]
    assert all(each.unit == "°" and 0.05 < each.sigma < 1.0 for each in found.parameters[4:])


def test_what_nothing_determines_is_infinite_not_zero() -> None:
    jacobian = np.ones((20, 5)) * np.array([1.0, 1.0, 0.5, 0.2, 0.1])
    found = uncertainty(np.full(20, 0.01), jacobian, 0.04, TRUTH)
    assert all(math.isinf(each.sigma) for each in found.parameters)
    assert found.strong_pairs() == []
    exact = uncertainty(np.zeros(5), np.eye(5), 0.04, TRUTH)
    assert all(math.isinf(each.sigma) for each in exact.parameters), "as many unknowns as points"


def test_a_gross_error_hardly_widens_the_sigmas() -> None:
    rng = np.random.default_rng(5)
    jacobian, residuals = rng.normal(size=(200, 5)), rng.normal(0.0, 0.02, 200)
    clean = uncertainty(residuals, jacobian, 0.04, TRUTH)
    residuals[7] = 5.0
    spoilt = uncertainty(residuals, jacobian, 0.04, TRUTH)
    for before, after in zip(clean.parameters, spoilt.parameters, strict=True):
        assert after.sigma == pytest.approx(before.sigma, rel=0.3)
